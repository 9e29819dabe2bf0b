"""The sweep: look for whatever is behind and ring for it. This is what repairs; nothing retries."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil

from domain.store import artifacts
from domain.store import log as command_log
from domain.store.doorbell import worker_doorbell
from domain.store.engine import sync_engine
from domain.store.publication import hosts_behind, note_host, pages_behind
from domain.store.settings import load_settings
from workers import permits
from workers.render.build import build_id

logger = logging.getLogger(__name__)

PAGES_A_SWEEP = 500
HOSTS_A_SWEEP = 5_000
SEEN_S = 10.0
SEEN_SWEEPS = 5


def sweep() -> None:
    """Ring for streams with unsettled commands and pages that are behind; write host entries.

    A Redis for visitors that takes nothing keeps no command from being applied.
    """
    epoch = None
    with apart("read the epoch"):
        epoch = artifacts.renew_epoch_after_restart()
    with apart("publish hosts"):
        publish_hosts(epoch)
    with apart("ring"):
        for stream_id in behind(epoch):
            # Though somebody did: writers of a busy page would always be first, with doorbells that
            # a worker whose clock is ahead throws away.
            worker_doorbell().ring(stream_id, anyway=True)
        if epoch:
            artifacts.mark_worker_seen(seen_s(load_settings().sweep_s), permits.pool().size)


def seen_s(sweep_s: float) -> int:
    """Return for how many seconds a sweep tells that a worker is at work: some may be late."""
    return ceil(max(SEEN_S, SEEN_SWEEPS * sweep_s))


@contextmanager
def apart(what: str) -> Iterator[None]:
    """Go on with the next step, whatever this one raises."""
    try:
        yield
    except Exception:
        logger.exception("the sweep can't %s", what)


def behind(epoch: str | None) -> list[str]:
    """Return the streams to ring for; without an epoch nobody can tell what is unpublished."""
    with sync_engine().connect() as conn:
        unsettled = command_log.streams_behind(conn)
        unpublished = pages_behind(conn, build_id(), epoch, PAGES_A_SWEEP) if epoch else []
    return list(dict.fromkeys([*unsettled, *unpublished]))


def publish_hosts(epoch: str | None) -> None:
    """Write the host entries that this epoch lacks; when none are left, mark them complete."""
    if epoch is None:
        return
    with sync_engine().begin() as conn:
        rows = hosts_behind(conn, epoch, HOSTS_A_SWEEP)
        for row in rows:
            if not artifacts.publish_host(row.host, row.page_id, row.counter, epoch):
                return
            note_host(conn, row, epoch)
    if len(rows) < HOSTS_A_SWEEP:
        artifacts.mark_hosts_complete(epoch)
