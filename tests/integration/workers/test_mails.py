"""The queue of mails on a real store and a real mail server."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, text

from domain.runtime import settings
from domain.runtime.new_ids import new_id
from domain.store.postgres import tables as t
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.notifications import mails as queue
from domain.store.postgres.notifications.attempts import PAUSES
from domain.store.postgres.notifications.mails import Mail, find_mail, newest_mails, queue_mail
from tests.support.smtp_server import CUT, smtp_server
from tests.support.statements import sql
from workers.notify import mails
from workers.notify.smtp import open_connection
from workers.sweep import forget_in_batches

pytestmark = pytest.mark.usefixtures("store")
DAY = timedelta(days=1)


def forget_settings():
    settings.load_settings.cache_clear()


@pytest.fixture
def server(store, monkeypatch):
    """A mail server that this process sends to, with nothing else to send."""
    change("UPDATE mails SET status = 'sent' WHERE status = 'waiting'")
    with smtp_server() as server, monkeypatch.context() as patch:
        patch.setenv("SMTP_URL", server.url)
        forget_settings()
        yield server
    forget_settings()


def change(statement, **values):
    with sync_engine().begin() as conn:
        conn.execute(text(statement), values)


def queued(**values):
    """A mail that waits; its address is its own."""
    mail = Mail("reset", f"{new_id('ada')}@example.com", "Hi", "A text\n", "<p>A text</p>")
    with sync_engine().begin() as conn:
        mail_id = queue_mail(conn, mail)
        if values:
            changed = ", ".join(f"{name} = :{name}" for name in values)
            conn.execute(
                text(f"UPDATE mails SET {changed} WHERE id = :id"), {"id": mail_id} | values
            )
    return mail_id


def mail(mail_id):
    with sync_engine().connect() as conn:
        return find_mail(conn, mail_id)


def fate(mail_id):
    found = mail(mail_id)
    return found.status, found.attempts, found.reason


def pause(mail_id):
    """For how many seconds from its last attempt a mail waits."""
    (row,) = sql(
        "SELECT round(extract(epoch FROM due_at - clock_timestamp())) AS s FROM mails"
        " WHERE id = :id",
        id=mail_id,
    )
    return int(row.s)


def test_mail_is_sent_once_as_it_was_queued(server):
    mail_id = queued()
    assert mails.send_waiting_mails() == 1
    assert mails.send_waiting_mails() == 0
    assert fate(mail_id) == ("sent", 1, None)
    (received,) = server.mails_to(mail(mail_id).content.recipient)
    assert received.sender == f"status+b-{mail_id}@localhost"
    assert received.message["Subject"] == "Hi"
    assert received.message["From"] == "Hep Status <status@localhost>"
    assert received.message.get_body(("html",)).get_content().strip() == "<p>A text</p>"


def test_mail_is_tried_for_two_days_while_the_server_is_unwell(server):
    # given a mail that is cut off every time
    mail_id = queued()
    server.answer("BODY", CUT, "…")
    # when its pauses are over, one after the other
    for attempts, wanted in enumerate(PAUSES, 1):
        assert mails.send_waiting_mails() == 1
        status, count, reason = fate(mail_id)
        assert (status, count) == ("waiting", attempts)
        assert reason.startswith("the mail server broke off")
        assert wanted.total_seconds() - 60 < pause(mail_id) <= wanted.total_seconds()
        assert mails.send_waiting_mails() == 0
        change("UPDATE mails SET due_at = clock_timestamp() WHERE id = :id", id=mail_id)
    # then the attempt after the last one is in vain for good
    assert mails.send_waiting_mails() == 1
    assert fate(mail_id)[:2] == ("failed", len(PAUSES) + 1)
    assert mails.send_waiting_mails() == 0
    assert server.mails == []


def test_mail_fails_at_once_when_its_recipient_is_refused_for_good(server):
    mail_id = queued()
    server.answer("RCPT", "550 5.1.1 unknown")
    mails.send_waiting_mails()
    assert fate(mail_id) == (
        "failed",
        1,
        "the mail server refused the recipient: 550 5.1.1 unknown",
    )


def test_mail_is_sent_by_another_process_when_the_first_one_was_killed(server):
    # given a mail that was claimed by a process that is gone
    mail_id = queued()
    assert mails.claim().content.id == mail_id
    assert mails.send_waiting_mails() == 0
    # when its claim is over, then it is sent
    change("UPDATE mails SET claimed_until = now() - interval '1 s' WHERE id = :id", id=mail_id)
    assert mails.send_waiting_mails() == 1
    assert fate(mail_id) == ("sent", 2, None)


def test_mails_are_kept_when_there_is_no_mail_server(store):
    # given a mail that waits, and a message to a subscriber
    mail_id, subscriber_id = queued(), new_id("b")
    kept = mail(mail_id).content
    change(
        "INSERT INTO subscribers (id, page_id, channel, address, created_at)"
        " VALUES (:id, 'p_1', 'email', 'ada@example.com', now())",
        id=subscriber_id,
    )
    message = type(kept)(
        new_id("d"), "ada@example.com", "News", "text", kept.created_at, subscriber_id=subscriber_id
    )
    # when both are to be sent, the message twice
    assert mails.send_waiting_mails() >= 1
    with open_connection() as connection:
        connection.send(message)
        connection.send(message)
    # then both are kept, as they would go out
    assert fate(mail_id) == ("kept", 0, None)
    assert mail(mail_id).content == kept
    assert mail(message.id).content == message
    # and the message goes with its subscriber; what comes after is kept by nobody
    change("DELETE FROM subscribers WHERE id = :id", id=subscriber_id)
    assert mail(message.id) is None
    with open_connection() as connection:
        connection.send(message)
    assert mail(message.id) is None


def test_kept_mails_are_a_thousand_at_most_and_gone_after_a_week(store):
    # given a full shelf, and old mails of every kind
    old = [queued(status=status, created_at=age(8)) for status in ("sent", "failed", "kept")]
    young = queued(status="sent", created_at=age(6))
    shelf = {"kind": "x", "recipient": "a@b.c", "subject": "x", "body": "x", "status": "kept"}
    with sync_engine().begin() as conn:
        rows = [{"id": new_id("e"), "created_at": age(6), **shelf} for _ in range(queue.KEPT_MAX)]
        conn.execute(insert(t.mails), rows)
    # when one more is kept
    newest = queued()
    mails.send_waiting_mails()
    # then the oldest are gone
    (row,) = sql("SELECT count(*) AS n FROM mails WHERE status = 'kept'")
    assert row.n == queue.KEPT_MAX
    with sync_engine().connect() as conn:
        assert newest_mails(conn, 1)[0].content.id == newest
    # and cleaning takes what is older than a week
    forget_in_batches(queue.forget_mails, 10.0)
    assert [mail(mail_id) for mail_id in old] == [None] * 3
    assert mail(young) is not None


def age(days):
    (row,) = sql("SELECT clock_timestamp() AS now")
    return row.now - days * DAY
