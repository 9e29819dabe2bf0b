"""Links in messages: random tokens with one purpose each, stored as hashes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, text

from domain.runtime.new_ids import new_link_token, secret_hash
from domain.runtime.settings import load_settings

_CREATE = text("""
INSERT INTO link_tokens (hash, purpose, subscriber_id, account_id, email, created_at, expires_at)
VALUES (:hash, :purpose, :subscriber_id, :account_id, :email, clock_timestamp(),
  clock_timestamp() + :lasts)
""")
_FIND = text("""
SELECT purpose, subscriber_id, account_id, email, created_at FROM link_tokens
WHERE hash = :hash AND (expires_at IS NULL OR expires_at > statement_timestamp())
""")
_USE = text("""
DELETE FROM link_tokens
WHERE hash = :hash AND (expires_at IS NULL OR expires_at > statement_timestamp())
RETURNING purpose, subscriber_id, account_id, email, created_at
""")
_FORGET = text("""
DELETE FROM link_tokens WHERE hash IN (
  SELECT hash FROM link_tokens WHERE expires_at < statement_timestamp()
  ORDER BY expires_at LIMIT :limit FOR UPDATE SKIP LOCKED)
""")


class Purpose(StrEnum):
    """The one thing that a link is for; `manage` is to change and to leave."""

    CONFIRM = "confirm"
    MANAGE = "manage"
    VERIFY = "verify"
    RESET = "reset"
    TAKE_BACK = "take_back"


@dataclass(frozen=True, slots=True)
class Link:
    """The meaning of a token; `email` is the address that it proves."""

    purpose: Purpose
    subscriber_id: str | None
    account_id: str | None
    email: str | None
    created_at: datetime


def create_link(
    conn: Connection,
    purpose: Purpose,
    *,
    subscriber_id: str | None = None,
    account_id: str | None = None,
    email: str | None = None,
    lasts: timedelta | None = None,
) -> str:
    """Store a new token and return its URL.

    Without `lasts` it is valid as long as its subscriber or account exists.
    """
    token = new_link_token()
    owner = {"subscriber_id": subscriber_id, "account_id": account_id, "email": email}
    conn.execute(_CREATE, {"hash": secret_hash(token), "purpose": purpose, "lasts": lasts, **owner})
    return f"{load_settings().base_url}/s/{token}"


def find_link(conn: Connection, token: str) -> Link | None:
    """Return the meaning of a token; None if it is unknown or expired."""
    row = conn.execute(_FIND, {"hash": secret_hash(token)}).mappings().one_or_none()
    return Link(**{**row, "purpose": Purpose(row["purpose"])}) if row else None


def use_link(conn: Connection, token: str) -> Link | None:
    """Return the meaning of a token, and delete it."""
    row = conn.execute(_USE, {"hash": secret_hash(token)}).mappings().one_or_none()
    return Link(**{**row, "purpose": Purpose(row["purpose"])}) if row else None


def forget_expired_links(conn: Connection, limit: int) -> int:
    """Delete expired tokens; return their number."""
    return conn.execute(_FORGET, {"limit": limit}).rowcount
