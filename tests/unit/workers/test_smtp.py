"""Mails over a connection to a real server that is slow, refuses, or cuts the line."""

from datetime import UTC, datetime

import pytest

from domain.runtime.mail.message import MailContent
from domain.runtime.settings import build_settings
from tests.support.smtp_server import CERTIFICATE, CUT, HANG, smtp_server
from workers.notify.outcome import Dead, Retry, Sent
from workers.notify.smtp import SmtpConnection

NOW = datetime(2026, 12, 1, 14, 2, tzinfo=UTC)
SHORT_S = 0.2


@pytest.fixture
def server():
    with smtp_server() as server:
        yield server


def content(number=1, recipient=None, text="A text\n.\nof some lines\n" * 3):
    recipient = recipient or f"ada{number}@example.com"
    return MailContent(f"m_{number}", recipient, "Hi", text, NOW, subscriber_id=f"s_{number}")


def connection(server, limit_s=30.0, query=""):
    env = {"SMTP_URL": server.url + query, "BASE_DOMAIN": "hep.gg"}
    return SmtpConnection(build_settings(env), limit_s)


def send_all(server, *contents, limit_s=30.0):
    with connection(server, limit_s) as smtp:
        return [smtp.send(content) for content in contents]


def test_many_mails_go_over_one_connection_each_with_an_envelope_of_its_own(server):
    # given a server, when three mails are sent
    assert send_all(server, *map(content, range(3))) == [Sent()] * 3
    # then they came over one connection
    assert server.connections == 1
    assert [(mail.sender, mail.recipients) for mail in server.mails] == [
        (f"status+b-s_{n}@hep.gg", (f"ada{n}@example.com",)) for n in range(3)
    ]
    # and arrived as they were written, lines of one dot too
    text = server.mails[0].message.get_content()
    assert text.replace("\r\n", "\n") == content().text


def test_recipient_is_dead_when_it_is_refused_for_good_and_the_next_one_is_not(server):
    server.answer("RCPT", "550 5.1.1 <ada1@example.com>: no such user", of="ada1")
    dead, sent = send_all(server, content(1), content(2))
    assert dead == Dead(
        "the mail server refused the recipient: 550 5.1.1 <(address)>: no such user"
    )
    assert sent == Sent()
    assert server.connections == 1


@pytest.mark.parametrize(
    ("step", "answer", "reason"),
    [
        ("RCPT", "450 4.2.1 greylisted", "refused the recipient: 450 4.2.1 greylisted"),
        ("RCPT", "554 5.7.1 relay denied", "refused the recipient: 554 5.7.1 relay denied"),
        ("RCPT", "530 log in first", "refused the recipient: 530 log in first"),
        ("MAIL", "550 5.1.8 bad sender", "refused the sender: 550 5.1.8 bad sender"),
        ("DATA", "554 no", "refused the message: 554 no"),
        ("END", "552 5.3.4 too big", "refused the message: 552 5.3.4 too big"),
        ("END", "451 disk full", "refused the message: 451 disk full"),
    ],
)
def test_mail_is_tried_again_when_it_is_refused_for_another_reason(server, step, answer, reason):
    server.answer(step, answer)
    retry, sent = send_all(server, content(1), content(2))
    assert retry == Retry(f"the mail server {reason}")
    assert sent == Sent()
    assert [mail.recipients for mail in server.mails] == [("ada2@example.com",)]


@pytest.mark.parametrize("step", ["RCPT", "DATA", "BODY", "END"])
def test_mail_is_tried_again_when_the_line_is_cut(server, step):
    server.answer(step, CUT)
    retry, sent = send_all(server, content(1), content(2))
    assert isinstance(retry, Retry)
    assert retry.reason.startswith("the mail server broke off: ")
    assert sent == Sent()
    # only a cut after the last line leaves it open whether the mail was taken
    assert len(server.mails_to("ada1@example.com")) == (step == "END")


@pytest.mark.parametrize("answer", [CUT, "421 too many mails"])
def test_mail_is_sent_over_a_new_connection_when_the_server_has_closed_the_old(server, answer):
    server.answer("MAIL", "250 ok", answer)
    assert send_all(server, content(1), content(2)) == [Sent(), Sent()]
    assert server.connections == 2


def test_mails_fail_without_being_tried_when_the_server_hangs(server):
    # given a server that says nothing after a mail
    server.answer("END", HANG)
    # when mails are sent with a short limit
    outcomes = send_all(server, content(1), content(2), limit_s=SHORT_S)
    # then the second is not tried: it would wait as long
    assert outcomes == [Retry("the mail server took longer than 0.2 s")] * 2
    assert server.connections == 1


@pytest.mark.parametrize(
    ("step", "answer"), [("CONNECT", "554 go away"), ("CONNECT", HANG), ("EHLO", CUT)]
)
def test_mails_fail_without_being_tried_when_there_is_no_connection(server, step, answer):
    server.answer(step, answer, "…")
    outcomes = send_all(server, content(1), content(2), limit_s=SHORT_S)
    assert outcomes[0] == outcomes[1]
    assert isinstance(outcomes[0], Retry)
    assert server.connections == 1


def test_nothing_is_sent_unencrypted_when_the_connection_is_to_be_encrypted(server):
    with connection(server, query="?starttls=on") as smtp:
        outcome = smtp.send(content())
    assert isinstance(outcome, Retry)
    assert "STARTTLS" in outcome.reason
    assert server.mails == []


@pytest.mark.parametrize(("trusted", "outcome"), [(True, Sent), (False, Retry)])
def test_mail_is_sent_encrypted_to_a_server_that_proves_its_name(
    server, monkeypatch, trusted, outcome
):
    # given a server of the name localhost, whose certificate is known here or not
    server.extensions = ("STARTTLS",)
    server.answer("STARTTLS", "220 go on")
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    # when a mail is sent
    env = {"SMTP_URL": f"smtp://localhost:{server.port}?starttls=on", "BASE_DOMAIN": "hep.gg"}
    with SmtpConnection(build_settings(env)) as smtp:
        sent = smtp.send(content())
    # then it is sent if the server is the one that it says
    assert isinstance(sent, outcome), sent
    assert (server.encrypted, len(server.mails)) == ((1, 1) if trusted else (0, 0))


def test_address_that_no_server_takes_is_dead(server):
    outcomes = send_all(server, content(recipient="jürgen@example.com"))
    assert outcomes == [Dead("the address is none that mail servers take")]
    assert server.connections == 0
