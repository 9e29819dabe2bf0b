"""The operator's verbs for mails."""

import sys

import click

from domain.runtime.mail.message import build_mail, to_line
from domain.runtime.settings import load_settings
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.notifications.mails import (
    StoredMail,
    find_mail,
    newest_mails,
)
from domain.store.postgres.notifications.restored import left_lines, release_pages
from domain.store.postgres.notifications.send_queue import quarantine
from domain.text import cut_reference
from ops.cli.mail.bounces import read_bounce
from ops.cli.terminal import json_option, print_list
from ops.cli.writes import CommandRefusedError
from ops.operator_error import say
from web.http.wire import Answer, to_answer

ROWS_MAX = 1_000
BOUNCE_BYTES = 1_048_576  # the report is at the beginning, the mail itself after it


class MailRow(Answer, frozen=True):
    """A mail of the list."""

    id: str
    kind: str
    status: str
    reason: str | None
    attempts: int
    created_at: str
    sent_at: str | None
    recipient: str
    subject: str


def load_mail(mail_id: str) -> StoredMail:
    """Return a mail. Raises CommandRefusedError if there is none."""
    with sync_engine().connect() as conn:
        stored = find_mail(conn, mail_id)
    if stored is None:
        raise CommandRefusedError(
            f"There is no mail {cut_reference(mail_id)}: `hepstatus mail list` shows them."
        )
    return stored


@click.group()
def mail() -> None:
    """List and show mails, and take bounces in."""


@mail.command("list")
@json_option
def list_mails(*, is_json: bool) -> None:
    """List the mails of the last 7 days, newest first, 1,000 at most."""
    with sync_engine().connect() as conn:
        mails = newest_mails(conn, ROWS_MAX)
    print_list(mails, to_columns, to_view, is_json=is_json)


def to_columns(stored: StoredMail) -> tuple[str, ...]:
    """Return a mail for the terminal."""
    content = stored.content
    when = f"{stored.created_at:%Y-%m-%d %H:%M}"
    subject = to_line(content.subject)
    return content.id, when, stored.status, stored.kind, content.recipient, subject


def to_view(stored: StoredMail) -> MailRow:
    """Return a mail for JSON."""
    content = stored.content
    facts = {"id": content.id, "recipient": content.recipient, "subject": content.subject}
    return to_answer(MailRow, stored, **facts)


@mail.command("show")
@click.argument("mail")
def show(mail: str) -> None:
    """Print MAIL (an id) as it would go out."""
    raw = build_mail(load_mail(mail).content, load_settings().mail_from)
    for line in raw.decode("ascii").split("\r\n"):
        say(line)


@mail.command("bounce")
def take_bounce() -> None:
    """Read a bounce on standard input, and put its subscriber in quarantine.

    A report of no permanent failure is passed over, and so is any other message.
    """
    report = sys.stdin.buffer.read(BOUNCE_BYTES)
    bounce = read_bounce(report, load_settings().mail_from)
    if bounce is None:
        say("Nothing is changed: this message reports no permanent failure of one of our mails.")
        return
    with sync_engine().begin() as conn:
        is_changed = quarantine(conn, bounce.id, bounce.reason)
    if is_changed:
        say(f"The subscriber {bounce.id} is in quarantine: {bounce.reason}.")
    else:
        say(f"Nothing is changed: there is no subscriber {bounce.id}, or quarantined already.")


@mail.command("left")
def print_left() -> None:
    """Print the hashes of the addresses that left, for `restore --left`."""
    with sync_engine().connect() as conn:
        for line in left_lines(conn):
            say(line)


@mail.command("accept-unknown-left")
def accept_unknown_left() -> None:
    """Send messages again after a restore without `--left`."""
    with sync_engine().begin() as conn:
        count = release_pages(conn)
    say(f"Subscribers of {count} pages get messages again." if count else "No page is held.")
