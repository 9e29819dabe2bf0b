"""The embed: a document of one line that any site may frame.

Source: docs/behaviour.md, "Embed".
"""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final

from domain.page.settings import Mode
from domain.runtime.notices import digest
from domain.runtime.template_loader import FOLDER, colours
from domain.status import LISTED
from workers.render.html import render, strip_code
from workers.render.view import PageView

TONES: Final = (*LISTED, "nodata")
_SYMBOL: Final = re.compile(r'<symbol id="(\w+)"[^>]*>(.*)</symbol>')


def render_embed(view: PageView, version: str, theme: str) -> bytes:
    """Return the embed in a theme: that of the page if it is empty."""
    style, script = _style(theme or view.mode), _script()
    return render(
        "embed/embed.html.j2",
        page=view,
        version=version,
        policy=_policy(style, script),
        style=style,
        script=script,
        glyph=_glyphs()[view.tone],
    ).encode()


def _policy(style: str, script: str) -> str:
    """Return the policy of style and script; a header has the rest."""
    return (
        f"default-src 'none'; style-src '{digest(style)}'; script-src '{digest(script)}';"
        " connect-src 'self'"
    )


@lru_cache(maxsize=len(Mode))
def _style(mode: str) -> str:
    themes = {name: colours()[name] for name in ("dark", "light")}
    return strip_code(render("embed/embed.css.j2", **themes, mode=mode, tones=TONES))


@cache
def _glyphs() -> Mapping[str, str]:
    """Return the drawings of the page's glyphs by name."""
    return dict(_SYMBOL.findall((FOLDER / "page" / "glyphs.svg").read_text("utf-8")))


@cache
def _script() -> str:
    return strip_code((FOLDER / "embed" / "embed.js").read_text("utf-8"))
