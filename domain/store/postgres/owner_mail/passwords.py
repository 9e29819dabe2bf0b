"""Forgotten passwords: the letter with a link, and the reset by it.

Source: docs/behaviour.md, "Mail".
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection, text

from domain.page.commands import DeleteKey
from domain.runtime.new_ids import new_id
from domain.store.postgres.accounts import end_all_sessions, logins_of
from domain.store.postgres.command_log import Authority, Draft, append
from domain.store.postgres.notifications.link_tokens import Purpose, create_link
from domain.store.postgres.owner_mail.addresses import (
    cancel_change,
    forget_links,
    use_owner_link,
)
from domain.store.postgres.owner_mail.letters import (
    TooManyLettersError,
    queue_letter,
    write_letter,
)

RESET_LASTS: Final = timedelta(hours=1)
_SET = text("""
UPDATE accounts SET password_hash = :password_hash, is_verified = true WHERE id = :id
""")
# In the order of the streams: two transactions that append to several never wait for each other.
_KEYS = text("""
SELECT k.page_id, k.id FROM keys k JOIN pages p ON p.id = k.page_id
WHERE p.account_id = :id AND p.deleted_at IS NULL ORDER BY k.page_id, k.id
""")


@dataclass(frozen=True, slots=True)
class PasswordReset:
    """A password that was reset, and the streams that got commands by it."""

    account_id: str
    stream_ids: frozenset[str] = frozenset()


def request_reset(conn: Connection, email: str) -> None:
    """Queue a letter to each account of an e-mail.

    Nothing happens over the limit of its address.
    """
    for login in logins_of(conn, email):
        owner = {"account_id": login.account_id, "email": login.email}
        with suppress(TooManyLettersError), conn.begin_nested():
            link = create_link(conn, Purpose.RESET, lasts=RESET_LASTS, **owner)
            queue_letter(conn, write_letter("reset", login.email, login.account_id, link=link))


def reset_by_link(conn: Connection, token: str, password_hash: str) -> PasswordReset | None:
    """Set another password by a link; None if it is of no use any more.

    The address is proven, all sessions end, and a pending address is forgotten. Keys of an account
    that was never verified may be a stranger's: they are deleted. Runs in a transaction.
    """
    link = use_owner_link(conn, token, Purpose.RESET)
    if link is None or link.email != link.addresses.email:
        return None
    account_id = link.account_id
    conn.execute(_SET, {"id": account_id, "password_hash": password_hash})
    end_all_sessions(conn, account_id)
    forget_links(conn, account_id, Purpose.RESET)
    cancel_change(conn, account_id)
    streams = frozenset[str]() if link.addresses.is_verified else _delete_keys(conn, account_id)
    return PasswordReset(account_id, streams)


def _delete_keys(conn: Connection, account_id: str) -> frozenset[str]:
    keys = conn.execute(_KEYS, {"id": account_id}).all()
    authority = Authority("owner", account_id)
    for page_id, key_id in keys:
        append(conn, Draft(new_id("r"), DeleteKey(key_id), authority, page_id))
    return frozenset(page_id for page_id, _ in keys)
