"""The sweep: look for whatever is behind and ring for it. This is what repairs; nothing retries."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil

from domain.runtime.settings import load_settings
from domain.store.broker import worker_doorbell
from domain.store.postgres import command_log
from domain.store.postgres.engine import sync_engine
from domain.store.redis import publisher as artifacts
from domain.store.repairs import hosts_are_published
from workers import permits

logger = logging.getLogger(__name__)

SEEN_S = 10.0
SEEN_SWEEPS = 5


def sweep() -> None:
    """Ring for streams with unsettled commands, then for repair.

    A Redis for visitors that takes nothing keeps no command from being applied.
    """
    epoch = None
    with apart("read the epoch"):
        epoch = artifacts.renew_epoch_after_restart()
    with apart("ring"):
        for stream_id in unsettled():
            # Though somebody did: writers of a busy page would always be first, with doorbells that
            # a worker whose clock is ahead throws away.
            worker_doorbell().ring(stream_id, anyway=True)
    with apart("repair"):
        if epoch:
            worker_doorbell().ring_behind()
            hosts_are_published(epoch)  # a batch is quick; more of them are for repair
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


def unsettled() -> list[str]:
    """Return the streams that have commands which are not settled, or not told of."""
    with sync_engine().connect() as conn:
        return command_log.streams_behind(conn)
