"""The pool of worker processes: Celery's own, with a fix for unwatched children.

Celery 5.7 closes the descriptor by which it watches a child when that child ends. If two children
end in one iteration of its loop (out of memory, `kill`), it replaces both at the event of the
first. The number of a closed descriptor may then be that of a new child's, and the event of the
second is taken for the end of that living child.

That child is not watched any more. At the next loss of the broker the worker ends with "file
descriptor is None" instead of a reconnect: kombu 5.7 raises a ValueError that Celery does not
expect (celery/celery#9250, celery/kombu#2623). See tests/integration/workers/test_pool.py.
"""

from typing import Any

from celery.concurrency.asynpool import AsynPool
from celery.concurrency.prefork import TaskPool


class WatchfulPool(AsynPool):  # type: ignore[misc]  # Celery has no types
    """A pool that watches every living child."""

    def _event_process_exit(self, hub: Any, proc: Any) -> None:  # noqa: ANN401 - Celery's own
        super()._event_process_exit(hub, proc)
        if proc in self._pool:  # it still runs
            self._track_child_process(proc, hub)

    def _track_child_process(self, proc: Any, hub: Any) -> None:  # noqa: ANN401 - Celery's own
        if getattr(proc, "_sentinel_poll", None) is None:
            vars(proc).pop("_sentinel_poll", None)  # Celery creates it where it is missing
        super()._track_child_process(proc, hub)


class Pool(TaskPool):  # type: ignore[misc]  # Celery has no types
    """The class that `worker_pool` names."""

    Pool = WatchfulPool
