"""Notices: documents of one card. Their frame is the product's, or that of a page.

A worker renders a page's frame once; web joins it with the words of any notice.
"""

import base64
import hashlib
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

MARK: Final = Markup("<!---->")  # stands for title and card; escaped text never has it


@dataclass(frozen=True, slots=True)
class NoticeFrame:
    """A document without title and card, and its Content-Security-Policy.

    `pieces` are the text before the title, between title and card, and after the card.
    """

    pieces: tuple[str, str, str]
    policy: str

    def fill(self, title: str, card: str) -> bytes:
        """Return the whole document."""
        before, between, after = self.pieces
        return f"{before}{title}{between}{card}{after}".encode()


def build_frame(html: str, style: str) -> NoticeFrame:
    """Split a document that was rendered with `MARK` for title and card; allow its style."""
    before, between, after = html.split(MARK)
    return NoticeFrame((before, between, after), build_policy(style))


def build_policy(style: str) -> str:
    """Return the policy of a notice: this style, and pictures of its own host."""
    return (
        f"default-src 'none'; style-src '{digest(style)}'; img-src 'self' data:;"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def digest(text: str) -> str:
    """Return the source expression for this exact inline text (CSP level 2)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
