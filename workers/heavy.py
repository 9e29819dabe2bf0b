"""Which process does what: work that may take long leaves one process of the pool to the rest.

| a job | whose stream rests | that is no drain, or of a stream that was slow | else |
|---|---|---|---|
| comes | is sent again when the rest is over | is done if a permit is free, else waits | is done |
| is done | | is followed by what waits, up to `IN_A_ROW_S` | |
"""

import logging
import time
from collections.abc import Callable
from typing import Final

from domain.store.broker import UNREACHABLE
from domain.store.postgres.engine import UNREACHABLE as POSTGRES_UNREACHABLE
from domain.store.postgres.engine import first_line
from domain.store.work_queue import DRAIN_TASK, Job, Standing, work_queue
from workers import permits
from workers.stopwatch import Stopwatch

logger = logging.getLogger(__name__)

IN_A_ROW_S: Final = 2.0  # a process that was told to end waits no longer than this for its turn
OUTAGES: Final = (*POSTGRES_UNREACHABLE, *UNREACHABLE)
DRAINING: Final = {DRAIN_TASK, "repair"}
AGAIN_S: Final = 0.05  # when a job is tried again whose stream another process works for
AT_EASE: Final = Standing(0.0, is_slow=False)
Work = Callable[[Job], None]
WORKS: Final[dict[str, Work]] = {}  # by the names of tasks, which workers/tasks.py registers


def begin(job: Job) -> None:
    """Do a job, now or later; what it raises is said."""
    standing = standing_of(job)
    if standing.rests_s:
        work_queue().send_after(job, standing.rests_s)
    elif job.task == DRAIN_TASK and not standing.is_slow:
        do(job)
    else:
        begin_heavy(job)


def begin_heavy(job: Job) -> None:
    """Do a job and what waits behind it if a permit is free; else let it wait."""
    with permits.pool().heavy.one() as is_free:
        if not is_free:
            work_queue().put(job)
            return
        ends_at = time.monotonic() + IN_A_ROW_S
        do_alone(job)
        follow_up(ends_at)


def follow_up(ends_at: float) -> None:
    """Do what waits for a permit, the oldest first; from `ends_at` on another process goes on."""
    while (job := work_queue().take()) is not None:
        standing = standing_of(job)
        if standing.rests_s:
            work_queue().send_after(job, standing.rests_s)
        elif time.monotonic() < ends_at:
            do_alone(job)
        else:
            work_queue().send(job)
            return


def do_alone(job: Job) -> None:
    """Do a job, or a little later: one stream takes no more than one process for heavy work."""
    if not job.stream:
        do(job)
        return
    with permits.pool().heavy.alone(job.stream) as is_alone:
        if is_alone:
            do(job)
        else:
            work_queue().send_after(job, AGAIN_S)


def standing_of(job: Job) -> Standing:
    """Return how a job's stream stands; a broker that is gone keeps nothing from being done."""
    try:
        return work_queue().standing(job.stream) if job.stream else AT_EASE
    except UNREACHABLE as error:
        logger.warning("can't tell whether %s rests: %s", job.stream, first_line(error))
        return AT_EASE


def do(job: Job) -> None:
    """Do a job and charge its time to its stream; what an outage took is charged to nobody.

    What is raised is said, and no business of Celery's: see workers/tasks.py.
    """
    stopwatch = Stopwatch()
    try:
        WORKS[job.task](job)
        is_charged = job.task in DRAINING  # by the drain, before it rings for what came meanwhile
    except OUTAGES as error:
        logger.warning("%s is left to later: %s", job.task, first_line(error))
        return
    except Exception:
        logger.exception("%s made us raise", job.task)
        is_charged = False
    if job.stream and not is_charged:
        charge(job.stream, stopwatch.worked_s())


def charge(stream_id: str, worked_s: float) -> None:
    """Note what a stream has to rest for."""
    try:
        work_queue().charge(stream_id, worked_s)
    except UNREACHABLE as error:
        logger.warning("can't note what %s took: %s", stream_id, first_line(error))
