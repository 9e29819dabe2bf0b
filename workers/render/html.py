"""HTML by Jinja2: undefined names are errors, and everything is escaped."""

from collections.abc import Callable
from functools import cache
from typing import Any, Final

from jinja2 import Environment
from markupsafe import Markup

from domain.artifacts import MIB
from domain.calendar import (
    format_day,
    format_duration,
    format_instant,
    format_length,
    format_month,
    format_offset_at,
    format_rfc_822,
    iso,
    to_local,
)
from domain.runtime import template_loader as template_folder
from domain.runtime.badge import clean_text
from domain.runtime.bounded_cache import BoundedCache
from domain.runtime.markdown_rules import to_plain_text
from domain.runtime.messages import RenderedMessages
from workers.render.build import build_id
from workers.render.tree_view import NodeView, bar_paths, split_well

# Per worker process: the messages of about five of the largest pages, texts included, and the rows
# of about 2,000 leaves.
RENDERED_CACHE_BYTES: Final = 4 * MIB
ROW_CACHE_BYTES: Final = 16 * MIB
_MESSAGES: Final = RenderedMessages(RENDERED_CACHE_BYTES)


def _size_of_row(_: NodeView, html: Markup) -> int:
    return 8 * len(html)  # the HTML, and the view as Python's objects


_ROWS: Final = BoundedCache[NodeView, Markup](ROW_CACHE_BYTES, _size_of_row)


def render_row(node: NodeView, row: Callable[[NodeView], Markup]) -> Markup:
    """Return the HTML of a leaf by the macro `row`, rendered once for the same view.

    The macro reads nothing but the view.
    """
    return _ROWS.get(node, lambda: row(node))


def words(text: str) -> Markup:
    """Return the text as safe HTML; links pass no referrer."""
    return _MESSAGES.of(text, build_id())


FILTERS: dict[str, Callable[..., Any]] = {
    "bar_paths": bar_paths,
    "between": format_duration,
    "in_zone": format_instant,
    "iso": iso,
    "lasted": format_length,
    "local_time": to_local,
    "long_day": format_day,
    "month_in": format_month,
    "offset": format_offset_at,
    "one_line": clean_text,
    "plain": to_plain_text,
    "row": render_row,
    "rfc_822": format_rfc_822,
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
