"""Repair: publication of lost or outdated hosts and pages.

It must not delay a write or a visit.

| target | starts | stops |
|---|---|---|
| a page or host that is visited | at once, if a permit for heavy work is free | when it is done |
| hosts, then pages, behind | with a sweep, in one process of a pool | when a write or visit waits |

Pages that were visited or changed lately come first. A page is claimed before the attempt:
one that can't be published is tried at growing intervals, even if it ends the process.
"""

import time
from typing import Final

from domain.runtime.metrics import REPAIRED
from domain.store.postgres.engine import autocommit
from domain.store.postgres.publication import note_hosts
from domain.store.redis import publisher as artifacts
from domain.store.work_queue import (
    Job,
    claim_pages_behind,
    host_row,
    hosts_are_published,
    release_claims,
    work_queue,
)
from workers import permits
from workers.drain import drain_stream
from workers.render.build import build_id

SLICE_S: Final = 1.0  # then the task is queued again, so that a stopping worker can end
CLAIMED_AT_ONCE: Final = 20  # about 0.25 s of work
PAUSE_S: Final = 0.1  # before repair continues after a write or a visit


def repair_page(job: Job) -> None:
    """Publish a page that a visitor requested."""
    (page_id,) = job.args
    drain_stream(page_id)
    REPAIRED.labels("asked").inc()


def repair_host(job: Job) -> None:
    """Publish a requested host after its page; record a host without a page.

    A visitor who saw the host first would request the page as well.
    """
    (host,) = job.args
    epoch = artifacts.epoch()
    with autocommit() as conn:
        row = host_row(conn, host)
        if row is None or row.page_id is None:
            artifacts.note_unknown_host(host)
            return
    drain_stream(row.page_id)
    with autocommit() as conn:
        if artifacts.publish_host(row.host, row.page_id, row.counter, epoch):
            note_hosts(conn, [row], epoch)
    REPAIRED.labels("asked").inc()


def repair_behind(job: Job) -> None:
    """Publish hosts and pages that are behind, for `SLICE_S`; reschedule the rest."""
    with permits.pool().repair.one() as is_free:
        if is_free and not publish_behind(time.monotonic() + SLICE_S):
            work_queue().send_after(job, PAUSE_S)


def publish_behind(ends_at: float) -> bool:
    """Publish hosts and pages that are behind; True once none is left.

    False if a write or a visit waits, or after `ends_at` (monotonic clock, seconds). Each call
    publishes something. Raises the errors of Postgres and Redis.
    """
    epoch = artifacts.epoch()
    while not hosts_are_published(epoch):
        if must_stop(ends_at):
            return False
    while True:
        with autocommit() as conn:
            page_ids = claim_pages_behind(conn, build_id(), epoch, CLAIMED_AT_ONCE)
        if not page_ids:
            return True
        if not repair_claimed(page_ids, ends_at):
            return False


def repair_claimed(page_ids: list[str], ends_at: float) -> bool:
    """Publish pages in order; release those not reached and return False."""
    remaining = list(page_ids)
    try:
        while remaining:
            if not drain_stream(remaining[0]):
                return False  # not the page's fault: Redis takes no writes, or was emptied
            REPAIRED.labels("behind").inc()
            remaining.pop(0)
            if remaining and must_stop(ends_at):
                return False
        return not must_stop(ends_at)
    except Exception:
        remaining.pop(0)  # this page's fault
        raise
    finally:
        if remaining:
            with autocommit() as conn:
                release_claims(conn, remaining)


def must_stop(ends_at: float) -> bool:
    """Return whether the time is up, or a write or visit waits."""
    return time.monotonic() > ends_at or work_queue().is_waited_for()
