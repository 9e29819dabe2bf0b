"""Mails that wait for the mail server, and those sent, failed or kept.

A claim is a lease: when its process dies, another one sends the mail after `CLAIM`.

Source: docs/behaviour.md, "Mail".
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import Connection, RowMapping, func, select, text
from sqlalchemy.dialects.postgresql import insert

from domain.runtime.mail.message import PRODUCT, MailContent
from domain.runtime.new_ids import new_id
from domain.store.postgres import tables as t
from domain.store.postgres.notifications.attempts import CLAIM

MAIL_DAYS: Final = 7
KEPT_MAX: Final = 1_000
TO_SUBSCRIBER: Final = "message"  # the kind of a message to a subscriber that is kept
Status = Literal["waiting", "sent", "failed", "kept"]

_CLAIM = text("""
UPDATE mails SET claimed_until = clock_timestamp() + :claim, attempts = attempts + 1
WHERE id = (
  SELECT id FROM mails
  WHERE status = 'waiting' AND due_at <= statement_timestamp()
    AND (claimed_until IS NULL OR claimed_until < statement_timestamp())
  ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING *
""")
_SETTLE = text("""
UPDATE mails SET status = :status, reason = :reason, claimed_until = NULL,
  due_at = CASE WHEN :status = 'waiting' THEN clock_timestamp() + :pause END,
  sent_at = CASE WHEN :status = 'sent' THEN clock_timestamp() END
WHERE id = :id
""")
_KEEP_WAITING = text("""
UPDATE mails SET status = 'kept', due_at = NULL, claimed_until = NULL WHERE status = 'waiting'
""")
_TRIM = text("""
DELETE FROM mails WHERE id IN (
  SELECT id FROM mails WHERE status = 'kept' ORDER BY created_at DESC, id DESC OFFSET :most)
""")
_FORGET = text("""
DELETE FROM mails WHERE id IN (
  SELECT id FROM mails
  WHERE created_at < statement_timestamp() - make_interval(days => :days)
  ORDER BY created_at LIMIT :limit FOR UPDATE SKIP LOCKED)
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
    sender_name: str = PRODUCT
    once_key: str | None = None


@dataclass(frozen=True, slots=True)
class StoredMail:
    """A mail with its fate; `attempts` includes the present one."""

    kind: str
    status: Status
    reason: str | None
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    content: MailContent


def queue_mail(conn: Connection, mail: Mail) -> str:
    """Store a mail for the notifier, and return its id.

    Of two mails with the same `once_key` the second is not stored.
    """
    mail_id = new_id("e")
    now = func.clock_timestamp()
    row = insert(t.mails).values(id=mail_id, created_at=now, due_at=now, **asdict(mail))
    conn.execute(row.on_conflict_do_nothing(index_elements=["once_key"]))
    return mail_id


def claim_mail(conn: Connection) -> StoredMail | None:
    """Claim the mail that has been due for longest; None if none is due."""
    row = conn.execute(_CLAIM, {"claim": CLAIM}).mappings().one_or_none()
    return to_stored(row) if row else None


def settle_mail(
    conn: Connection, mail_id: str, status: Status, reason: str | None, pause: timedelta | None
) -> None:
    """Record the outcome of an attempt; `pause` is that until the next one."""
    values = {"status": status, "reason": reason, "pause": pause}
    conn.execute(_SETTLE, {"id": mail_id, **values})


def keep_waiting_mails(conn: Connection) -> int:
    """Keep all mails that wait, as there is no mail server; return their number."""
    count = conn.execute(_KEEP_WAITING).rowcount
    if count:
        conn.execute(_TRIM, {"most": KEPT_MAX})
    return count


def keep_message(conn: Connection, content: MailContent) -> None:
    """Keep a message to a subscriber in place of sending it, once.

    Raises IntegrityError if the subscriber was deleted.
    """
    row = insert(t.mails).values(
        id=content.id,
        kind=TO_SUBSCRIBER,
        status="kept",
        created_at=content.created_at,
        subscriber_id=content.subscriber_id,
        sender_name=content.sender_name,
        recipient=content.recipient,
        subject=content.subject,
        body=content.text,
        html=content.html,
        headers=dict(content.headers),
    )
    conn.execute(row.on_conflict_do_nothing(index_elements=["id"]))
    conn.execute(_TRIM, {"most": KEPT_MAX})


def newest_mails(conn: Connection, limit: int) -> list[StoredMail]:
    """Return the newest mails, newest first."""
    rows = conn.execute(
        select(t.mails).order_by(t.mails.c.created_at.desc(), t.mails.c.id.desc()).limit(limit)
    )
    return [to_stored(row) for row in rows.mappings()]


def find_mail(conn: Connection, mail_id: str) -> StoredMail | None:
    """Return a mail; None if there is none."""
    row = conn.execute(select(t.mails).where(t.mails.c.id == mail_id)).mappings().one_or_none()
    return to_stored(row) if row else None


def to_stored(row: RowMapping) -> StoredMail:
    """Return a row as a mail."""
    shared: dict[str, Any] = {
        name: row[name] for name in ("kind", "status", "reason", "attempts", "sent_at")
    }
    content = MailContent(
        text=row["body"],
        **{name: row[name] for name in MailContent.__dataclass_fields__ if name != "text"},
    )
    return StoredMail(created_at=row["created_at"], content=content, **shared)


def forget_mails(conn: Connection, limit: int) -> int:
    """Delete mails after a week; return their number."""
    return conn.execute(_FORGET, {"days": MAIL_DAYS, "limit": limit}).rowcount
