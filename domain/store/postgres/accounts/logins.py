"""Logins: a session and a device, and for a sign-up the account."""

from dataclasses import dataclass

from sqlalchemy import Connection

from domain.store.postgres.accounts.accounts import create_account
from domain.store.postgres.accounts.devices import remember_device
from domain.store.postgres.accounts.sessions import NewSession, close_session, open_session


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


def sign_up(conn: Connection, new_login: NewLogin, email: str) -> bool:
    """Create an account and log in; False if the e-mail is taken.

    Runs in a transaction.
    """
    session = new_login.session
    is_new = create_account(conn, session.account_id, email, session.checked_hash)
    return is_new and log_in(conn, new_login)
