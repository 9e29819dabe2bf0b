"""The documents of links in messages: one card each, with its button.

No cache and no search engine keeps them, and they lead nowhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import falcon
from falcon.asgi import Response

from domain.runtime.notices import digest
from domain.runtime.template_loader import colours, environment, wording
from web.http.errors import ApiError

HEADERS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",  # the address of a link is a secret
    "X-Robots-Tag": "noindex",
}


@dataclass(frozen=True, slots=True)
class LinkView:
    """The content of a link's document; with `button` it has a form, and `problem` refuses it.

    The form has the field `use`, and the field `password` if it `needs_password`. `way` is the
    path and the name of the next document.
    """

    title: str
    sentence: str = ""
    button: str = ""
    needs_password: bool = False
    problem: str = ""
    use: str = ""
    way: tuple[str, str] | None = None
    status: int = 200
    template: str = "link"
    details: Mapping[str, Any] = field(default_factory=dict)


GONE: Final = LinkView(
    "This link no longer works",
    "The link was used already, or has expired. Nothing was changed.",
    status=404,
)


@cache
def style() -> str:
    """Return the style of the documents."""
    return environment({}).get_template("links/links.css.j2").render(**colours(), mode="auto")


@cache
def policy() -> str:
    """Return the Content-Security-Policy: this style, and forms to their own host."""
    return (
        f"default-src 'none'; style-src '{digest(style())}'; img-src data:; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    )


def write_link_page(resp: Response, view: LinkView) -> None:
    """Fill a response with the document of a link."""
    for name, value in HEADERS.items():
        resp.set_header(name, value)
    resp.set_header("Content-Security-Policy", policy())
    resp.status, resp.content_type = view.status, falcon.MEDIA_HTML
    template = environment({}).get_template(f"links/{view.template}.html.j2")
    resp.text = template.render(view=view, style=style(), words=wording(), **view.details)


def write_link_error(resp: Response, error: ApiError) -> None:
    """Fill a response with the sentence of an error."""
    for name, value in error.headers.items():
        resp.set_header(name, value)
    write_link_page(resp, LinkView("Please try again", str(error), status=error.status))
