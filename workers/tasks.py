"""The Celery tasks by the names that doorbells use.

They only delegate, and log exceptions.

An exception must not reach Celery. Celery sends all of it to the main process of the worker, which
reads a hundred kilobytes in several iterations of its loop. If the broker is lost between two of
them, the rest is never read as such: the child's pipe stays out of step, or the worker ends (Celery
5.7, `AsynPool.register_with_event_loop`). See tests/integration/workers/test_pool.py.
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from celery import Task

from domain.runtime.logging import bind_fields
from domain.store import broker as doorbell
from domain.store.postgres import engine
from domain.store.redis import previews
from domain.store.work_queue import Job, work_queue
from workers import clock, domains, heavy, on_demand, owner_notices, preview, repair, sweep
from workers.app import app
from workers.drain import drain_stream

logger = logging.getLogger(__name__)


def task(name: str, *, is_bound: bool = False) -> Callable[[Callable[..., None]], Task]:
    """Return a decorator that makes a task, which logs every exception.

    The sweep repeats the work of a task that raised.
    """

    def decorate(work: Callable[..., None]) -> Task:
        @wraps(work)
        def run(*args: Any) -> None:  # noqa: ANN401 - arguments of the message
            try:
                work(*args)
            except heavy.OUTAGES as error:
                logger.warning("%s is left to later: %s", name, engine.first_line(error))
            except Exception:
                logger.exception("%s made us raise", name)

        return app.task(name=name, bind=is_bound)(run)

    return decorate


def start_job(message: Task, queue: str, stream: str, *args: str) -> None:
    """Run the work of a message as a job of a stream."""
    heavy.run_or_defer(
        Job(message.name, args, queue, stream, message.request.get(doorbell.REQUEST_ID))
    )


@task("drain", is_bound=True)
def drain(self: Task, stream_id: str) -> None:
    """Apply the waiting commands of a stream."""
    start_job(self, doorbell.DRAIN, stream_id, stream_id)


@task("render_cold", is_bound=True)
def render_cold(self: Task, page_id: str, name: str) -> None:
    """Render an artifact on demand, for a visitor."""
    start_job(self, doorbell.ON_DEMAND, page_id, page_id, name)


@task("rehearse", is_bound=True)
def rehearse(self: Task, preview_id: str) -> None:
    """Preview the effect of a write."""
    if (request := previews.load_request(preview_id)) is not None:
        start_job(self, doorbell.ON_DEMAND, request.page_id, preview_id)


@task("repair", is_bound=True)
def repair_page(self: Task, page_id: str) -> None:
    """Publish a page that a visitor requested."""
    work_queue().note_repair(page_id)
    start_job(self, doorbell.REPAIR, page_id, page_id)


@task("repair_host", is_bound=True)
def repair_host(self: Task, host: str) -> None:
    """Publish a host that a visitor requested, and its page."""
    work_queue().note_repair(host)
    start_job(self, doorbell.REPAIR, "", host)


@task("repair_behind", is_bound=True)
def repair_behind(self: Task) -> None:
    """Publish all hosts and pages that are behind."""
    start_job(self, doorbell.REPAIR, "")


@task("sweep")
def sweep_streams() -> None:
    """Ring for all streams that are behind."""
    sweep.sweep()


@task("clock")
def keep_time() -> None:
    """Start and finish maintenances and terms that are due."""
    clock.keep_time()


@task("check_mounts")
def check_mounts() -> None:
    """Start the DNS lookups of custom domains that are due."""
    domains.start_due_checks()


@task("clean", is_bound=True)
def clean(self: Task) -> None:
    """Delete expired rows, and send notices to owners."""
    start_job(self, "beat", "")


@task("archive", is_bound=True)
def archive(self: Task) -> None:
    """Move commands settled long ago out of the log's table."""
    start_job(self, "beat", "")


def drain_waiting(job: Job) -> None:
    """Drain a stream."""
    drain_stream(job.args[0])


def render_on_demand(job: Job) -> None:
    """Render an artifact, and log under the first request's id."""
    page_id, name = job.args
    with bind_fields(request_id=job.request_id, stream=page_id):
        on_demand.render(page_id, name)


def run_preview(job: Job) -> None:
    """Preview the effect of a write, and log under its request's id."""
    with bind_fields(request_id=job.request_id):
        preview.rehearse(job.args[0])


def clean_and_notify() -> None:
    """Delete expired rows, then tell owners of events that are due."""
    sweep.clean()
    owner_notices.send_owner_notices()


heavy.RUNNERS.update(
    drain=drain_waiting,
    render_cold=render_on_demand,
    rehearse=run_preview,
    repair=repair.repair_page,
    repair_host=repair.repair_host,
    repair_behind=repair.repair_behind,
    clean=lambda _: clean_and_notify(),
    archive=lambda _: sweep.archive(),
)
