"""Messages as HTML, for the page and for the dashboard alike."""

import re
from typing import Final

from markupsafe import Markup

from domain.runtime.bounded_cache import BoundedCache
from domain.runtime.markdown_rules import has_few_marks, parser

_BLANK_LINES: Final = re.compile(r"\n\s*\n")


class RenderedMessages(BoundedCache[tuple[str, str], Markup]):
    """A cache of messages as HTML, by text and build."""

    def __init__(self, limit: int) -> None:
        """Set the size limit in bytes, texts included."""
        super().__init__(limit, _size)

    def of(self, text: str, build: str) -> Markup:
        """Return a message as HTML."""
        return self.get((text, build), lambda: render_message(text))


def _size(key: tuple[str, str], html: Markup) -> int:
    """Return the bytes of an entry: four per character, and some overhead."""
    return 4 * (len(key[0]) + len(html)) + 500


def render_message(text: str) -> Markup:
    """Return Markdown as HTML; a text with too many marks as plain text."""
    if not has_few_marks(text):
        return render_plain_text(text)
    return Markup(parser().render(text))  # noqa: S704 - the parser escapes all input


def render_plain_text(text: str) -> Markup:
    """Return a text in paragraphs, without Markdown."""
    line_break = Markup("<br />\n")
    paragraphs = (line_break.join(part.split("\n")) for part in _BLANK_LINES.split(text))
    return Markup("").join(Markup("<p>{}</p>\n").format(paragraph) for paragraph in paragraphs)
