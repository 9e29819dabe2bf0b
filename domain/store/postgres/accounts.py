"""Accounts: creation, passwords, e-mail addresses and their keys, ledger, erasure.

Source: docs/architecture.md, "Account changes are not commands".
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, select, text

from domain.account.state import Booking
from domain.runtime.credentials import email_key, former_email_key
from domain.store.postgres import tables as t
from domain.store.postgres.command_log import open_stream
from domain.store.postgres.rows import to_dataclass

_HOLDER = text("SELECT email FROM accounts WHERE email_key = :former_key AND id <> :id")
_FREE = text("""
UPDATE accounts SET mailbox_key = NULL, mailbox_email = NULL
WHERE mailbox_key = :mailbox_key AND mailbox_email <> email
""")
_FREE_ALL = text("""
UPDATE accounts SET mailbox_key = NULL, mailbox_email = NULL WHERE mailbox_email <> email
""")
_WITHOUT = text("""
SELECT id, email FROM accounts WHERE mailbox_key IS NULL AND email <> '' ORDER BY created_at, id
""")
_GIVE = text("""
UPDATE accounts SET mailbox_key = :mailbox_key, mailbox_email = :email
WHERE id = :id AND email = :email
  AND NOT EXISTS (SELECT FROM accounts WHERE mailbox_key = :mailbox_key)
""")


def keys_for(conn: Connection, account_id: str, email: str) -> dict[str, str]:
    """Return `email_key` and `mailbox_key` of an account for an e-mail.

    Where the former key is another mailbox's (`russ@`, where `ruß@` is), the account's id takes its
    place: no e-mail looks like one. Where it is the same mailbox's, its index refuses the row.
    """
    key, former_key = email_key(email), former_email_key(email)
    conn.execute(_FREE, {"mailbox_key": key})
    holder_email = conn.execute(_HOLDER, {"former_key": former_key, "id": account_id}).scalar()
    is_other = holder_email is not None and email_key(holder_email) != key
    return {"email_key": account_id if is_other else former_key, "mailbox_key": key}


def give_missing_keys(conn: Connection) -> None:
    """Set missing keys, the oldest accounts first, where the key is free."""
    conn.execute(_FREE_ALL)
    for account_id, email in conn.execute(_WITHOUT).all():
        values = {"id": account_id, "email": email, "mailbox_key": email_key(email)}
        conn.execute(_GIVE, values)


# Unique indexes decide between concurrent sign-ups: on the mailbox's key, and the former one.
_CREATE = text("""
WITH created AS (
  INSERT INTO accounts
    (id, email, email_key, mailbox_key, mailbox_email, password_hash, created_at, is_verified)
  VALUES (:id, :email, :email_key, :mailbox_key, :email, :password_hash, clock_timestamp(),
    :is_verified)
  ON CONFLICT DO NOTHING RETURNING id
)
INSERT INTO streams (id, account_id, head_seq, last_at)
SELECT id, id, 0, date_trunc('milliseconds', clock_timestamp()) FROM created RETURNING id
""")
# An account without a password (the system's, a deleted one) can't log in.
_BY_EMAIL = text("""
SELECT id, email, password_hash FROM accounts
WHERE (mailbox_key = :mailbox_key OR email_key = :former_key) AND password_hash <> ''
ORDER BY email_key <> :former_key
""")
_PASSWORD = text("SELECT password_hash FROM accounts WHERE id = :id AND deleted_at IS NULL")
# Only if the password is still the one that was checked. The statements after it are separate: they
# see the sessions of logins that this one waited for.
_CHANGE = text("""
UPDATE accounts SET email = coalesce(:email, email), email_key = coalesce(:email_key, email_key),
  mailbox_key = coalesce(:mailbox_key, mailbox_key),
  mailbox_email = coalesce(:email, mailbox_email),
  password_hash = coalesce(:password_hash, password_hash)
