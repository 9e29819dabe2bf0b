"""Cleaning up: what has expired leaves Postgres, and what was settled long ago the log's table."""

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

BATCH: Final = 1_000  # rows: a short transaction, appends go on beside it
# For each kind, every ten minutes: some hundred thousand rows, more than an account may write.
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
    """Throw away what has expired: idempotency keys, refusals, what was deleted, sessions.

    Accounts that a web process of the release before made get their mailbox's key.
    """
    for forget in EXPIRING:
        forget_in_batches(forget, CLEANING_S)
    with sync_engine().begin() as conn:
        forget_expired_sessions(conn)
        forget_unused_devices(conn)
    with sync_engine().begin() as conn:
        give_missing_keys(conn)


def forget_in_batches(forget: Callable[[Connection, int], int], within_s: float) -> None:
    """Forget until nothing is left, or for so long; the next time goes on."""
    ends_at = time.monotonic() + within_s
    gone, batch = 0, 1
    while batch and time.monotonic() < ends_at:
        with sync_engine().begin() as conn:
            batch = forget(conn, BATCH)
        gone += batch
    if gone:
        logger.info("forgotten", extra={"what": forget.__name__, "rows": gone})


def archive() -> None:
    """Move settled commands that are old enough, a few at a time, and not all night."""
    days = load_settings().archive_after_days
    moved = 0
    while moved < ARCHIVED_AN_HOUR:
        with sync_engine().begin() as conn:
            batch = command_archive.archive_settled(conn, days, ARCHIVED_AT_ONCE)
        moved += batch
        if batch < ARCHIVED_AT_ONCE:
            break
    if moved:
        logger.info("archived", extra={"commands": moved})
