"""The pool of the worker's processes: Celery's own, which loses sight of a child at times.

Celery 5.7 closes the descriptor by which it watches a child when that child ends. If two end in one
turn of its loop (out of memory, a hasty `kill`), it replaces both at the news of the first; the
number of a closed descriptor may then be that of a new child's, and the news of the second is taken
for the end of that one, which lives. Nobody watches it from then on, and at the next loss of the
broker the worker ends with "file descriptor is None" where it should connect again: kombu 5.7
raises a ValueError that Celery does not expect (celery/celery#9250, celery/kombu#2623). See
tests/integration/workers/test_pool.py.
"""

from typing import Any

from celery.concurrency.asynpool import AsynPool
from celery.concurrency.prefork import TaskPool


class WatchfulPool(AsynPool):  # type: ignore[misc]  # Celery has no types
    """Watches every child that lives."""

    def _event_process_exit(self, hub: Any, proc: Any) -> None:  # noqa: ANN401 - Celery's own
        super()._event_process_exit(hub, proc)
        if proc in self._pool:  # it was not its end
            self._track_child_process(proc, hub)

    def _track_child_process(self, proc: Any, hub: Any) -> None:  # noqa: ANN401 - Celery's own
        if getattr(proc, "_sentinel_poll", None) is None:
            vars(proc).pop("_sentinel_poll", None)  # Celery makes one where there is none
        super()._track_child_process(proc, hub)


class Pool(TaskPool):  # type: ignore[misc]  # Celery has no types
    """What `worker_pool` names."""

    Pool = WatchfulPool