WHERE id = :id AND password_hash = :checked_hash AND deleted_at IS NULL RETURNING email
""")
_END_OTHERS = text("DELETE FROM sessions WHERE account_id = :id AND id <> :session_id")
SESSION_LASTS: Final = timedelta(days=30)
_ROTATE = text("""
UPDATE sessions SET token_hash = :token_hash, expires_at = clock_timestamp() + :lasts
WHERE id = :session_id
""")
_FORGET_OTHERS = text("DELETE FROM devices WHERE account_id = :id AND token_hash <> :device_hash")
_RESET = text("""
UPDATE accounts SET password_hash = :password_hash
WHERE id = :id AND password_hash <> '' RETURNING id
""")
_REHASH = text("""
UPDATE accounts SET password_hash = :password_hash
WHERE id = :id AND password_hash = :checked_hash AND deleted_at IS NULL
""")
_END_ALL = text("DELETE FROM sessions WHERE account_id = :id")
_FORGET_ALL = text("DELETE FROM devices WHERE account_id = :id")
EMAIL_INDEXES = frozenset({"accounts_email_key_key", "accounts_mailbox_key"})
SYSTEM_ACCOUNT = "a_system"  # its stream takes probes; it has no password and no e-mail
_SYSTEM = text("""
INSERT INTO accounts (id, email, email_key, password_hash, created_at)
VALUES (:id, '', :id, '', clock_timestamp()) ON CONFLICT DO NOTHING RETURNING id
""")


@dataclass(frozen=True, slots=True)
class Login:
    """An account's stored credentials."""

    account_id: str
    email: str
    password_hash: str


@dataclass(frozen=True, slots=True)
class Change:
    """A change of e-mail or password; None leaves a value as it is.

    `checked_hash` is of the password that the owner entered. With another password the session's
    token becomes that of `token_hash`, all other sessions end, and all devices but that of
    `device_hash` are unknown.
    """

    account_id: str
    session_id: str
    checked_hash: str
    email: str | None = None
    password_hash: str | None = None
    token_hash: str = ""
    device_hash: str = ""


def create_account(
    conn: Connection, account_id: str, email: str, password_hash: str, *, is_verified: bool = True
) -> bool:
    """Create an account with its stream; False if the e-mail has one already."""
    values = {
        "id": account_id,
        "is_verified": is_verified,
        "email": email,
        "password_hash": password_hash,
        **keys_for(conn, account_id, email),
    }
    return conn.execute(_CREATE, values).one_or_none() is not None


def logins_of(conn: Connection, email: str) -> list[Login]:
    """Return the logins of an e-mail, the closest spelling first.

    There are two where accounts made before `mailbox_key` share a mailbox: one holds the key.
    """
    key, former_key = email_key(email), former_email_key(email)
    rows = conn.execute(_BY_EMAIL, {"mailbox_key": key, "former_key": former_key})
    logins = [Login(*row) for row in rows]
    return [login for login in logins if email_key(login.email) == key]


def login_of(conn: Connection, email: str) -> Login | None:
    """Return the login of the account that an e-mail names."""
    return next(iter(logins_of(conn, email)), None)


def rehash(conn: Connection, account_id: str, checked_hash: str, password_hash: str) -> None:
    """Replace the checked hash by another hash of the same password."""
    values = {"id": account_id, "checked_hash": checked_hash, "password_hash": password_hash}
    conn.execute(_REHASH, values)


def password_hash_of(conn: Connection, account_id: str) -> str | None:
    """Return an account's password hash; None if it was deleted."""
    return conn.execute(_PASSWORD, {"id": account_id}).scalar()


