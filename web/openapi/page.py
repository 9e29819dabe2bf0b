"""`/docs`: the document as one page without external resources or scripts."""

import base64
import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from web.openapi.document import Json
from web.openapi.prose import FOLDER
from web.openapi.reading import sections


@dataclass(frozen=True, slots=True)
class DocsPage:
    """The page in bytes and its Content-Security-Policy."""

    html: bytes
    policy: str


def docs_page(spec: Json) -> DocsPage:
    """Return the HTML page of an OpenAPI document."""
    palette = tomllib.loads((FOLDER.parent / "colours.toml").read_text("utf-8"))
    style = environment().get_template("docs.css.j2").render(**palette)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    html = environment().get_template("index.html.j2").render(
        info=spec["info"], base_url=spec["servers"][0]["url"], sections=sections(spec), style=style
    )  # fmt: skip
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:;"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return DocsPage(html.encode(), policy)


@cache
def environment() -> Environment:
    """Return the Jinja2 environment of templates/docs."""
    env = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    env.filters["markdown"] = lambda text: Markup(parser.render(text))  # noqa: S704 - our own words
    env.filters["inline"] = lambda text: Markup(parser.renderInline(text))  # noqa: S704 - our own
    return env
