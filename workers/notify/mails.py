"""Rows of `mails`: the sender of confirmations and of mails to owners."""

from typing import Final

from domain.runtime.metrics import MAILS
from domain.runtime.settings import load_settings
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.notifications.attempts import PAUSES
from domain.store.postgres.notifications.mails import (
    StoredMail,
    claim_mail,
    keep_waiting_mails,
    settle_mail,
)
from workers.notify.outcome import Dead, Outcome, Postponed, Retry, Sent
from workers.notify.smtp import SmtpConnection

MAILS_AT_ONCE: Final = 100  # over one connection


def send_waiting_mails() -> int:
    """Send the mails that are due, or keep them; return their number."""
    settings = load_settings()
    if not settings.smtp_url:
        return keep_mails()
    count = 0
    with SmtpConnection(settings) as connection:
        while count < MAILS_AT_ONCE and (mail := claim()):
            settle(mail, connection.send(mail.content))
            count += 1
    return count


def keep_mails() -> int:
    """Keep the mails that wait."""
    with sync_engine().begin() as conn:
        return keep_waiting_mails(conn)


def claim() -> StoredMail | None:
    """Claim one mail: each has its time from when its own attempt begins."""
    with sync_engine().begin() as conn:
        return claim_mail(conn)


def settle(mail: StoredMail, outcome: Outcome) -> None:
    """Record the outcome of an attempt."""
    MAILS.labels(mail.kind, type(outcome).__name__.lower()).inc()
    with sync_engine().begin() as conn:
        match outcome:
            case Sent():
                settle_mail(conn, mail.content.id, "sent", None, None)
            case Retry(reason) if mail.attempts <= len(PAUSES):
                pause = PAUSES[mail.attempts - 1]
                settle_mail(conn, mail.content.id, "waiting", reason, pause)
            case Retry(reason) | Postponed(reason) | Dead(reason):
                settle_mail(conn, mail.content.id, "failed", reason, None)
