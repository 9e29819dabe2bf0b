"""Messages as HTML, for the page and for the dashboard alike."""

import re
from collections import OrderedDict
from typing import Final

from markupsafe import Markup

from domain.runtime.markdown_rules import has_few_marks, parser

_BLANK_LINES: Final = re.compile(r"\n\s*\n")


class RenderedMessages:
    """A least-recently-used cache of messages as HTML, by text and build."""

    def __init__(self, limit: int) -> None:
        """Set the size limit in bytes, texts included."""
        self._limit = limit
        self._entries: OrderedDict[tuple[str, str], Markup] = OrderedDict()
        self.size = 0

    def of(self, text: str, build: str) -> Markup:
        """Return a message as HTML."""
        key = (text, build)
        if key in self._entries:
            self._entries.move_to_end(key)
            return self._entries[key]
        html = self._entries[key] = render_message(text)
        self.size += _size(key, html)
        while self.size > self._limit:
            self.size -= _size(*self._entries.popitem(last=False))
        return html


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
