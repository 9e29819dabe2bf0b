"""Mails: those that wait for the mail server, and kept ones."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection, func, text
from sqlalchemy.dialects.postgresql import insert

from domain.runtime.new_ids import new_id
from domain.store.postgres import tables as t

# At most so many confirmations to one address within a time, over all pages.
CONFIRMATIONS: Final = ((1, timedelta(minutes=10)), (5, timedelta(days=1)))
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('confirm'), hashtext(lower(:recipient)))")
_COUNT = text("""
SELECT count(*) FROM mails WHERE lower(recipient) = lower(:recipient) AND kind = 'confirm'
  AND created_at > statement_timestamp() - :window
""")


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to one address. `kind` is for metrics and limits, such as `confirm` or `reset`.

    `once_key` names a notice that is sent once.
    """

    kind: str
    recipient: str
    subject: str
    body: str
    html: str | None = None
    account_id: str | None = None
    subscriber_id: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    once_key: str | None = None


def queue_mail(conn: Connection, mail: Mail) -> str:
    """Store a mail for the notifier, and return its id.

    Of two mails with the same `once_key` the second is not stored.
    """
    mail_id = new_id("e")
    now = func.clock_timestamp()
    row = insert(t.mails).values(id=mail_id, created_at=now, due_at=now, **asdict(mail))
    conn.execute(row.on_conflict_do_nothing(index_elements=["once_key"]))
    return mail_id


def queue_confirmation(conn: Connection, mail: Mail) -> bool:
    """Store a mail of the kind `confirm`; False if the address had too many."""
    conn.execute(_LOCK, {"recipient": mail.recipient})
    for most, window in CONFIRMATIONS:
        where = {"recipient": mail.recipient, "window": window}
        if (conn.execute(_COUNT, where).scalar() or 0) >= most:
            return False
    queue_mail(conn, mail)
    return True
