"""Cleaning: deletion of expired rows, and archiving of commands settled long ago."""

import logging
import time
from collections.abc import Callable
from typing import Final

from domain.runtime.settings import load_settings
from domain.store.postgres import archive as command_archive
from domain.store.postgres import expiry
from domain.store.postgres.accounts.devices import forget_unused_devices
from domain.store.postgres.accounts.mailbox_keys import give_missing_keys
from domain.store.postgres.accounts.sessions import forget_expired_sessions
from domain.store.postgres.engine import Connection, sync_engine
from domain.store.postgres.receipts import forget_expired_uses

logger = logging.getLogger(__name__)

BATCH: Final = 1_000  # rows: a short transaction, beside which appends continue
# For each kind, per run: some hundred thousand rows, more than an account may write.
CLEANING_S: Final = 10.0
ARCHIVED_AT_ONCE: Final = 500
ARCHIVED_AN_HOUR: Final = 50_000
EXPIRING: Final = (
    forget_expired_uses,
    expiry.forget_refusals,
    expiry.forget_closed_streams,
    expiry.forget_free_hosts,
)


def clean() -> None:
    """Delete expired idempotency keys, refusals, closed streams, free hosts and sessions.

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
            batch = command_archive.archive_settled(conn, days, ARCHIVED_AT_ONCE)
        count += batch
        if batch < ARCHIVED_AT_ONCE:
            break
    if count:
        logger.info("archived", extra={"commands": count})
