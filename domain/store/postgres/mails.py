"""Mails: those that wait for the mail server, and kept ones."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from sqlalchemy import Connection, func, insert

from domain.runtime.new_ids import new_id
from domain.store.postgres import tables as t


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to one address. `kind` is for metrics and limits, such as `confirm` or `reset`."""

    kind: str
    recipient: str
    subject: str
    body: str
    html: str | None = None
    account_id: str | None = None
    subscriber_id: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def queue_mail(conn: Connection, mail: Mail) -> str:
    """Store a mail for the notifier, and return its id."""
    mail_id = new_id("e")
    now = func.clock_timestamp()
    row = insert(t.mails).values(id=mail_id, created_at=now, due_at=now, **asdict(mail))
    conn.execute(row)
    return mail_id