def change_account(conn: Connection, change: Change) -> str | None:
    """Change e-mail or password; None if the checked password is an old one.

    Runs in a transaction and returns the e-mail. Raises IntegrityError on one of `EMAIL_INDEXES`:
    another account has it.
    """
    keys: dict[str, str | None] = {"email_key": None, "mailbox_key": None}
    if change.email is not None:
        keys |= keys_for(conn, change.account_id, change.email)
    values = {
        "id": change.account_id,
        "checked_hash": change.checked_hash,
        "email": change.email,
        "password_hash": change.password_hash,
        **keys,
    }
    email: str | None = conn.execute(_CHANGE, values).scalar()
    if email is not None and change.password_hash is not None:
        mine = {"id": change.account_id, "session_id": change.session_id}
        conn.execute(_END_OTHERS, mine)
        conn.execute(_ROTATE, {**mine, "token_hash": change.token_hash, "lasts": SESSION_LASTS})
        conn.execute(_FORGET_OTHERS, {**mine, "device_hash": change.device_hash})
    return email


def reset_password(conn: Connection, email: str, password_hash: str) -> bool:
    """Set another password and end all sessions; False without an account.

    Runs in a transaction. All devices become unknown: the holder of the old password may have one.
    """
    login = login_of(conn, email)
    if login is None:
        return False
    account_id = login.account_id
    if conn.execute(_RESET, {"id": account_id, "password_hash": password_hash}).scalar() is None:
        return False
    end_all_sessions(conn, account_id)
    return True


def end_all_sessions(conn: Connection, account_id: str) -> None:
    """End all sessions of an account; all its devices become unknown."""
    conn.execute(_END_ALL, {"id": account_id})
    conn.execute(_FORGET_ALL, {"id": account_id})


def ensure_system_account(conn: Connection) -> None:
    """Create the system account, for probes, unless it exists."""
    if conn.execute(_SYSTEM, {"id": SYSTEM_ACCOUNT}).one_or_none():
        open_stream(conn, SYSTEM_ACCOUNT, SYSTEM_ACCOUNT)


# The key of the e-mail is unique, so the id takes its place; no e-mail looks like one. Sessions
# come after the row: an earlier login is seen, a later one finds no password.
_ERASE = text("""
UPDATE accounts SET email = '', email_key = id, mailbox_key = NULL, mailbox_email = NULL,
  pending_email = NULL, is_verified = true, password_hash = '', deleted_at = :deleted_at
WHERE id = :id
""")
_FORGET_LINKS = text("DELETE FROM link_tokens WHERE account_id = :id")
# What was sent on the last day is counted by its address (owner_mail.letters), without its text.
_FORGET_MAILS = text("""
DELETE FROM mails WHERE account_id = :id
  AND (status = 'waiting' OR created_at < statement_timestamp() - interval '1 day')
""")
_EMPTY_MAILS = text("""
UPDATE mails SET subject = '', body = '', html = NULL, headers = '{}' WHERE account_id = :id
""")


def erase_account(conn: Connection, account_id: str, deleted_at: datetime) -> None:
    """Erase e-mail and password and end all sessions, in the drain's transaction."""
    conn.execute(_ERASE, {"id": account_id, "deleted_at": deleted_at})
    for forget in (_END_ALL, _FORGET_ALL, _FORGET_LINKS, _FORGET_MAILS, _EMPTY_MAILS):
        conn.execute(forget, {"id": account_id})


def booking_by(conn: Connection, command_id: str) -> Booking | None:
    """Return a command's ledger row; None if it changed no balance."""
    result = conn.execute(select(t.ledger).where(t.ledger.c.command_id == command_id))
    row = result.one_or_none()
    return to_dataclass(row, Booking) if row else None


def bookings_before(
    conn: Connection, account_id: str, seq: int | None, limit: int
) -> list[Booking]:
    """Return an account's rows before `seq` (None: all), newest first, at most `limit`."""
    c = t.ledger.c
    query = select(t.ledger).where(c.account_id == account_id)
    if seq is not None:
        query = query.where(c.seq < seq)
    rows = conn.execute(query.order_by(c.seq.desc()).limit(limit))
    return [to_dataclass(row, Booking) for row in rows]
