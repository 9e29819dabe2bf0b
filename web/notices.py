"""Pages of ours that say what is the matter, each with a policy that allows its own style only."""

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "templates" / "notice"
EMPTY_STYLE = b"<style></style>"


@dataclass(frozen=True, slots=True)
class Notice:
    """A document as it is sent, and its Content-Security-Policy."""

    html: bytes
    policy: bytes


def read_notice(name: str) -> Notice:
    """Read a document of templates/notice and put the shared style in."""
    style = (FOLDER / "notice.css").read_bytes()
    html = (FOLDER / f"{name}.html").read_bytes()
    digest = base64.b64encode(hashlib.sha256(style).digest())
    policy = b"default-src 'none'; style-src 'sha256-%s'; img-src data:; base-uri 'none'" % digest
    return Notice(
        html.replace(EMPTY_STYLE, b"<style>%s</style>" % style),
        policy + b"; form-action 'none'; frame-ancestors 'none'",
    )


NOTHING = Notice(b"", b"default-src 'none'")
