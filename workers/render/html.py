"""HTML by Jinja2: strict about missing names, escaping everything."""

import base64
import hashlib
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from workers.render.build import ROOT
from workers.render.json_status import iso
from workers.render.times import in_zone


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
    env.filters |= {"iso": iso, "in_zone": in_zone}
    return env


@cache
def stylesheet(name: str) -> str:
    """Return a stylesheet of the templates folder, as it stands inline in a document."""
    return (ROOT / "templates" / name).read_text("utf-8")


def render(template: str, **values: Any) -> str:  # noqa: ANN401 - templates take what they take
    """Render a template. Raises jinja2.UndefinedError for a name that is not given."""
    return environment().get_template(template).render(**values)


def policy(*styles: str) -> str:
    """Return the Content-Security-Policy that allows these inline stylesheets and nothing else."""
    hashes = " ".join(f"'sha256-{_digest(style)}'" for style in styles)
    return (
        f"default-src 'none'; style-src {hashes}; img-src 'self' data:; base-uri 'none';"
        " form-action 'self'; frame-ancestors 'none'"
    )


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
