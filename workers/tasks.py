"""The tasks by the names that doorbells use. They only delegate, and say what was raised.

An exception is not Celery's business: it sends the whole of one to the worker's main process, which
reads a hundred kilobytes in several turns of its loop. If the broker is lost between two of them
the rest is never read as such: the child's pipe is out of step for good, or the worker ends (Celery
5.7, `AsynPool.register_with_event_loop`). See tests/integration/workers/test_pool.py.
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from celery import Task

from domain.runtime.logging import bound
from domain.store import broker as doorbell
from domain.store.postgres import engine
from domain.store.redis import previews as rehearsals
from domain.store.work_queue import Job
from workers import cleaning, clock, heavy, repair, sweep
from workers import domains as mounts
from workers import on_demand as cold
from workers import preview as rehearsal
from workers.app import app
from workers.drain import drain_stream

logger = logging.getLogger(__name__)


def task(name: str, *, is_bound: bool = False) -> Callable[[Callable[..., None]], Task]:
    """Make a task of a function; what that raises is said, and the sweep comes back to it."""

    def made(work: Callable[..., None]) -> Task:
        @wraps(work)
        def told(*args: Any) -> None:  # noqa: ANN401 - what the message holds
            try:
                work(*args)
            except heavy.OUTAGES as error:
                logger.warning("%s is left to later: %s", name, engine.first_line(error))
            except Exception:
                logger.exception("%s made us raise", name)

        return app.task(name=name, bind=is_bound)(told)

    return made


def begin(asked: Task, queue: str, stream: str, *args: str) -> None:
    """Do what a message asks for, as a job of a stream: see workers/heavy.py."""
    heavy.begin(Job(asked.name, args, queue, stream, asked.request.get(doorbell.REQUEST_ID)))


@task("drain", is_bound=True)
def drain(self: Task, stream_id: str) -> None:
    """Apply what waits on a stream."""
    begin(self, doorbell.DRAIN, stream_id, stream_id)


@task("render_cold", is_bound=True)
def render_cold(self: Task, page_id: str, name: str) -> None:
    """Render an artifact that a visitor asked for."""
    begin(self, doorbell.COLD, page_id, page_id, name)


@task("rehearse", is_bound=True)
def rehearse(self: Task, rehearsal_id: str) -> None:
    """Find out what a write would do."""
    if (asked := rehearsals.asked(rehearsal_id)) is not None:
        begin(self, doorbell.COLD, asked.page_id, rehearsal_id)


@task("repair", is_bound=True)
def repair_page(self: Task, page_id: str) -> None:
    """Publish a page that a visitor asked for."""
    begin(self, doorbell.REPAIR, page_id, page_id)


@task("repair_host", is_bound=True)
def repair_host(self: Task, host: str) -> None:
    """Publish a host that a visitor asked for, and its page."""
    begin(self, doorbell.REPAIR, "", host)


@task("repair_behind", is_bound=True)
def repair_behind(self: Task) -> None:
    """Publish whatever is behind."""
    begin(self, doorbell.REPAIR, "")


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


@task("clean", is_bound=True)
def clean(self: Task) -> None:
    """Throw away what has expired."""
    begin(self, "beat", "")


@task("archive", is_bound=True)
def archive(self: Task) -> None:
    """Move what was settled long ago out of the log's table."""
    begin(self, "beat", "")


def apply_waiting(job: Job) -> None:
    """Drain a stream."""
    drain_stream(job.args[0])


def render_on_demand(job: Job) -> None:
    """Render an artifact for the request that asked first."""
    page_id, name = job.args
    with bound(request_id=job.request_id, stream=page_id):
        cold.render(page_id, name)


def preview(job: Job) -> None:
    """Find out what a write would do, for the request that asks."""
    with bound(request_id=job.request_id):
        rehearsal.rehearse(job.args[0])


heavy.WORKS.update(
    drain=apply_waiting,
    render_cold=render_on_demand,
    rehearse=preview,
    repair=repair.repair_page,
    repair_host=repair.repair_host,
    repair_behind=repair.repair_behind,
    clean=lambda _: cleaning.clean(),
    archive=lambda _: cleaning.archive(),
)
