"""The tasks by the names that doorbells use. They only delegate, and say what was raised.

An exception is not Celery's business: it sends the whole of one to the worker's main process, which
reads a hundred kilobytes in several turns of its loop. If the broker is lost between two of them
the rest is never read as such: the child's pipe is out of step for good, or the worker ends (Celery
5.7, `AsynPool.register_with_event_loop`). See tests/integration/test_worker_pool.py.
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from celery import Task

from domain.store import doorbell, engine
from domain.store.lines import bound
from workers import cleaning, clock, cold, mounts, rehearsal, sweep
from workers.app import app
from workers.drain import drain_stream

logger = logging.getLogger(__name__)

OUTAGES = (*engine.UNREACHABLE, *doorbell.UNREACHABLE)


def task(name: str, *, is_bound: bool = False) -> Callable[[Callable[..., None]], Task]:
    """Make a task of a function; what that raises is said, and the sweep comes back to it."""

    def made(work: Callable[..., None]) -> Task:
        @wraps(work)
        def told(*args: Any) -> None:  # noqa: ANN401 - what the message holds
            try:
                work(*args)
            except OUTAGES as error:
                logger.warning("%s is left to later: %s", name, engine.first_line(error))
            except Exception:
                logger.exception("%s made us raise", name)

        return app.task(name=name, bind=is_bound)(told)

    return made


@task("drain")
def drain(stream_id: str) -> None:
    """Apply what waits on a stream."""
    drain_stream(stream_id)


@task("render_cold", is_bound=True)
def render_cold(self: Task, page_id: str, name: str) -> None:
    """Render an artifact that a visitor asked for."""
    with bound(request_id=self.request.get(doorbell.REQUEST_ID), stream=page_id):
        cold.render(page_id, name)


@task("rehearse", is_bound=True)
def rehearse(self: Task, rehearsal_id: str) -> None:
    """Find out what a write would do."""
    with bound(request_id=self.request.get(doorbell.REQUEST_ID)):
        rehearsal.rehearse(rehearsal_id)


@task("sweep")
def sweep_streams() -> None:
    """Ring for everything that is behind."""
    sweep.sweep()


@task("clock")
def keep_time() -> None:
    """Start and finish what is due."""
    clock.keep_time()


@task("check_mounts")
def check_mounts() -> None:
    """Begin to look up in DNS what is due."""
    mounts.begin_due()


@task("clean")
def clean() -> None:
    """Throw away what has expired."""
    cleaning.clean()


@task("archive")
def archive() -> None:
    """Move what was settled long ago out of the log's table."""
    cleaning.archive()
