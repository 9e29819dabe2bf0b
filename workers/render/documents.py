"""The page's documents, with everything inline and a policy that allows just that.

Style and script are the same in all documents of a page, so one policy serves them all.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote

from domain.runtime.notices import MARK, NoticeFrame, build_frame, digest
from domain.runtime.template_loader import colours, shapes, wording
from domain.status import IncidentState, Status
from workers.render.build import ROOT
from workers.render.html import render, strip_code
from workers.render.png import choose_ink, ensure_contrast
from workers.render.view import PageView

# A colour is the owner's choice among 16 million, and a style and script weigh 17 KB.
ASSETS_MAX: Final = 128


@dataclass(frozen=True, slots=True)
class Assets:
    """Style and script of all documents of a page, and the style of its notices."""

    style: str
    script: str
    notice_style: str

    @property
    def policy(self) -> str:
        """The Content-Security-Policy that allows only this style and script."""
        return (
            f"default-src 'none'; style-src '{digest(self.style)}';"
            f" script-src '{digest(self.script)}'; connect-src 'self'; img-src 'self' data:;"
            " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        )


def build_assets(view: PageView) -> Assets:
    """Return style and script for a page's theme."""
    return _build_assets(view.mode, view.accent, view.header, view.font)


def build_notice_frame(view: PageView) -> NoticeFrame:
    """Return the frame of notices on the page's host: its owner's face."""
    style = build_assets(view).notice_style
    return build_frame(render("page/notice.html.j2", page=view, style=style, mark=MARK), style)


@lru_cache(maxsize=ASSETS_MAX)
def _build_assets(mode: str, accent: str | None, header: str | None, font: str) -> Assets:
    themes = {name: dict(colours()[name]) for name in ("dark", "light")}
    if accent:
        for theme in themes.values():
            theme["accent"] = ensure_contrast(accent, theme["card"])
    if mode == "light":
        themes["dark"] = themes["light"]  # then print style and default are equal
    statuses = [*Status, *IncidentState]
    face = {
        **themes,
        "mode": mode,
        "font": font,
        "brand": accent,
        "header": header,
        "brand_ink": accent and choose_ink(accent),
        "ink": header and choose_ink(header),
    }
    style = render("page/page.css.j2", **face, statuses=statuses)
    notice_style = render("page/notice.css.j2", **face)
    script = (ROOT / "templates" / "page" / "page.js").read_text("utf-8")
    return Assets(*map(strip_code, (style, script, notice_style)))


def render_document(template: str, view: PageView, version: str, **more: Any) -> bytes:  # noqa: ANN401 - template variables
    """Return a document of a page."""
    assets = build_assets(view)
    html = render(
        template,
        page=view,
        version=version,
        style=assets.style,
        script=assets.script,
        favicon=favicon(view.tone),
        words=wording(),
        **more,
    )
    return html.encode()


def favicon_svg(status: str) -> str:
    """Return the status as a picture; its shape is distinct without colour, too."""
    shape = shapes()["favicons"][status]
    colour = colours()["dark"][status]
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16' fill='{colour}'>{shape}</svg>"
    )


def favicon(status: str) -> str:
    """Return the status as a data: URL."""
    return "data:image/svg+xml," + quote(favicon_svg(status), safe="/:='<> ")
