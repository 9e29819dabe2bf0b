"""The parser's rules that differ from CommonMark: bounded work, allowed links, no text dropped."""

import re
from collections.abc import Callable, Sequence
from typing import Final
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
# Longer addresses and titles make no link: each is looked at once for each `[`.
ADDRESS_LIMIT: Final = 2_000
TITLE_LIMIT: Final = 500

SCHEMES: Final = frozenset({"http", "https", "mailto", "tel"})
_SCHEME: Final = re.compile(r"([^/?#:]*):")
_INVISIBLE: Final = re.compile(r"[\x00-\x20\x7f-\x9f]")
_SEEN: Final = re.compile(NOT_BLANK)
_BRACKET: Final = re.compile(r"\\.|\[|\]", re.DOTALL)
# Possessive (`+` behind a count): a part that was read is not read again, so each is read once.
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
    """Tell whether a link may lead to an address: of an allowed scheme, or relative.

    Looked at as it is and with what browsers skip or decode taken out.
    """
    bare = _INVISIBLE.sub("", unquote(address))
    schemes = (_SCHEME.match(form) for form in (address, bare))
    return all(found is None or found[1].lower() in SCHEMES for found in schemes)


def link(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the library calls it so
    """Parse `[label](address "title")`; the title is shown behind the label.

    A label whose brackets are not balanced, or without anything to see, makes no link.
    """
    start = state.pos
    if state.src[start] != "[" or state.linkLevel:
        return False
    end = _closing_brackets(state).get(start, state.posMax)
    target = _TARGET.match(state.src, end + 1, state.posMax) if end < state.posMax else None
    if target is None or not _SEEN.search(state.src, start + 1, end):
        return False
    given = unescapeAll(target[1].removeprefix("<").removesuffix(">"))
    address = state.md.normalizeLink(given)
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
    """Return where each bracket closes, found in one pass over the paragraph."""
    key = f"brackets {state.src}"
    found: dict[int, int] | None = state.env.get(key)
    if found is None:
        found, opened = {}, []
        for bracket in _BRACKET.finditer(state.src):
            if bracket[0] == "[":
                opened.append(bracket.start())
            elif bracket[0] == "]" and opened:
                found[opened.pop()] = bracket.start()
        state.env[key] = found
    return found


def visible_entity(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the library calls it so
    """Decode an entity to what can be seen; another one is shown as it was written."""
    start, pending, before = state.pos, state.pending, len(state.tokens)
    if not entity(state, silent):
        return False
    if silent:
        return True
    decoded = state.tokens[-1].content
    if _SEEN.search(decoded) and decoded != "\N{REPLACEMENT CHARACTER}":
        return True
    del state.tokens[before:], state.tokens_meta[before:]
    state.pos, state.pending = start, pending
    return False


def within_levels(rule: Callable[..., bool]) -> Callable[..., bool]:
    """Return a block's rule that matches nothing below so many levels: what is there is text."""

    def bounded(state: StateBlock, line: int, until: int, silent: bool) -> bool:  # noqa: FBT001 - the library calls it so
        return state.level < LEVELS and rule(state, line, until, silent)

    return bounded


class Renderer(RendererHTML):
    """HTML in which all that was sent can be read."""

    def link_open(self, tokens: Tokens, idx: int, options: OptionsDict, env: EnvType) -> str:
        """Open a link that leaves nothing of the page behind."""
        del options, env
        return (
            f'<a rel="nofollow noopener ugc" href="{escapeHtml(str(tokens[idx].attrs["href"]))}">'
        )

    def fence(self, tokens: Tokens, idx: int, options: OptionsDict, env: EnvType) -> str:
        """Show a block of code, with what stands behind its opening marks as its first line."""
        del options, env
        lines = [line for line in (tokens[idx].info.strip(), tokens[idx].content) if line]
        code = escapeHtml("\n".join(lines))
        return f"<pre><code>{code}</code></pre>\n"


def number_items(state: StateCore) -> None:
    """Show each item of a list with the number that it was given, not with the next one."""
    for token in state.tokens:
        if token.type == "list_item_open" and token.info:
            token.attrs = {"value": int(token.info)}


def make_parser() -> MarkdownIt:
    """Return a parser without definitions of links, raw HTML, pictures and headings."""
    # A picture would be a request to somebody else; a heading would shout louder than ours; a
    # definition shows nothing of itself.
    made = MarkdownIt("commonmark", {"html": False, "breaks": True}, renderer_cls=Renderer)
    made.disable(["image", "heading", "lheading", "html_block", "html_inline", "reference"])
    ends = ["paragraph", "reference", "blockquote"]
    made.block.ruler.at("blockquote", within_levels(blockquote), {"alt": [*ends, "list"]})
    made.block.ruler.at("list", within_levels(list_block), {"alt": ends})
    made.core.ruler.after("block", "number_items", number_items)
    made.inline.ruler.at("link", link)
    made.inline.ruler.at("entity", visible_entity)
    # Other marks begin and end nothing here: a text is not cut at each of them.
    made.inline.terminator_re = re.compile(r"[\n\[\]*_`<&\\]")
    made.validateLink = is_allowed  # type: ignore[method-assign,assignment]  # as its manual says
    made.normalizeLinkText = str  # type: ignore[method-assign,assignment]  # as it was sent
    return made
