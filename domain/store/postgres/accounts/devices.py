"""Devices with an earlier login: guesses from elsewhere don't lock them out.

A browser holds one token, whose hash is linked to each account that logged in there. It grants no
access. Source: OWASP, "Slow Down Online Guessing Attacks with Device Cookies".
"""

from typing import Final

from sqlalchemy import Connection, text

from domain.store.postgres.accounts.accounts import logins_of

DEVICE_DAYS: Final = 365  # since the last login
DEVICES_MAX: Final = 20  # per account

_KNOWS = text("""
SELECT EXISTS (
  SELECT FROM devices WHERE token_hash = :token_hash AND account_id = ANY(:account_ids)
)
""")
# Every login gives the browser another token: a token planted by an attacker becomes useless.
_ROTATE = text("UPDATE devices SET token_hash = :token_hash WHERE token_hash = :old_hash")
_REMEMBER = text("""
WITH owner AS (
  SELECT id FROM accounts WHERE id = :account_id AND deleted_at IS NULL FOR SHARE
)
INSERT INTO devices (token_hash, account_id, created_at, last_used_at)
SELECT CAST(:token_hash AS text), id, clock_timestamp(), clock_timestamp() FROM owner
ON CONFLICT (token_hash, account_id) DO UPDATE SET last_used_at = excluded.last_used_at
""")
_FORGET_OLDEST = text("""
DELETE FROM devices WHERE account_id = :account_id AND token_hash IN (
  SELECT token_hash FROM devices WHERE account_id = :account_id
  ORDER BY last_used_at DESC OFFSET :kept
)
""")
_FORGET_UNUSED = text(
    "DELETE FROM devices WHERE last_used_at < clock_timestamp() - make_interval(days => :days)"
)


def knows_device(conn: Connection, email: str, token_hash: str) -> bool:
    """Tell whether the account of an e-mail was logged in to on this device."""
    account_ids = [login.account_id for login in logins_of(conn, email)]
    values = {"account_ids": account_ids, "token_hash": token_hash}
    return bool(conn.execute(_KNOWS, values).scalar())


def remember_device(
    conn: Connection, account_id: str, old_hash: str | None, token_hash: str
) -> None:
    """Link a device to an account; links of its former token are kept."""
    if old_hash is not None:
        conn.execute(_ROTATE, {"old_hash": old_hash, "token_hash": token_hash})
    conn.execute(_REMEMBER, {"account_id": account_id, "token_hash": token_hash})
    conn.execute(_FORGET_OLDEST, {"account_id": account_id, "kept": DEVICES_MAX})


def forget_unused_devices(conn: Connection) -> None:
    """Delete devices without a login for a year."""
    conn.execute(_FORGET_UNUSED, {"days": DEVICE_DAYS})
