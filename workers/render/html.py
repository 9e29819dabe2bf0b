"""HTML by Jinja2: undefined names are errors, and everything is escaped."""

import re
from collections import OrderedDict
from collections.abc import Callable
from functools import cache
from typing import Any, Final

from jinja2 import Environment
from markupsafe import Markup, escape

from domain.artifacts import MIB
from domain.calendar import (
    format_day,
    format_duration,
    format_instant,
    format_length,
    format_month,
    iso,
)
from domain.runtime import template_loader as template_folder
from domain.runtime.badge import clean_text
from domain.runtime.markdown_rules import has_few_marks, parser, to_plain_text
from workers.render.build import build_id
from workers.render.tree_view import bar_paths, split_well

# Per worker process: the messages of about five of the largest pages, texts included.
RENDERED_CACHE_BYTES: Final = 4 * MIB
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


FILTERS: dict[str, Callable[..., Any]] = {
    "bar_paths": bar_paths,
    "between": format_duration,
    "in_zone": format_instant,
    "iso": iso,
    "lasted": format_length,
    "long_day": format_day,
    "month_in": format_month,
    "one_line": clean_text,
    "plain": to_plain_text,
    "split_well": split_well,
    "words": words,
}


@cache
def environment() -> Environment:
    """Return the shared environment of all templates."""
    return template_folder.environment(FILTERS)


def render(template: str, **values: Any) -> str:  # noqa: ANN401 - template variables
    """Render a template. Raises jinja2.UndefinedError for a missing name."""
    return environment().get_template(template).render(**values)


def strip_code(code: str) -> str:
    """Return code without indentation, blank lines and whole-line comments."""
    lines = (line.strip() for line in code.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))
