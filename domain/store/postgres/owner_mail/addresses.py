"""Addresses of accounts: verification, a pending address, and taking an address back.

A link names the address that it proves, so that a link of a former address does nothing.

Source: docs/behaviour.md, "Mail".
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, text

from domain.store.postgres.accounts import (
    Change,
    change_account,
    end_all_sessions,
    keys_for,
    logins_of,
)
from domain.store.postgres.notifications.link_tokens import (
    Purpose,
    create_link,
    find_link,
    use_link,
)
from domain.store.postgres.notifications.mails import queue_mail
from domain.store.postgres.owner_mail.letters import queue_letter, write_letter
from domain.store.postgres.sessions import NewLogin, sign_up

VERIFICATION_LASTS: Final = timedelta(days=7)
CHANGE_LASTS: Final = timedelta(days=1)
TAKE_BACK_LASTS: Final = timedelta(days=7) + CHANGE_LASTS  # 7 days from the change at least
_LOCK = text("""
SELECT email, pending_email, is_verified FROM accounts
WHERE id = :id AND password_hash <> '' FOR UPDATE
""")
_SET_PENDING = text("UPDATE accounts SET pending_email = :email WHERE id = :id")
_SET_VERIFIED = text("""
UPDATE accounts SET is_verified = true WHERE id = :id AND password_hash <> ''
""")
_SET_EMAIL = text("""
UPDATE accounts SET email = :email, email_key = :email_key, mailbox_key = :mailbox_key,
  mailbox_email = :email, pending_email = NULL, is_verified = true
