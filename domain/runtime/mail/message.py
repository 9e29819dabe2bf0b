"""Mails as bytes: headers, and a text with its alternative in HTML.

Every line is ASCII and short, so that no server on the way changes what is signed. Text of users is
in headers in an encoded form only: it ends no header.

Source: docs/behaviour.md, "Mail"; RFC 5322, 2047, 8058.
"""

import re
from base64 import encodebytes
from binascii import b2a_qp
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from typing import Final

import idna

from domain.text import IN_NO_LINE

PRODUCT: Final = "Hep Status"
LINE_MAX: Final = 76
# A longer text, and one that is not ASCII, is encoded: encoded words are folded anywhere.
PLAIN_MAX: Final = 60
BOUNCE_TAG: Final = "+b-"
REASON_MAX: Final = 200
_ADDRESS: Final = re.compile(r"[^\s<>:,;()\[\]]+@[^\s<>:,;()\[\]]+")
_IN_NO_LINE: Final = re.compile(f"[{IN_NO_LINE}]+")
_SPECIAL: Final = re.compile(r'([\\"])')
_LOCAL_PART: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")


@dataclass(frozen=True, slots=True)
class MailContent:
    """A mail to one address; its `id` is the same over all attempts.

    `headers` are ASCII. A bounce is known by the subscriber's id, or by the mail's.
    """

    id: str
    recipient: str
    subject: str
    text: str
    created_at: datetime
    html: str | None = None
    sender_name: str = PRODUCT
    headers: Mapping[str, str] = field(default_factory=dict)
    subscriber_id: str | None = None


def build_mail(content: MailContent, mail_from: str) -> bytes:
    """Return a mail as it goes out, from the address `mail_from`."""
    domain = mail_from.rpartition("@")[2]
    headers = {
        "From": f"{encode_name(content.sender_name)} <{mail_from}>",
        "To": ascii_address(content.recipient) or "undeliverable:;",
        "Subject": encode_line(content.subject, "Subject"),
        "Date": format_datetime(content.created_at),
        "Message-ID": f"<{content.id}@{domain}>",
        "Auto-Submitted": "auto-generated",
        **content.headers,
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return lines.encode("ascii") + build_body(content)


def build_body(content: MailContent) -> bytes:
    """Return the MIME headers and the body, with the same boundary each time.

    By hand: the library needs 3 ms, and thousands are sent at once.
    """
    plain = encode_part(content.text, "plain")
    if content.html is None:
        return b"MIME-Version: 1.0\r\n" + plain
    boundary = f"=_{content.id}"  # such a line is in no encoded text
    head = f'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="{boundary}"\r\n'
    line = f"\r\n--{boundary}".encode()
    html = encode_part(content.html, "html")
    return head.encode() + line + b"\r\n" + plain + line + b"\r\n" + html + line + b"--\r\n"


def encode_part(text: str, subtype: str) -> bytes:
    """Return a text with its headers, in the shorter of two safe encodings."""
    lines = b"".join(line + b"\r\n" for line in text.encode().splitlines()) or b"\r\n"
    encoding, body = "quoted-printable", b2a_qp(lines)
    if len(lines) > len(text) * 1.2:
        encoding, body = "base64", encodebytes(lines).replace(b"\n", b"\r\n")
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: {encoding}'
    return head.encode() + b"\r\n\r\n" + body


def encode_name(name: str) -> str:
    """Return a display name for `From`."""
    line = to_line(name)
    if is_plain(line):
        return '"' + _SPECIAL.sub(r"\\\1", line) + '"'
    return encode_line(line, "From") + "\r\n"


def encode_line(text: str, header: str) -> str:
    """Return a text of users for a header, folded."""
    line = to_line(text)
    if is_plain(line):
        return line
    return Header(line, "utf-8", LINE_MAX, header).encode(linesep="\r\n")


def is_plain(line: str) -> bool:
    """Return whether a line needs no encoding."""
    return line.isascii() and len(line) <= PLAIN_MAX and "=?" not in line


def to_line(text: str) -> str:
    """Return a text as one line; controls become blanks."""
    return " ".join(_IN_NO_LINE.sub(" ", text).split())


def mask_addresses(text: str) -> str:
    """Return the beginning of a foreign text as one line without mail addresses."""
    return _ADDRESS.sub("(address)", to_line(text))[:REASON_MAX].rstrip(". ")


def ascii_address(address: str) -> str | None:
    """Return an address in the form for all servers, or None."""
    name, _, domain = address.rpartition("@")
    try:
        host = idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        return None
    return f"{name}@{host}" if _LOCAL_PART.fullmatch(name) else None


def bounce_address(content: MailContent, mail_from: str) -> str:
    """Return the sender of the envelope, to which bounces go."""
    name, _, domain = mail_from.rpartition("@")
    return f"{name}{BOUNCE_TAG}{content.subscriber_id or content.id}@{domain}"


def find_bounced(report: bytes, mail_from: str) -> str | None:
    """Return the id in the bounce address of a report, or None."""
    name, _, domain = mail_from.rpartition("@")
    address = re.escape(f"{name}{BOUNCE_TAG}") + r"([a-z0-9_]+)" + re.escape(f"@{domain}")
    match = re.search(address.encode(), report, re.IGNORECASE)
    return match[1].decode().lower() if match else None
