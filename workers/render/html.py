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
from domain.runtime.markdown_rules import to_plain_text
from domain.runtime.messages import RenderedMessages
from workers.render.build import build_id
from workers.render.tree_view import bar_paths, split_well

# Per worker process: the messages of about five of the largest pages, texts included.
RENDERED_CACHE_BYTES: Final = 4 * MIB
_MESSAGES: Final = RenderedMessages(RENDERED_CACHE_BYTES)


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
