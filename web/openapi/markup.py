"""Prose and examples of /docs as HTML.

Links between chapters lead to their pages. Names that a reader has of their own are marked in the
examples, so that a script fills them in (templates/docs/fill.js).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

from web.openapi.operations import TAIL

EXAMPLE_PAGE = "acme"
FILLS = {
    "key": r"\$KEY\b|hyd_status_YOUR_KEY",
    "page": r"\$PAGE\b|p_" + TAIL.format("a"),
    "url": r"\$URL\b",
    "component": r"c_" + TAIL.format("b") + r"|(?<=/components/)API(?=/)",
    "name": r'(?<="component": ")API(?=")',
    "incident": r"i_" + TAIL.format(r"\w"),
    "receipt": r"r_" + TAIL.format(r"\w"),
}
FILLED = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in FILLS.items()))
NOT_OF_A_SLUG = re.compile(r"[^a-z0-9]+")


def find_fill(example: str) -> str:
    """Return the fill of a parameter's example; the empty text if it has none."""
    match = FILLED.fullmatch(example)
    return (match and match.lastgroup) or ("name" if example == "API" else "")


def build_slug(heading: str) -> str:
    """Return the anchor of a heading."""
    return NOT_OF_A_SLUG.sub("-", heading.lower()).strip("-")


def add_breaks(path: str) -> Markup:
    """Return a path that a narrow window may break before each slash."""
    return escape(path).replace("/", Markup("<wbr>/"))


@dataclass(frozen=True)
class MarkupRenderer:
    """Renders at one base URL; `addresses` are those of chapters and operations, by anchor."""

    base_url: str
    addresses: dict[str, str] = field(default_factory=dict)

    @cached_property
    def parser(self) -> MarkdownIt:
        """The Markdown parser of the prose."""
        return MarkdownIt("commonmark", {"html": False}).enable("table")

    def render(self, text: str) -> Markup:
        """Return Markdown as HTML; its headings are of the second level."""
        return self.render_tokens(self.parser.parse(text))

    def render_line(self, text: str) -> Markup:
        """Return one line of Markdown as HTML."""
        return self.render_tokens(self.parser.parseInline(text))

    def render_tokens(self, tokens: list[Token]) -> Markup:
        """Return tokens as HTML."""
        html = self.parser.renderer.render([*self.prepare(tokens)], self.parser.options, {})
        return Markup(html)  # noqa: S704 - our own words

    def prepare(self, tokens: list[Token]) -> Iterator[Token]:
        """Yield the tokens with headings, examples and links as the site has them."""
        for index, token in enumerate(tokens):
            if token.type in {"heading_open", "heading_close"}:
                token.tag = "h2"
            if token.type == "heading_open":
                token.attrSet("id", build_slug(tokens[index + 1].content))
            if token.type == "fence":
                token.type, token.content = "html_block", str(self.render_code(token.content))
            for child in token.children or ():
                self.prepare_inline(child)
            yield token

    def prepare_inline(self, token: Token) -> None:
        """Lead a link to its chapter, and let a path break before each slash."""
        target = str(token.attrGet("href") or "")
        if target.startswith("#"):
            token.attrSet("href", self.addresses.get(target[1:], target))
        if token.type == "code_inline" and "/" in token.content:
            token.type = "html_inline"
            token.content = f"<code>{add_breaks(token.content)}</code>"

    def render_code(self, code: str) -> Markup:
        """Return an example; the reader's own names stand in `var` elements."""
        text, end = code.rstrip("\n").replace("$BASE", self.base_url), 0
        parts = []
        for match in FILLED.finditer(text):
            example = self.page_url if match.lastgroup == "url" else match[0]
            parts += [escape(text[end : match.start()]), build_var(match.lastgroup or "", example)]
            end = match.end()
        inner = Markup().join([*parts, escape(text[end:])])
        return Markup('<div class="code"><pre tabindex="0"><code>{}</code></pre></div>\n').format(
            inner
        )

    @property
    def page_url(self) -> str:
        """The URL of an example page below the base."""
        return self.base_url.replace("://", f"://{EXAMPLE_PAGE}.")


def build_var(name: str, example: str) -> Markup:
    """Return the element of a name that a script fills in."""
    return Markup('<var data-fill="{}">{}</var>').format(name, example)
