"""Sessions of accounts, stored by their tokens' hashes.

Source: docs/architecture.md, "Account changes are not commands".
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, text

SESSION_LASTS: Final = timedelta(days=30)
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
SELECT a.id, a.email, a.tier, a.tier_until, a.created_at, s.id AS session_id FROM sessions s
JOIN accounts a ON a.id = s.account_id
WHERE s.token_hash = :token_hash AND s.expires_at > clock_timestamp() AND a.deleted_at IS NULL
""")
_TOUCH = text("""
UPDATE sessions SET last_used_at = date_trunc('minute', clock_timestamp()) WHERE id = :id
AND coalesce(last_used_at, '-infinity') < date_trunc('minute', clock_timestamp())
""")
_OPEN_ONES = text("""
SELECT id, created_at, coalesce(last_used_at, date_trunc('minute', created_at)) AS last_used_at,
  expires_at, user_agent
FROM sessions WHERE account_id = :account_id AND expires_at > clock_timestamp()
ORDER BY last_used_at DESC, id DESC
""")
_CLOSE = text("DELETE FROM sessions WHERE token_hash = :token_hash")
_REVOKE = text("""
DELETE FROM sessions
WHERE id = :id AND account_id = :account_id AND expires_at > clock_timestamp() RETURNING id
""")
_REVOKE_OTHERS = text("""
WITH ended AS (
  DELETE FROM sessions WHERE account_id = :account_id AND id <> :id RETURNING expires_at
)
SELECT count(*) FROM ended WHERE expires_at > clock_timestamp()
""")
_FORGET_EXPIRED = text("DELETE FROM sessions WHERE expires_at <= clock_timestamp()")


@dataclass(frozen=True, slots=True)
class Holder:
    """The account of a session, with the session's id."""

    account_id: str
    email: str
    tier: str
    tier_until: datetime | None
    created_at: datetime
    session_id: str


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
