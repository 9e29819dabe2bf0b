"""Owners' and monitors' words: Markdown to HTML, without raw HTML and without foreign pictures."""

from functools import cache

from markdown_it import MarkdownIt
from markupsafe import Markup


@cache
def _parser() -> MarkdownIt:
    # A picture would be a request to somebody else; a heading would shout louder than ours.
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True})
    return parser.disable(["image", "heading", "lheading", "html_block", "html_inline"])


def words(text: str) -> Markup:
    """Return the text as safe HTML; links leave nothing of the page behind."""
    html = _parser().render(text).replace("<a href=", '<a rel="nofollow noopener ugc" href=')
    return Markup(html)  # noqa: S704 - the parser escapes everything that it did not make itself
