"""Mails of any names, titles and texts: a parser reads what was meant, and nothing else."""

from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.header import decode_header, make_header
from email.parser import BytesParser

from hypothesis import given
from hypothesis import strategies as st

from domain.runtime.mail.message import MailContent, build_mail, to_line
from tests.support.mail_messages import PAGE, entry, message, news
from workers.notify.channels.email import compose_email

STORABLE = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
ATTACKS = st.sampled_from(
    [
        "a\r\nBcc: eve@example.com",
        "a\n\nbody",
        '"," <eve@example.com>',
        "=?utf-8?q?=0d=0aBcc:_eve@example.com?=",
        "\u2028Bcc: eve",
        "\\",
        '"',
        "😀" * 200,
        "x" * 2_000,
        "</title><script>",
    ]
)
LINES = st.text(STORABLE, max_size=200) | ATTACKS
TEXTS = st.text(STORABLE | st.sampled_from("\n\r.=- "), max_size=2_000) | ATTACKS
MIME = {"Content-Type", "MIME-Version", "Content-Transfer-Encoding"}
OF_LISTS = ["List-Unsubscribe", "List-Unsubscribe-Post", "In-Reply-To", "References"]
NAMES = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "List-Id"]


def plain(header):
    return str(make_header(decode_header(header)))


@given(sender=LINES, subject=LINES, text=TEXTS, html=st.none() | TEXTS)
def test_parser_reads_what_was_written_whatever_users_write(sender, subject, text, html):
    # given a mail with texts of users in every part
    now = datetime(2026, 12, 1, 14, 2, tzinfo=UTC)
    headers = {"List-Id": "<p_1.hep.gg>"}
    content = MailContent(
        "e_1", "ada@bücher.example", subject, text, now, html, sender, headers, "s_1"
    )
    # when it is built
    raw = build_mail(content, "status@hep.gg")
    # then its lines are short, in ASCII, and end as a mail server wants it
    assert raw.isascii()
    lines = raw.split(b"\r\n")
    assert max(map(len, lines)) <= 160
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    # and a parser finds these headers, and no others
    compat = BytesParser(policy=policy.compat32).parsebytes(raw)
    assert [name for name in compat.keys() if name not in MIME] == NAMES  # noqa: SIM118 - twice
    message = BytesParser(policy=policy.default).parsebytes(raw)
    assert message["To"] == "ada@xn--bcher-kva.example"
    assert plain(compat["Subject"]) == to_line(subject)
    assert [a.addr_spec for a in message["From"].addresses] == ["status@hep.gg"]
    # and the texts
    body = message.get_body(("plain",))
    assert text_of(body) == with_newlines(text)
    if html is not None:
        assert text_of(message.get_body(("html",))) == with_newlines(html)
    assert not [part.defects for part in message.walk() if part.defects]


@given(name=LINES, title=LINES, body=TEXTS)
def test_message_to_a_subscriber_is_no_other_mail_whatever_users_write(name, title, body):
    # given a message with texts of users in every part
    page = replace(PAGE, name=name)
    content = compose_email(
        message(news(entry(body), title=title), page=page), "b_1", "a@b.example"
    )
    # when it is built
    raw = build_mail(content, "status@hep.gg")
    # then it has these headers, and no others
    compat = BytesParser(policy=policy.compat32).parsebytes(raw)
    assert [name for name in compat.keys() if name not in MIME] == [*NAMES, *OF_LISTS]  # noqa: SIM118 - as above
    assert plain(compat["Subject"]) == to_line(f"[{name}] Investigating: {title}")
    # and its text has what is written, as text
    parsed = BytesParser(policy=policy.default).parsebytes(raw)
    assert with_newlines(body).strip() in text_of(parsed.get_body(("plain",)))
    assert "<script" not in content.html


def text_of(part):
    return part.get_content().replace("\r\n", "\n")


def with_newlines(text):
    """The text as mail has it: each line, the last one too, ends in one way."""
    return b"".join(line + b"\n" for line in text.encode().splitlines() or [b""]).decode()
