"""Owners' and monitors' words: Markdown to HTML, without raw HTML and without foreign pictures."""

from markupsafe import Markup

from domain.store.markdown import parser


def words(text: str) -> Markup:
    """Return the text as safe HTML; links leave nothing of the page behind."""
    html = parser().render(text).replace("<a href=", '<a rel="nofollow noopener ugc" href=')
    return Markup(html)  # noqa: S704 - the parser escapes everything that it did not make itself
