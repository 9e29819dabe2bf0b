"""The sweep: it finds streams and pages that are behind, and rings for them.

This is the only repair of lost doorbells; nothing else retries.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil

from domain.runtime.settings import load_settings
from domain.store.broker import worker_task_sender
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

    If the visitors' Redis takes no writes, commands are applied all the same.
    """
    epoch = None
    with log_errors_of("read the epoch"):
        epoch = artifacts.renew_epoch_after_restart()
    with log_errors_of("ring"):
        for stream_id in fetch_unsettled_streams():
            # Even if a ring is pending: writers of a busy page would always ring first, with
            # doorbells that a worker with a fast clock discards.
            worker_task_sender().request_drain(stream_id, anyway=True)
    with log_errors_of("repair"):
        if epoch:
            worker_task_sender().request_repair_behind()
            hosts_are_published(epoch)  # one batch is quick; repair publishes the others
            artifacts.mark_worker_seen(seen_s(load_settings().sweep_s), permits.pool().size)


def seen_s(sweep_s: float) -> int:
    """Return for how many seconds a sweep counts as a sign of life.

    Some sweeps may be late.
    """
    return ceil(max(SEEN_S, SEEN_SWEEPS * sweep_s))


@contextmanager
def log_errors_of(step: str) -> Iterator[None]:
    """Log an exception of the block, so that the next step runs."""
    try:
        yield
    except Exception:
        logger.exception("the sweep can't %s", step)


def fetch_unsettled_streams() -> list[str]:
    """Return the streams with commands not settled, or not announced."""
    with sync_engine().connect() as conn:
        return command_log.streams_behind(conn)
