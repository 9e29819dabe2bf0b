"""The parser's rules that differ from CommonMark: bounded work, allowed links, no text dropped."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml, unescapeAll
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock, blockquote, list_block
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline, entity
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from domain.text import NOT_BLANK

Tokens = Sequence[Token]

# Deeper quotes and lists are shown as text: the library would drop them, and each level costs a
# pass over its lines. A quote is one level, a list two.
LEVELS: Final = 8
# Longer addresses and titles make no link: each is scanned once for each `[`.
ADDRESS_LIMIT: Final = 2_000
TITLE_LIMIT: Final = 500

SCHEMES: Final = frozenset({"http", "https", "mailto", "tel"})
_SCHEME: Final = re.compile(r"([^/?#:]*):")
_INVISIBLE: Final = re.compile(r"[\x00-\x20\x7f-\x9f]")
_VISIBLE: Final = re.compile(NOT_BLANK)
_BRACKET: Final = re.compile(r"\\.|\[|\]", re.DOTALL)
# Possessive (`+` after a count): no backtracking, so each part is read once.
_BARE: Final = rf"(?!<)(?:\\.|[^\s\\()\x00-\x1f\x7f]|\([^\s()]{{0,200}}\)){{1,{ADDRESS_LIMIT}}}+"
_QUOTED: Final = rf"<(?:\\.|[^<>\\\n]){{0,{ADDRESS_LIMIT}}}+>"
_TITLE: Final = "|".join(
    rf"{begin}(?:\\.|[^\\{end}]){{0,{TITLE_LIMIT}}}+{end}"
    for begin, end in (('"', '"'), ("'", "'"), (r"\(", r"\)"))
)
_TARGET: Final = re.compile(
    rf"\(\s{{0,20}}({_QUOTED}|{_BARE})(?:\s{{1,20}}({_TITLE}))?\s{{0,20}}\)", re.DOTALL
)


def is_allowed(address: str) -> bool:
    """Tell whether the target of a link is relative or of an allowed scheme.

    The check covers the address as it is, and its form without the characters that browsers skip or
    decode.
    """
    bare = _INVISIBLE.sub("", unquote(address))
    schemes = (_SCHEME.match(form) for form in (address, bare))
    return all(match is None or match[1].lower() in SCHEMES for match in schemes)


def link(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the library calls it so
    """Parse `[label](address "title")`; the title is shown behind the label.

    A label whose brackets are not balanced, or without anything to see, makes no link.
    """
    start = state.pos
    if state.src[start] != "[" or state.linkLevel:
        return False
    end = _closing_brackets(state).get(start, state.posMax)
    target = _TARGET.match(state.src, end + 1, state.posMax) if end < state.posMax else None
    if target is None or not _VISIBLE.search(state.src, start + 1, end):
        return False
    raw_address = unescapeAll(target[1].removeprefix("<").removesuffix(">"))
    address = state.md.normalizeLink(raw_address)
    if not address or not state.md.validateLink(address):
        return False
    if not silent:
        _push_link(state, (start + 1, end), address, target[2])
    state.pos = target.end()
    return True


def _push_link(state: StateInline, label: tuple[int, int], address: str, title: str | None) -> None:
    maximum = state.posMax
    state.pos, state.posMax = label
    state.push("link_open", "a", 1).attrs = {"href": address}
    state.linkLevel += 1
    state.md.inline.tokenize(state)
    state.linkLevel -= 1
    state.push("link_close", "a", -1)
    state.posMax = maximum
    if title:
        state.append_pending(f" ({unescapeAll(title[1:-1])})")


def _closing_brackets(state: StateInline) -> dict[int, int]:
    """Return the position at which each bracket closes, in one pass over the paragraph."""
    key = f"brackets {state.src}"
    closings: dict[int, int] | None = state.env.get(key)
    if closings is None:
        closings, opening_positions = {}, []
        for bracket in _BRACKET.finditer(state.src):
            if bracket[0] == "[":
                opening_positions.append(bracket.start())
            elif bracket[0] == "]" and opening_positions:
                closings[opening_positions.pop()] = bracket.start()
        state.env[key] = closings
    return closings


def visible_entity(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the library calls it so
    """Decode an entity to a visible character; any other one stays as it is."""
    start, pending, before = state.pos, state.pending, len(state.tokens)
    if not entity(state, silent):
        return False
    if silent:
        return True
    decoded = state.tokens[-1].content
    if _VISIBLE.search(decoded) and decoded != "\N{REPLACEMENT CHARACTER}":
        return True
    del state.tokens[before:], state.tokens_meta[before:]
    state.pos, state.pending = start, pending
    return False


def within_levels(rule: Callable[..., bool]) -> Callable[..., bool]:
    """Return a block rule that matches only up to `LEVELS`; deeper marks are text."""

    def bounded(state: StateBlock, line: int, until: int, silent: bool) -> bool:  # noqa: FBT001 - the library calls it so
        return state.level < LEVELS and rule(state, line, until, silent)

    return bounded


class Renderer(RendererHTML):
    """The HTML renderer; it drops no text of its input."""

    def link_open(self, tokens: Tokens, idx: int, options: OptionsDict, env: EnvType) -> str:
        """Open a link without referrer and without endorsement (`nofollow`)."""
        del options, env
        return (
            f'<a rel="nofollow noopener ugc" href="{escapeHtml(str(tokens[idx].attrs["href"]))}">'
        )

    def fence(self, tokens: Tokens, idx: int, options: OptionsDict, env: EnvType) -> str:
        """Render a code block, with the info string as its first line."""
        del options, env
        lines = [line for line in (tokens[idx].info.strip(), tokens[idx].content) if line]
        code = escapeHtml("\n".join(lines))
        return f"<pre><code>{code}</code></pre>\n"


def number_items(state: StateCore) -> None:
    """Give each list item its own number from the source."""
    for token in state.tokens:
        if token.type == "list_item_open" and token.info:
            token.attrs = {"value": int(token.info)}


def build_parser() -> MarkdownIt:
    """Return a parser without definitions of links, raw HTML, pictures and headings."""
    # A picture would send a request to another host; a heading would look like one of the page; a
    # definition has no visible text.
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True}, renderer_cls=Renderer)
    parser.disable(["image", "heading", "lheading", "html_block", "html_inline", "reference"])
    ends = ["paragraph", "reference", "blockquote"]
    parser.block.ruler.at("blockquote", within_levels(blockquote), {"alt": [*ends, "list"]})
    parser.block.ruler.at("list", within_levels(list_block), {"alt": ends})
    parser.core.ruler.after("block", "number_items", number_items)
    parser.inline.ruler.at("link", link)
    parser.inline.ruler.at("entity", visible_entity)
    # Other characters begin and end nothing here: the text is not split at them.
    parser.inline.terminator_re = re.compile(r"[\n\[\]*_`<&\\]")
    parser.validateLink = is_allowed  # type: ignore[method-assign,assignment]  # as its manual says
    parser.normalizeLinkText = str  # type: ignore[method-assign,assignment]  # as it was sent
    return parser


if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

# In characters: a list shows three lines of many incidents, and long words are slow to parse.
PLAIN_TEXT_MAX: Final = 1_000
# In characters that may be markup; the parser works on each of them for 5 to 50 µs. A long report
# has some 300; a message with more than this is shown as plain source.
MARKS_MAX: Final = 1_000
MARK: Final = re.compile(r"[\n\[\]*_`<>&\\]|(?:[-+]|\d[.)])(?=\s)")
BREAKS = frozenset({"softbreak", "hardbreak"})
TEXTS = frozenset({"text", "code_inline"})
BLOCKS = frozenset({"inline", "fence", "code_block"})


@cache
def parser() -> "MarkdownIt":
    """Return the shared parser: no raw HTML, images, headings or link definitions."""
    from domain.runtime.markdown_rules import build_parser  # noqa: PLC0415 - no start waits for it

    return build_parser()


def has_few_marks(text: str) -> bool:
    """Tell whether the cost of parsing a text is in proportion to its length."""
    return next(islice(MARK.finditer(text), MARKS_MAX, None), None) is None


def to_plain_text(text: str) -> str:
    """Return the beginning of a text without marks and addresses, line by line."""
    blocks = (token for token in parser().parse(text[:PLAIN_TEXT_MAX]) if token.type in BLOCKS)
    lines = ("".join(_text_parts(block)).strip() for block in blocks)
    return "\n".join(line for line in lines if line)


def _text_parts(block: "Token") -> Iterator[str]:
    if block.children is None:
        yield from (f"{block.info.strip()}\n", block.content)
    for token in block.children or ():
        if token.type in BREAKS:
            yield "\n"
        elif token.type in TEXTS:
            yield token.content
