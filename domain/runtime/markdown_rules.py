"""The Markdown of messages: CommonMark with bounded work, restricted links and no dropped text."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import islice
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

# A quote is one level, a list two. Marks of deeper quotes and lists are shown as text: the library
# would drop their contents, and each level costs another pass over its lines.
NESTING_MAX: Final = 8
# In characters. A link with a longer address or title is shown as text: the parser may read both
# again for each `[` before them.
ADDRESS_LIMIT: Final = 2_000
TITLE_LIMIT: Final = 500

SCHEMES: Final = frozenset({"http", "https", "mailto", "tel"})
_SCHEME: Final = re.compile(r"([^/?#:]*):")
_INVISIBLE: Final = re.compile(r"[\x00-\x20\x7f-\x9f]")
_VISIBLE: Final = re.compile(NOT_BLANK)
_BRACKET: Final = re.compile(r"\\.|\[|\]", re.DOTALL)
# Possessive (`+` after a count): no backtracking, so each part is read once.
_BARE_ADDRESS: Final = (
    rf"(?!<)(?:\\.|[^\s\\()\x00-\x1f\x7f]|\([^\s()]{{0,200}}\)){{1,{ADDRESS_LIMIT}}}+"
)
_ANGLE_ADDRESS: Final = rf"<(?:\\.|[^<>\\\n]){{0,{ADDRESS_LIMIT}}}+>"
_TITLE: Final = "|".join(
    rf"{begin}(?:\\.|[^\\{end}]){{0,{TITLE_LIMIT}}}+{end}"
    for begin, end in (('"', '"'), ("'", "'"), (r"\(", r"\)"))
)
_ADDRESS_AND_TITLE: Final = re.compile(
    rf"\(\s{{0,20}}({_ANGLE_ADDRESS}|{_BARE_ADDRESS})(?:\s{{1,20}}({_TITLE}))?\s{{0,20}}\)",
    re.DOTALL,
)


def is_allowed_address(address: str) -> bool:
    """Return whether the address of a link is relative or has an allowed scheme.

    Both the address as it is and its decoded form are checked: browsers decode `%xx` and skip
    invisible characters.
    """
    decoded = _INVISIBLE.sub("", unquote(address))
    matches = (_SCHEME.match(form) for form in (address, decoded))
    return all(match is None or match[1].lower() in SCHEMES for match in matches)


def parse_link(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the library passes it by position
    """Parse `[label](address "title")`; the title is shown after the label.

    A label without a visible character, or with unbalanced brackets, makes no link.
    """
    start = state.pos
    if state.src[start] != "[" or state.linkLevel:
        return False
    end = _closing_brackets(state).get(start, state.posMax)
    target = (
        _ADDRESS_AND_TITLE.match(state.src, end + 1, state.posMax) if end < state.posMax else None
    )
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
    outer_end = state.posMax
    state.pos, state.posMax = label
    state.push("link_open", "a", 1).attrs = {"href": address}
    state.linkLevel += 1
    state.md.inline.tokenize(state)
    state.linkLevel -= 1
    state.push("link_close", "a", -1)
    state.posMax = outer_end
    if title:
        state.append_pending(f" ({unescapeAll(title[1:-1])})")


def _closing_brackets(state: StateInline) -> dict[int, int]:
    """Return the position of each closing bracket, by that of its opening bracket.

    All links of a paragraph share one pass over it: the result is kept in the parser's state.
    """
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


def decode_visible_entity(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the library passes it by position
    """Decode an entity such as `&amp;`; one of an invisible character is shown as text."""
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


def limit_nesting(rule: Callable[..., bool]) -> Callable[..., bool]:
    """Return a block rule that matches only up to `NESTING_MAX`; deeper marks are text."""

    def limited_rule(state: StateBlock, line: int, until: int, silent: bool) -> bool:  # noqa: FBT001 - the library passes it by position
        return state.level < NESTING_MAX and rule(state, line, until, silent)

    return limited_rule


class Renderer(RendererHTML):
    """The HTML renderer; it drops no text of its input."""

    def link_open(self, tokens: Tokens, idx: int, options: OptionsDict, env: EnvType) -> str:
        """Render the start tag of a link, with `rel="nofollow noopener ugc"`."""
        del options, env
        return (
            f'<a rel="nofollow noopener ugc" href="{escapeHtml(str(tokens[idx].attrs["href"]))}">'
        )

    def fence(self, tokens: Tokens, idx: int, options: OptionsDict, env: EnvType) -> str:
        """Render a fenced code block; its info string becomes its first line."""
        del options, env
        lines = [line for line in (tokens[idx].info.strip(), tokens[idx].content) if line]
        code = escapeHtml("\n".join(lines))
        return f"<pre><code>{code}</code></pre>\n"


def number_items(state: StateCore) -> None:
    """Show each item of a numbered list with its number in the source."""
    for token in state.tokens:
        if token.type == "list_item_open" and token.info:
            token.attrs = {"value": int(token.info)}


def build_parser() -> MarkdownIt:
    """Return a new parser; link definitions, raw HTML, images and headings are text."""
    # An image would send a request to another host. A heading would look like one of the page. A
    # link definition would not be shown at all.
    markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}, renderer_cls=Renderer)
    markdown.disable(["image", "heading", "lheading", "html_block", "html_inline", "reference"])
    ends = ["paragraph", "reference", "blockquote"]
    markdown.block.ruler.at("blockquote", limit_nesting(blockquote), {"alt": [*ends, "list"]})
    markdown.block.ruler.at("list", limit_nesting(list_block), {"alt": ends})
    markdown.core.ruler.after("block", "number_items", number_items)
    markdown.inline.ruler.at("link", parse_link)
    markdown.inline.ruler.at("entity", decode_visible_entity)
    # The characters at which the enabled inline rules start: the parser stops at no other one.
    markdown.inline.terminator_re = re.compile(r"[\n\[\]*_`<&\\]")
    markdown.validateLink = is_allowed_address  # type: ignore[method-assign,assignment]  # documented so
    markdown.normalizeLinkText = str  # type: ignore[method-assign,assignment]  # show as written
    return markdown


# In characters. `to_plain_text` serves lists of many incidents, which show three lines of each;
# a longer text would be slow to parse.
PLAIN_TEXT_MAX: Final = 1_000
# In matches of `MARK`, the characters that may be markup: each costs the parser 5 to 50 µs. A long
# message has some 300. A message with more than the maximum is shown as its source.
MARKS_MAX: Final = 1_000
MARK: Final = re.compile(r"[\n\[\]*_`<>&\\]|(?:[-+]|\d[.)])(?=\s)")
BREAKS = frozenset({"softbreak", "hardbreak"})
TEXTS = frozenset({"text", "code_inline"})
BLOCKS = frozenset({"inline", "fence", "code_block"})


@cache
def parser() -> MarkdownIt:
    """Return the process's parser, built at the first call."""
    return build_parser()


def has_few_marks(text: str) -> bool:
    """Return whether a text has few enough marks to be parsed."""
    return next(islice(MARK.finditer(text), MARKS_MAX, None), None) is None


def to_plain_text(text: str, limit: int = PLAIN_TEXT_MAX) -> str:
    """Return the start of a text, without markup and without the addresses of links."""
    blocks = (token for token in parser().parse(text[:limit]) if token.type in BLOCKS)
    lines = ("".join(_text_parts(block)).strip() for block in blocks)
    return "\n".join(line for line in lines if line)


def _text_parts(block: Token) -> Iterator[str]:
    if block.children is None:
        yield from (f"{block.info.strip()}\n", block.content)
    for token in block.children or ():
        if token.type in BREAKS:
            yield "\n"
        elif token.type in TEXTS:
            yield token.content
