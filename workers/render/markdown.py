"""Owners' and monitors' words: Markdown to HTML, without raw HTML and without foreign pictures.

Rendered messages are kept, so that a publication parses what is new and nothing else.
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
    """Messages as HTML by their text and the build; those used least recently go first."""

    def __init__(self, limit: int) -> None:
        """Keep `limit` bytes at most, texts included."""
        self._limit = limit
        self._kept: OrderedDict[tuple[str, str], Markup] = OrderedDict()
        self.size = 0

    def of(self, text: str, build: str) -> Markup:
        """Return a message as HTML."""
        key = (text, build)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        html = self._kept[key] = render_message(text)
        self.size += _size(key, html)
        while self.size > self._limit:
            self.size -= _size(*self._kept.popitem(last=False))
        return html


def _size(key: tuple[str, str], html: Markup) -> int:
    """Return the bytes of an entry: a character has four at most, and an entry some overhead."""
    return 4 * (len(key[0]) + len(html)) + 500


_MESSAGES: Final = RenderedMessages(RENDERED_CACHE_BYTES)


def words(text: str) -> Markup:
    """Return the text as safe HTML; links leave nothing of the page behind."""
    return _MESSAGES.of(text, build_id())


def render_message(text: str) -> Markup:
    """Return Markdown as HTML; a text with too many marks as it was written."""
    html = parser().render(text) if has_few_marks(text) else _as_written(text)
    return Markup(html)  # noqa: S704 - the parser escapes everything that it did not make itself


def _as_written(text: str) -> str:
    paragraphs = (str(escape(part)).replace("\n", "<br />\n") for part in _BLANK_LINES.split(text))
    return "".join(f"<p>{paragraph}</p>\n" for paragraph in paragraphs)
