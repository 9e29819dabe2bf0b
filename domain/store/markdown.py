"""What Markdown owners and monitors may write, for all who render it, and what it says in plain."""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

# Characters: a list shows three lines of many incidents, and long words could keep a parser busy.
GLANCE: Final = 1_000
BREAKS = frozenset({"softbreak", "hardbreak"})
TEXTS = frozenset({"text", "code_inline"})
BLOCKS = frozenset({"inline", "fence", "code_block"})


@cache
def parser() -> "MarkdownIt":
    """Return the one parser: without raw HTML, foreign pictures and headings."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 - no start of the web tier waits for it

    # A picture would be a request to somebody else; a heading would shout louder than ours.
    made = MarkdownIt("commonmark", {"html": False, "breaks": True})
    return made.disable(["image", "heading", "lheading", "html_block", "html_inline"])


def plain(text: str) -> str:
    """Return how words begin, without marks and addresses, a line for each line that is shown."""
    blocks = (token for token in parser().parse(text[:GLANCE]) if token.type in BLOCKS)
    lines = ("".join(_said(block)).strip() for block in blocks)
    return "\n".join(line for line in lines if line)


def _said(block: "Token") -> Iterator[str]:
    if block.children is None:
        yield block.content
    for token in block.children or ():
        if token.type in BREAKS:
            yield "\n"
        elif token.type in TEXTS:
            yield token.content
