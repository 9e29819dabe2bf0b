"""Markdown to HTML, without raw HTML and without foreign pictures.

Rendered messages are cached, so that a publication parses only new ones.
"""

import re
from collections import OrderedDict
from typing import Final

from markupsafe import Markup, escape

from domain.artifact_sizes import RENDERED_CACHE_BYTES
from domain.runtime.markdown import has_few_marks, parser
from workers.render.build import build_id

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


_MESSAGES: Final = RenderedMessages(RENDERED_CACHE_BYTES)


def words(text: str) -> Markup:
    """Return the text as safe HTML; links pass no referrer."""
    return _MESSAGES.of(text, build_id())


def render_message(text: str) -> Markup:
    """Return Markdown as HTML; a text with too many marks as plain text."""
    html = parser().render(text) if has_few_marks(text) else _render_plain_text(text)
    return Markup(html)  # noqa: S704 - the parser escapes all input


def _render_plain_text(text: str) -> str:
    paragraphs = (str(escape(part)).replace("\n", "<br />\n") for part in _BLANK_LINES.split(text))
    return "".join(f"<p>{paragraph}</p>\n" for paragraph in paragraphs)
