"""The tasks by the names that doorbells use. They only delegate."""

from celery import Task

from domain.store.doorbell import REQUEST_ID
from domain.store.lines import bound
from workers import clock, cold, mounts, rehearsal, sweep
from workers.app import app
from workers.drain import drain_stream


@app.task(name="drain")
def drain(stream_id: str) -> None:
    """Apply what waits on a stream."""
    drain_stream(stream_id)


@app.task(name="render_cold", bind=True)
def render_cold(self: Task, page_id: str, name: str) -> None:
    """Render an artifact that a visitor asked for."""
    with bound(request_id=self.request.get(REQUEST_ID), stream=page_id):
        cold.render(page_id, name)


@app.task(name="rehearse", bind=True)
def rehearse(self: Task, rehearsal_id: str) -> None:
    """Find out what a write would do."""
    with bound(request_id=self.request.get(REQUEST_ID)):
        rehearsal.rehearse(rehearsal_id)


@app.task(name="sweep")
def sweep_streams() -> None:
    """Ring for everything that is behind."""
    sweep.sweep()


@app.task(name="clock")
def keep_time() -> None:
    """Start and finish what is due."""
    clock.keep_time()


@app.task(name="check_mounts")
def check_mounts() -> None:
    """Begin to look up in DNS what is due."""
    mounts.begin_due()


@app.task(name="clean")
def clean() -> None:
    """Throw away what has expired."""
    sweep.clean()


@app.task(name="archive")
def archive() -> None:
    """Move what was settled long ago out of the log's table."""
    sweep.archive()