WHERE id = :id
""")
_FORGET_LINKS = text("""
DELETE FROM link_tokens
WHERE account_id = :id AND (purpose = ANY(:purposes) OR created_at > :after)
""")
NEVER: Final = "infinity"


class AddressTakenError(Exception):
    """Another account has the address."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """The address of an account, its state, and the one that is to replace it."""

    email: str
    pending_email: str | None
    is_verified: bool


def sign_up_to_verify(conn: Connection, new_login: NewLogin, email: str) -> bool:
    """Create an unverified account, log in, and queue the letter with the link.

    False if the e-mail is taken. Runs in a transaction. Raises TooManyLettersError.
    """
    if not sign_up(conn, new_login, email, is_verified=False):
        return False
    _queue_proof(conn, "verify", new_login.session.account_id, email, VERIFICATION_LASTS)
    return True


def send_proof_again(conn: Connection, account_id: str) -> bool:
    """Queue another letter for the address that is to be confirmed; False without one.

    Raises TooManyLettersError.
    """
    addresses = lock_addresses(conn, account_id)
    if addresses is None or (addresses.is_verified and addresses.pending_email is None):
        return False
    if addresses.pending_email is not None:
        _queue_proof(conn, "change", account_id, addresses.pending_email, CHANGE_LASTS)
    else:
        _queue_proof(conn, "verify", account_id, addresses.email, VERIFICATION_LASTS)
    return True


def change_with_proof(conn: Connection, change: Change) -> Addresses | None:
    """Change the password at once; another e-mail waits for its proof.

    None if the checked password is an old one. Raises AddressTakenError and TooManyLettersError.
    """
    if change_account(conn, replace(change, email=None)) is None:
        return None
    if change.email is not None:
        _ask_for_change(conn, change.account_id, change.email)
    return lock_addresses(conn, change.account_id)


def change_at_once(conn: Connection, change: Change) -> Addresses | None:
    """Change e-mail and password without a proof, while no mail can be sent.

    None if the checked password is an old one. Raises IntegrityError as `change_account` does.
    """
    if change_account(conn, change) is None:
        return None
    if change.email is not None:
        cancel_change(conn, change.account_id)
    return lock_addresses(conn, change.account_id)


def lock_addresses(conn: Connection, account_id: str) -> Addresses | None:
    """Return the addresses of an account, locked; None if it was deleted."""
    row = conn.execute(_LOCK, {"id": account_id}).one_or_none()
    return Addresses(*row) if row else None


def verify(conn: Connection, account_id: str) -> bool:
    """Set an account as verified; False if it was deleted."""
    return conn.execute(_SET_VERIFIED, {"id": account_id}).rowcount > 0


@dataclass(frozen=True, slots=True)
class UsedLink:
    """A link that was just used, and the account that it belongs to, locked."""

    account_id: str
    email: str
    created_at: datetime
    addresses: Addresses


def use_owner_link(conn: Connection, token: str, purpose: Purpose) -> UsedLink | None:
    """Use up a link of an account; None if it has no use any more.

    The account is locked first, as by its changes: neither waits for the other in a circle.
    """
    link = find_link(conn, token)
    if link is None or link.purpose is not purpose or link.account_id is None:
        return None
    addresses = lock_addresses(conn, link.account_id)
    if addresses is None or link.email is None or use_link(conn, token) is None:
        return None
    return UsedLink(link.account_id, link.email, link.created_at, addresses)


def prove(conn: Connection, token: str) -> bool:
    """Verify the address that a link proves; a pending one replaces the old one.

    False if the link is of no use any more. Raises AddressTakenError.
    """
    link = use_owner_link(conn, token, Purpose.VERIFY)
    if link is None:
        return False
    if link.email == link.addresses.pending_email:
        _set_email(conn, link.account_id, link.email)
        return True
    return link.email == link.addresses.email and verify(conn, link.account_id)


def take_back(conn: Connection, token: str) -> bool:
    """Give an account its former address again, and end all sessions.

    Links of later changes do nothing any more. False if the link is of no use any more. Raises
    AddressTakenError.
    """
    link = use_owner_link(conn, token, Purpose.TAKE_BACK)
    if link is None:
        return False
    _set_email(conn, link.account_id, link.email)
    end_all_sessions(conn, link.account_id)
    forget_links(conn, link.account_id, Purpose.VERIFY, Purpose.RESET, after=link.created_at)
    return True


def forget_links(
    conn: Connection, account_id: str, *purposes: Purpose, after: datetime | None = None
) -> None:
    """Delete links of an account, by their purpose or their age."""
    values = {"id": account_id, "purposes": list(purposes), "after": after or NEVER}
    conn.execute(_FORGET_LINKS, values)


def cancel_change(conn: Connection, account_id: str) -> None:
    """Forget the pending address with its links."""
    conn.execute(_SET_PENDING, {"id": account_id, "email": None})
    forget_links(conn, account_id, Purpose.VERIFY)


def _ask_for_change(conn: Connection, account_id: str, email: str) -> None:
    addresses = lock_addresses(conn, account_id)
    if addresses is None:
        return
    if addresses.pending_email is not None:
        cancel_change(conn, account_id)
    if email == addresses.email:
        return
    _refuse_taken(conn, account_id, email)
    conn.execute(_SET_PENDING, {"id": account_id, "email": email})
    _queue_proof(conn, "change", account_id, email, CHANGE_LASTS)
    if addresses.is_verified:  # an address that nobody proved may be a stranger's
        _warn_old_address(conn, account_id, addresses.email, email)


def _warn_old_address(conn: Connection, account_id: str, old: str, new: str) -> None:
    owner = {"account_id": account_id, "email": old}
    link = create_link(conn, Purpose.TAKE_BACK, lasts=TAKE_BACK_LASTS, **owner)
    queue_mail(conn, write_letter("address_change", old, account_id, email=new, link=link))


def _refuse_taken(conn: Connection, account_id: str, email: str) -> None:
    if any(login.account_id != account_id for login in logins_of(conn, email)):
        raise AddressTakenError


def _set_email(conn: Connection, account_id: str, email: str) -> None:
    _refuse_taken(conn, account_id, email)
    keys = keys_for(conn, account_id, email)
    conn.execute(_SET_EMAIL, {"id": account_id, "email": email, **keys})


def _queue_proof(
    conn: Connection, kind: str, account_id: str, email: str, lasts: timedelta
) -> None:
    link = create_link(conn, Purpose.VERIFY, account_id=account_id, email=email, lasts=lasts)
    queue_letter(conn, write_letter(kind, email, account_id, email=email, link=link))
