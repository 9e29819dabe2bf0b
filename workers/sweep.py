"""The sweep: it finds streams and pages that are behind, and rings for them.

This is the only repair of lost doorbells; nothing else retries.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil
from typing import Final

from domain.runtime.settings import load_settings
from domain.store.broker import worker_task_sender
from domain.store.postgres import command_log, retention
from domain.store.postgres.accounts import give_missing_keys
from domain.store.postgres.engine import Connection, sync_engine
from domain.store.postgres.notifications import subscribers
from domain.store.postgres.notifications.link_tokens import forget_expired_links
from domain.store.postgres.notifications.mails import forget_mails
from domain.store.postgres.notifications.outbox import forget_events
from domain.store.postgres.notifications.quota import forget_mail_counts
from domain.store.postgres.receipts import forget_expired_uses
from domain.store.postgres.sessions import forget_expired_sessions, forget_unused_devices
from domain.store.redis import publisher as artifacts
from domain.store.work_queue import hosts_are_published
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


BATCH: Final = 1_000  # rows: a short transaction, beside which appends continue
# For each kind, per run: some hundred thousand rows, more than an account may write.
CLEANING_S: Final = 10.0
ARCHIVED_AT_ONCE: Final = 500
ARCHIVED_AN_HOUR: Final = 50_000
EXPIRING: Final = (
    forget_expired_uses,
    retention.forget_refusals,
    retention.forget_closed_streams,
    retention.forget_free_hosts,
    retention.forget_shown_days,
    retention.forget_cancelled_maintenances,
    forget_expired_links,
    forget_mail_counts,
    forget_events,
    subscribers.forget_unconfirmed,
    subscribers.forget_ended_follows,
    forget_mails,
)


def clean() -> None:
    """Delete expired keys, refusals, streams, hosts, shown days, mails, sessions.

    Accounts that a web process of the previous release created get the key of their mailbox.
    """
    for forget in EXPIRING:
        forget_in_batches(forget, CLEANING_S)
    with sync_engine().begin() as conn:
        forget_expired_sessions(conn)
        forget_unused_devices(conn)
    with sync_engine().begin() as conn:
        give_missing_keys(conn)


def forget_in_batches(forget: Callable[[Connection, int], int], within_s: float) -> None:
    """Delete rows in batches, for `within_s` seconds at most.

    The next call continues.
    """
    ends_at = time.monotonic() + within_s
    count, batch = 0, 1
    while batch and time.monotonic() < ends_at:
        with sync_engine().begin() as conn:
            batch = forget(conn, BATCH)
        count += batch
    if count:
        logger.info("forgotten", extra={"what": forget.__name__, "rows": count})


def archive() -> None:
    """Move settled commands that are old enough, up to `ARCHIVED_AN_HOUR` per call."""
    days = load_settings().archive_after_days
    count = 0
    while count < ARCHIVED_AN_HOUR:
        with sync_engine().begin() as conn:
            batch = retention.archive_settled(conn, days, ARCHIVED_AT_ONCE)
        count += batch
        if batch < ARCHIVED_AT_ONCE:
            break
    if count:
        logger.info("archived", extra={"commands": count})
