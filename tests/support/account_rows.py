"""Accounts and sessions made straight in the store."""

from sqlalchemy import text

from domain.runtime.new_ids import new_id
from domain.store.postgres import accounts, sessions
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.sessions import NewSession


def made(password_hash="old"):
    """A new account's id; its e-mail is `<id>@example.com`."""
    account_id = new_id("a")
    with sync_engine().begin() as conn:
        assert accounts.create_account(conn, account_id, email_of(account_id), password_hash)
    return account_id


def email_of(account_id):
    return f"{account_id}@example.com"


def session(account_id, checked="old"):
    return NewSession(new_id("n"), account_id, new_id("hash"), checked, None)


def opened(account_id, checked="old"):
    """A session that was opened, or None."""
    new = session(account_id, checked)
    with sync_engine().begin() as conn:
        return new if sessions.open_session(conn, new) else None


def is_open(new):
    with sync_engine().connect() as conn:
        return sessions.holder_of(conn, new.token_hash) is not None


def waits_for_a_lock():
    with sync_engine().connect() as conn:
        query = text("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        return bool(conn.execute(query).all())
