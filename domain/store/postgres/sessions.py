"""Sessions of accounts and devices with an earlier login, stored by their tokens' hashes.

Guesses from elsewhere don't lock a known device out. A browser holds one token, whose hash is
linked to each account that logged in there. It grants no access.

Sources: docs/architecture.md, "Account changes are not commands"; OWASP, "Slow Down Online
Guessing Attacks with Device Cookies".
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, text

from domain.store.postgres.accounts import SESSION_LASTS, create_account, logins_of

SESSIONS_MAX: Final = 100  # per account; a script that logs in every minute keeps no more
USER_AGENT_LIMIT: Final = 200

# Only for the password that was checked: the lock waits for a change of it, or for the account's
# deletion. A concurrent change waits likewise, and ends this session.
_OPEN = text("""
WITH owner AS (
  SELECT id FROM accounts
  WHERE id = :account_id AND password_hash = :checked_hash AND deleted_at IS NULL FOR SHARE
)
INSERT INTO sessions
  (token_hash, id, account_id, created_at, last_used_at, expires_at, user_agent)
SELECT CAST(:token_hash AS text), CAST(:id AS text), id, clock_timestamp(),
  date_trunc('minute', clock_timestamp()), clock_timestamp() + :lasts, CAST(:user_agent AS text)
FROM owner RETURNING id
""")
_END_OLDEST = text("""
DELETE FROM sessions WHERE id IN (
  SELECT id FROM sessions WHERE account_id = :account_id
  ORDER BY coalesce(last_used_at, created_at) DESC, id DESC OFFSET :kept
)
""")
_HOLDER = text("""
SELECT a.id, a.email, a.tier, a.tier_until, a.created_at, s.id AS session_id, a.is_verified,
  a.pending_email
FROM sessions s
JOIN accounts a ON a.id = s.account_id
WHERE s.token_hash = :token_hash AND s.expires_at > statement_timestamp() AND a.deleted_at IS NULL
""")
_TOUCH = text("""
UPDATE sessions SET last_used_at = date_trunc('minute', clock_timestamp()) WHERE id = :id
AND coalesce(last_used_at, '-infinity') < date_trunc('minute', clock_timestamp())
""")
_OPEN_ONES = text("""
SELECT id, created_at, coalesce(last_used_at, date_trunc('minute', created_at)) AS last_used_at,
  expires_at, user_agent
FROM sessions WHERE account_id = :account_id AND expires_at > statement_timestamp()
ORDER BY last_used_at DESC, id DESC
""")
_CLOSE = text("DELETE FROM sessions WHERE token_hash = :token_hash")
_REVOKE = text("""
DELETE FROM sessions
WHERE id = :id AND account_id = :account_id AND expires_at > statement_timestamp() RETURNING id
""")
_REVOKE_OTHERS = text("""
WITH ended AS (
  DELETE FROM sessions WHERE account_id = :account_id AND id <> :id RETURNING expires_at
)
SELECT count(*) FROM ended WHERE expires_at > statement_timestamp()
""")
_FORGET_EXPIRED = text("DELETE FROM sessions WHERE expires_at <= statement_timestamp()")


@dataclass(frozen=True, slots=True)
class Holder:
    """The account of a session, with the session's id."""

    account_id: str
    email: str
    tier: str
    tier_until: datetime | None
    created_at: datetime
    session_id: str
    is_verified: bool = True
    pending_email: str | None = None


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session that begins; `checked_hash` is of the password that was checked."""

    id: str
    account_id: str
    token_hash: str
    checked_hash: str
    user_agent: str | None


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as its owner sees it; `last_used_at` is a whole minute."""

    id: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    user_agent: str | None


def open_session(conn: Connection, session: NewSession) -> bool:
    """Begin a session; False if the password changed or the account is gone.

    It lasts 30 days. Of more than 100 the least recently used one ends.
    """
    values = {
        "id": session.id,
        "account_id": session.account_id,
        "token_hash": session.token_hash,
        "checked_hash": session.checked_hash,
        "user_agent": session.user_agent,
        "lasts": SESSION_LASTS,
    }
    if conn.execute(_OPEN, values).one_or_none() is None:
        return False
    conn.execute(_END_OLDEST, {"account_id": session.account_id, "kept": SESSIONS_MAX})
    return True


def holder_of(conn: Connection, token_hash: str) -> Holder | None:
    """Return the account of a token's open session; None without one."""
    row = conn.execute(_HOLDER, {"token_hash": token_hash}).one_or_none()
    return Holder(*row) if row else None


def touch_session(conn: Connection, session_id: str) -> None:
    """Note that a session was used in this minute."""
    conn.execute(_TOUCH, {"id": session_id})


def sessions_of(conn: Connection, account_id: str) -> list[OpenSession]:
    """Return an account's open sessions, the most recently used first."""
    return [OpenSession(*row) for row in conn.execute(_OPEN_ONES, {"account_id": account_id})]


def close_session(conn: Connection, token_hash: str) -> None:
    """End the session of a token."""
    conn.execute(_CLOSE, {"token_hash": token_hash})


def revoke_session(conn: Connection, account_id: str, session_id: str) -> bool:
    """End one of an account's sessions; False if it has none of this id."""
    values = {"account_id": account_id, "id": session_id}
    return conn.execute(_REVOKE, values).one_or_none() is not None


def revoke_others(conn: Connection, account_id: str, session_id: str) -> int:
    """End all of an account's sessions but one; return their number."""
    values = {"account_id": account_id, "id": session_id}
    return int(conn.execute(_REVOKE_OTHERS, values).scalar_one())


def forget_expired_sessions(conn: Connection) -> None:
    """Delete expired sessions."""
    conn.execute(_FORGET_EXPIRED)


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
    "DELETE FROM devices WHERE last_used_at < statement_timestamp() - make_interval(days => :days)"
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


@dataclass(frozen=True, slots=True)
class NewLogin:
    """A login that begins, and the hashes of the tokens that it replaces."""

    session: NewSession
    device_hash: str
    old_session_hash: str | None
    old_device_hash: str | None


def log_in(conn: Connection, new_login: NewLogin) -> bool:
    """Log in, in a transaction; False for a changed password or a deleted account."""
    session = new_login.session
    if not open_session(conn, session):
        return False
    if new_login.old_session_hash:
        close_session(conn, new_login.old_session_hash)
    remember_device(conn, session.account_id, new_login.old_device_hash, new_login.device_hash)
    return True


def sign_up(conn: Connection, new_login: NewLogin, email: str, *, is_verified: bool = True) -> bool:
    """Create an account and log in; False if the e-mail is taken.

    Runs in a transaction.
    """
    session = new_login.session
    is_new = create_account(
        conn, session.account_id, email, session.checked_hash, is_verified=is_verified
    )
    return is_new and log_in(conn, new_login)
