"""HTML by Jinja2: undefined names are errors, and everything is escaped."""

from collections.abc import Callable
from functools import cache
from typing import Any

from jinja2 import Environment

from domain.badge import clean_text
from domain.calendar import iso
from domain.date_text import (
    format_day,
    format_duration,
    format_instant,
    format_minutes,
    format_month,
)
from domain.runtime import template_loader as template_folder
from workers.render.bars import bar_paths
from workers.render.markdown import words


def one_line(text: str, limit: int) -> str:
    """Return a text in at most `limit` characters, for a picture."""
    line = clean_text(text)
    return line if len(line) <= limit else line[: limit - 1] + "…"


FILTERS: dict[str, Callable[..., Any]] = {
    "bar_paths": bar_paths,
    "between": format_duration,
    "in_zone": format_instant,
    "iso": iso,
    "lasted": format_minutes,
    "long_day": format_day,
    "month_in": format_month,
    "one_line": one_line,
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
