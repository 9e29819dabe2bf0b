"""HTML by Jinja2: strict about missing names, escaping everything."""

from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from domain.badge import clean_text
from domain.days import iso
from workers.render.bar_svg import bar_paths
from workers.render.build import ROOT
from workers.render.markdown import words
from workers.render.times import between, in_zone, lasted, long_day, month_in


def one_line(text: str, limit: int) -> str:
    """Return at most `limit` characters of a text that a picture can show."""
    line = clean_text(text)
    return line if len(line) <= limit else line[: limit - 1] + "…"


FILTERS = {
    "bar_paths": bar_paths,
    "between": between,
    "in_zone": in_zone,
    "iso": iso,
    "lasted": lasted,
    "long_day": long_day,
    "month_in": month_in,
    "one_line": one_line,
    "words": words,
}


@cache
def environment() -> Environment:
    """Return the one environment that all templates are rendered in."""
    env = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= FILTERS
    return env


def render(template: str, **values: Any) -> str:  # noqa: ANN401 - templates take what they take
    """Render a template. Raises jinja2.UndefinedError for a name that is not given."""
    return environment().get_template(template).render(**values)


def tightened(code: str) -> str:
    """Drop indentation, blank lines and whole-line comments: nobody reads them in a document."""
    lines = (line.strip() for line in code.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))
