"""The page's documents: everything they need inline, with a policy that allows just that.

Style and script are the same in all documents of a page, so one policy serves them all.
"""

import base64
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote

from domain.runtime.template_loader import colours, wording
from domain.status import IncidentState, Status
from workers.render.build import ROOT
from workers.render.colour import legible
from workers.render.html import environment, render, tightened
from workers.render.view import PageView

# An accent is the owner's choice among 16 million, and a style and script weigh 17 KB.
DRESSES_MAX: Final = 128


@dataclass(frozen=True, slots=True)
class Dress:
    """What all documents of a page wear."""

    style: str
    script: str

    @property
    def policy(self) -> str:
        """The Content-Security-Policy that allows this style and script, and nothing else."""
        return (
            f"default-src 'none'; style-src '{digest(self.style)}';"
            f" script-src '{digest(self.script)}'; connect-src 'self'; img-src 'self' data:;"
            " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        )


def dress(view: PageView) -> Dress:
    """Return style and script for a page's theme."""
    return _dress(view.mode, view.accent)


@lru_cache(maxsize=DRESSES_MAX)
def _dress(mode: str, accent: str | None) -> Dress:
    themes = {name: dict(colours()[name]) for name in ("dark", "light")}
    if accent:
        for theme in themes.values():
            theme["accent"] = legible(accent, theme["card"])
    if mode == "light":
        themes["dark"] = themes["light"]  # the print style and the default are one then
    statuses = [*Status, *IncidentState]
    css = environment().get_template("page/page.css.j2")
    style = css.render(**themes, mode=mode, statuses=statuses)
    script = (ROOT / "templates" / "page" / "page.js").read_text("utf-8")
    return Dress(tightened(style), tightened(script))


def document(template: str, view: PageView, version: str, **more: Any) -> bytes:  # noqa: ANN401 - what a template takes
    """Return a document of a page."""
    worn = dress(view)
    html = render(
        template,
        page=view,
        version=version,
        style=worn.style,
        script=worn.script,
        favicon=favicon(view.indicator),
        words=wording(),
        **more,
    )
    return html.encode()


def favicon(status: Status) -> str:
    """Return the state as a data: address; its shape tells it without its colour, too."""
    shape = FAVICONS.get(status, FAVICONS[Status.DEGRADED])
    colour = colours()["dark"][status]
    svg = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16' fill='{colour}'>{shape}</svg>"
    )
    return "data:image/svg+xml," + quote(svg, safe="/:='<> ")


FAVICONS = {
    Status.OPERATIONAL: "<circle cx='8' cy='8' r='7'/>",
    Status.MAINTENANCE: "<path d='M8 1l7 7-7 7-7-7z'/>",
    Status.DEGRADED: "<path d='M8 1l7.5 14H.5z'/>",
    Status.PARTIAL: "<path d='M1 8a7 7 0 0 0 14 0z'/>",
    Status.OUTAGE: "<rect x='1' y='1' width='14' height='14' rx='2'/>",
}


def digest(text: str) -> str:
    """Return the source expression that allows exactly this inline text (CSP level 2)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
