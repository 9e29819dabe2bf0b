"""Allocation of processes: heavy work leaves one process of the pool to other jobs.

A job is heavy if it is no drain, or if its stream was slow.

| a job | whose stream cools down | that is heavy | else |
|---|---|---|---|
| arrives | is sent again after that | runs if a permit is free, else waits | runs |
| has run | | is followed by waiting jobs, up to `IN_A_ROW_S` | |
"""

import logging
import time
from collections.abc import Callable
from typing import Final

from domain.store.broker import UNREACHABLE
from domain.store.postgres.engine import UNREACHABLE as POSTGRES_UNREACHABLE
from domain.store.postgres.engine import first_line
from domain.store.work_queue import DRAIN_TASK, Job, StreamLoad, work_queue
from workers import permits
from workers.permits import Stopwatch

logger = logging.getLogger(__name__)

IN_A_ROW_S: Final = 2.0  # limits how long a process that has to end still works
OUTAGES: Final = (*POSTGRES_UNREACHABLE, *UNREACHABLE)
DRAIN_TASKS: Final = {DRAIN_TASK, "repair"}
AGAIN_S: Final = 0.05  # delay of a job while another process works for its stream
DEFAULT_LOAD: Final = StreamLoad(0.0, is_slow=False)
Work = Callable[[Job], None]
RUNNERS: Final[dict[str, Work]] = {}  # by task name; workers/tasks.py registers them


def run_or_defer(job: Job) -> None:
    """Run a job now or later, and log every exception of it."""
    stream_load = read_stream_load(job)
    if stream_load.cool_down_s:
        work_queue().send_after(job, stream_load.cool_down_s)
    elif job.task == DRAIN_TASK and not stream_load.is_slow:
        run_job(job)
    else:
        run_heavy(job)


def run_heavy(job: Job) -> None:
    """Run a heavy job and the waiting ones under a permit, else queue it."""
    with permits.pool().heavy.one() as is_free:
        if not is_free:
            work_queue().put(job)
            return
        ends_at = time.monotonic() + IN_A_ROW_S
        run_exclusively(job)
        run_waiting(ends_at)


def run_waiting(ends_at: float) -> None:
    """Run the jobs that wait for a permit, the oldest first.

    After `ends_at` (monotonic clock, seconds) the next job goes to another process.
    """
    while (job := work_queue().take()) is not None:
        stream_load = read_stream_load(job)
        if stream_load.cool_down_s:
            work_queue().send_after(job, stream_load.cool_down_s)
        elif time.monotonic() < ends_at:
            run_exclusively(job)
        else:
            work_queue().send(job)
            return


def run_exclusively(job: Job) -> None:
    """Run a job once no other process does heavy work for its stream."""
    if not job.stream:
        run_job(job)
        return
    with permits.pool().heavy.alone(job.stream) as is_alone:
        if is_alone:
            run_job(job)
        else:
            work_queue().send_after(job, AGAIN_S)


def read_stream_load(job: Job) -> StreamLoad:
    """Return the load of a job's stream; without a broker, the default."""
    try:
        return work_queue().stream_load(job.stream) if job.stream else DEFAULT_LOAD
    except UNREACHABLE as error:
        logger.warning("can't tell whether %s rests: %s", job.stream, first_line(error))
        return DEFAULT_LOAD


def run_job(job: Job) -> None:
    """Run a job and charge its time to its stream.

    Time lost in an outage is not charged. Exceptions are logged and do not reach Celery: see
    workers/tasks.py.
    """
    stopwatch = Stopwatch()
    try:
        RUNNERS[job.task](job)
        is_charged = job.task in DRAIN_TASKS  # by the drain, before it rings for newer commands
    except OUTAGES as error:
        logger.warning("%s is left to later: %s", job.task, first_line(error))
        return
    except Exception:
        logger.exception("%s made us raise", job.task)
        is_charged = False
    if job.stream and not is_charged:
        charge(job.stream, stopwatch.worked_s())


def charge(stream_id: str, worked_s: float) -> None:
    """Charge seconds of work to a stream, which cools down for them."""
    try:
        work_queue().charge(stream_id, worked_s)
    except UNREACHABLE as error:
        logger.warning("can't note what %s took: %s", stream_id, first_line(error))
