"""Mails as bytes: names, addresses, and what a bounce names."""

from datetime import UTC, datetime
from email import policy
from email.header import decode_header, make_header
from email.parser import BytesParser
from email.utils import parseaddr

import pytest

from domain.runtime.mail.message import (
    MailContent,
    ascii_address,
    bounce_address,
    build_mail,
    find_bounced,
)

NOW = datetime(2026, 12, 1, 14, 2, tzinfo=UTC)
FROM = "status@hep.gg"


@pytest.mark.parametrize(
    "name",
    ['Acme "Cloud", Inc.', "Zażółć gęślą jaźń", "状态" * 50, "A, B; C <d@e.f>", "日本, Inc."],
)
def test_page_is_named_as_the_sender_whatever_its_name_is(name):
    raw = build_mail(MailContent("e_1", "a@b.c", "Hi", "text", NOW, sender_name=name), FROM)
    # the parser of the default policy puts blanks between the encoded words of a name
    header = BytesParser(policy=policy.compat32).parsebytes(raw)["From"]
    encoded, address = parseaddr(header.replace("\r\n", ""))
    assert (str(make_header(decode_header(encoded))), address) == (name, FROM)


def test_same_mail_has_the_same_bytes_at_every_attempt():
    content = MailContent("e_1", "a@b.c", "Hi", "text", NOW, "<p>text</p>")
    assert build_mail(content, FROM) == build_mail(content, FROM)
    message = BytesParser(policy=policy.default).parsebytes(build_mail(content, FROM))
    assert message["Message-ID"] == "<e_1@hep.gg>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == NOW


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("ada@example.com", "ada@example.com"),
        ("ada+tag@Bücher.example", "ada+tag@xn--bcher-kva.example"),
        ("jürgen@example.com", None),
        ("a<b@example.com", None),
        ("ada@" + "x" * 64 + ".com", None),
    ],
)
def test_address_is_written_as_every_server_takes_it_or_not_at_all(address, form):
    assert ascii_address(address) == form


def test_bounce_is_known_by_the_address_that_it_came_to():
    content = MailContent("e_1", "a@b.c", "Hi", "", NOW, subscriber_id="s_01jabc")
    sender = bounce_address(content, FROM)
    assert sender == "status+b-s_01jabc@hep.gg"
    # servers change the case of letters
    assert find_bounced(f"To: {sender.upper()}".encode(), FROM) == "s_01jabc"
    assert find_bounced(b"To: status@hep.gg", FROM) is None
