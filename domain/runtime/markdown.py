"""What Markdown owners and monitors may write, for all who render it, and what it says in plain."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

# Characters: a list shows three lines of many incidents, and long words could keep a parser busy.
GLANCE: Final = 1_000
# Of characters that may mean something to the parser, which works on each of them for 5 to 50 µs.
# A long report has some 300; a message with more than this is shown as it was written.
MARKS_MAX: Final = 1_000
MARK: Final = re.compile(r"[\n\[\]*_`<>&\\]|(?:[-+]|\d[.)])(?=\s)")
BREAKS = frozenset({"softbreak", "hardbreak"})
TEXTS = frozenset({"text", "code_inline"})
BLOCKS = frozenset({"inline", "fence", "code_block"})


@cache
def parser() -> "MarkdownIt":
    """Return the one parser: without raw HTML, foreign pictures, headings and definitions."""
    from domain.runtime.markdown_rules import make_parser  # noqa: PLC0415 - no start waits for it

    return make_parser()


def has_few_marks(text: str) -> bool:
    """Tell whether a text can be parsed at a cost that is in proportion to its length."""
    return next(islice(MARK.finditer(text), MARKS_MAX, None), None) is None


def plain(text: str) -> str:
    """Return how words begin, without marks and addresses, a line for each line that is shown."""
    blocks = (token for token in parser().parse(text[:GLANCE]) if token.type in BLOCKS)
    lines = ("".join(_said(block)).strip() for block in blocks)
    return "\n".join(line for line in lines if line)


def _said(block: "Token") -> Iterator[str]:
    if block.children is None:
        yield from (f"{block.info.strip()}\n", block.content)
    for token in block.children or ():
        if token.type in BREAKS:
            yield "\n"
        elif token.type in TEXTS:
            yield token.content
