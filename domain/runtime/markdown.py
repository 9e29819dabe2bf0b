"""The Markdown of owners and monitors: the parser, and conversion to plain text."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Final

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
