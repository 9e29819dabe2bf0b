"""Repair: publish what Redis has lost, or shows as it was, without delaying a write or a visit.

| what | starts | stops |
|---|---|---|
| a page or host that is visited | at once, if a permit for heavy work is free | when it is done |
| hosts, then pages, behind | with a sweep; one process of a pool | when a write or visit waits |

Pages that were visited or changed lately come first. A page is claimed before it is tried: one that
can't be published, though it ends its process, is tried ever more rarely.
"""

import time
from typing import Final

from domain.runtime.metrics import REPAIRED
from domain.store import broker as doorbell
from domain.store.postgres.engine import autocommit
from domain.store.postgres.publication import note_hosts
from domain.store.redis import publisher as artifacts
from domain.store.repairs import claim_behind, give_back, host_row, hosts_are_published
from domain.store.work_queue import Job, work_queue
from workers import permits
from workers.drain import answer, drain_stream
from workers.render.build import build_id

SLICE_S: Final = 1.0  # then it goes to the tail of its queue: a worker that is told to end can end
CLAIMED_AT_ONCE: Final = 20  # about a quarter of a second's work
PAUSE_S: Final = 0.05  # before it goes on where a write or a visit went first


def repair_page(job: Job) -> None:
    """Publish a page that a visitor asks for."""
    (page_id,) = job.args
    answer(doorbell.repair_of(page_id))
    drain_stream(page_id)
    REPAIRED.labels("asked").inc()


def repair_host(job: Job) -> None:
    """Publish a host that a visitor asks for, and its page; if there is none, note that."""
    (host,) = job.args
    answer(doorbell.repair_of(host))
    epoch = artifacts.epoch()
    with autocommit() as conn:
        row = host_row(conn, host)
        if row is None or row.page_id is None:
            artifacts.note_unknown_host(host)
            return
        if artifacts.publish_host(row.host, row.page_id, row.counter, epoch):
            note_hosts(conn, [row], epoch)
    drain_stream(row.page_id)
    REPAIRED.labels("asked").inc()


def repair_behind(job: Job) -> None:
    """Publish what is behind, for a while; go on soon if there is more."""
    with permits.pool().repair.one() as is_free:
        if is_free and not is_repaired(time.monotonic() + SLICE_S):
            work_queue().send_after(job, PAUSE_S)


def is_repaired(ends_at: float) -> bool:
    """Publish what is behind until it is done (True), somebody waits, or the time is up.

    Something is done at each call, however many wait. Raises what Postgres and Redis raise.
    """
    epoch = artifacts.epoch()
    while not hosts_are_published(epoch):
        if must_stop(ends_at):
            return False
    while True:
        with autocommit() as conn:
            claimed = claim_behind(conn, build_id(), epoch, CLAIMED_AT_ONCE)
        if not claimed:
            return True
        if not repair_claimed(claimed, ends_at):
            return False


def repair_claimed(claimed: list[str], ends_at: float) -> bool:
    """Publish pages one after the other; give back those that there is no time for: False."""
    left = list(claimed)
    try:
        while left:
            if not drain_stream(left[0]):
                return False  # no fault of the page: Redis takes nothing, or was emptied
            REPAIRED.labels("behind").inc()
            left.pop(0)
            if left and must_stop(ends_at):
                return False
        return not must_stop(ends_at)
    except Exception:
        left.pop(0)  # the fault of this one
        raise
    finally:
        if left:
            with autocommit() as conn:
                give_back(conn, left)


def must_stop(ends_at: float) -> bool:
    """Tell whether the time is up, or a write or a visit waits for a process."""
    return time.monotonic() > ends_at or work_queue().is_waited_for()
