"""Coming in: a session and a device at once, and of who is new the account as well."""

from dataclasses import dataclass

from sqlalchemy import Connection

from domain.store.postgres.accounts.accounts import create_account
from domain.store.postgres.accounts.devices import remember_device
from domain.store.postgres.accounts.sessions import NewSession, close_session, open_session


@dataclass(frozen=True, slots=True)
class Entrance:
    """What begins, and the hashes of the tokens that it takes the place of."""

    session: NewSession
    device_hash: str
    old_session_hash: str | None
    old_device_hash: str | None


def enter(conn: Connection, entrance: Entrance) -> bool:
    """Begin, in a transaction; False if the password is another by now, or the account gone."""
    session = entrance.session
    if not open_session(conn, session):
        return False
    if entrance.old_session_hash:
        close_session(conn, entrance.old_session_hash)
    remember_device(conn, session.account_id, entrance.old_device_hash, entrance.device_hash)
    return True


def sign_up(conn: Connection, entrance: Entrance, email: str) -> bool:
    """Create the account, and begin, in a transaction; False if the e-mail has one already."""
    session = entrance.session
    is_new = create_account(conn, session.account_id, email, session.checked_hash)
    return is_new and enter(conn, entrance)
