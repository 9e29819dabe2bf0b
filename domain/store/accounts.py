"""Accounts and sessions: what is not a command. Source: DESIGN rule 7 (docs/architecture.md)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from domain.store.log import open_stream

SESSION_DAYS = 30
# Sign-up is one statement: a unique index decides who of many is first.
_CREATE = text("""
WITH created AS (
  INSERT INTO accounts (id, email, email_key, password_hash, created_at)
  VALUES (:id, :email, :email_key, :password_hash, clock_timestamp())
  ON CONFLICT (email_key) DO NOTHING RETURNING id
)
INSERT INTO streams (id, account_id, head_seq, last_at)
SELECT id, id, 0, date_trunc('milliseconds', clock_timestamp()) FROM created RETURNING id
""")
_BY_EMAIL = text("SELECT id, email, password_hash FROM accounts WHERE email_key = :email_key")
_OPEN = text("""
INSERT INTO sessions (token_hash, id, account_id, created_at, expires_at)
VALUES (:token_hash, :id, :account_id, clock_timestamp(), clock_timestamp() + :lasts)
""")
_HOLDER = text("""
SELECT a.id, a.email, a.tier, a.tier_until, a.created_at FROM sessions s
JOIN accounts a ON a.id = s.account_id
WHERE s.token_hash = :token_hash AND s.expires_at > clock_timestamp()
""")
_CLOSE = text("DELETE FROM sessions WHERE token_hash = :token_hash")
SYSTEM_ACCOUNT = "a_system"  # whose stream takes probes; it has no password and no e-mail
_SYSTEM = text("""
INSERT INTO accounts (id, email, email_key, password_hash, created_at)
VALUES (:id, '', :id, '', clock_timestamp()) ON CONFLICT DO NOTHING RETURNING id
""")


@dataclass(frozen=True, slots=True)
class Login:
    """What a password is checked against."""

    account_id: str
    email: str
    password_hash: str


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose session it is."""

    account_id: str
    email: str
    tier: str
    tier_until: datetime | None
    created_at: datetime


def email_key(email: str) -> str:
    """Return the form in which e-mail addresses are compared."""
    return email.strip().casefold()


def create_account(conn: Connection, account_id: str, email: str, password_hash: str) -> bool:
    """Create an account with its stream; False if the e-mail has one already."""
    values = {
        "id": account_id,
        "email": email,
        "email_key": email_key(email),
        "password_hash": password_hash,
    }
    return conn.execute(_CREATE, values).one_or_none() is not None


def login_of(conn: Connection, email: str) -> Login | None:
    """Return what an e-mail's password is checked against."""
    row = conn.execute(_BY_EMAIL, {"email_key": email_key(email)}).one_or_none()
    return Login(*row) if row else None


def open_session(conn: Connection, session_id: str, account_id: str, token_hash: str) -> None:
    """Begin a session that lasts 30 days."""
    values = {"id": session_id, "account_id": account_id, "token_hash": token_hash}
    conn.execute(_OPEN, {**values, "lasts": timedelta(days=SESSION_DAYS)})


def holder_of(conn: Connection, token_hash: str) -> Holder | None:
    """Return whose session a token opens, if it is still open."""
    row = conn.execute(_HOLDER, {"token_hash": token_hash}).one_or_none()
    return Holder(*row) if row else None


def close_session(conn: Connection, token_hash: str) -> None:
    """End a session."""
    conn.execute(_CLOSE, {"token_hash": token_hash})


def ensure_system_account(conn: Connection) -> None:
    """Make sure that the account whose stream takes probes is there."""
    if conn.execute(_SYSTEM, {"id": SYSTEM_ACCOUNT}).one_or_none():
        open_stream(conn, SYSTEM_ACCOUNT, SYSTEM_ACCOUNT)
