"""Static notice pages, each with a policy that allows only its own style."""

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

import falcon.asgi

FOLDER = Path(__file__).parents[2] / "templates" / "notice"


@dataclass(frozen=True, slots=True)
class Notice:
    """A document in bytes and its Content-Security-Policy."""

    html: bytes
    policy: bytes


def read_notice(name: str) -> Notice:
    """Read a notice of templates/notice and insert it into the shared frame.

    The first line of its file is the title.
    """
    frame, style = ((FOLDER / file).read_bytes() for file in ("frame.html", "notice.css"))
    title, body = (FOLDER / f"{name}.html").read_bytes().split(b"\n", 1)
    digest = base64.b64encode(hashlib.sha256(style).digest())
    policy = b"default-src 'none'; style-src 'sha256-%s'; img-src data:; base-uri 'none'" % digest
    return Notice(
        frame % {b"title": title, b"style": style, b"body": body},
        policy + b"; form-action 'none'; frame-ancestors 'none'",
    )


def write_notice(resp: falcon.asgi.Response, notice: Notice, status: int = 200) -> None:
    """Fill a response of the base host with a notice that no cache keeps."""
    resp.status = status
    resp.content_type = falcon.MEDIA_HTML
    resp.set_header("Cache-Control", "no-store")
    resp.set_header("Content-Security-Policy", notice.policy.decode())
    resp.data = notice.html


NOTHING = Notice(b"", b"default-src 'none'")
