"""The search index of /docs: one entry for each operation and each paragraph."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec
from markdown_it import MarkdownIt
from markdown_it.token import Token

from web.openapi.markup import build_slug
from web.openapi.prose import Chapter
from web.openapi.reading import OperationText, Section

PLAIN = frozenset({"text", "code_inline"})


class Entry(msgspec.Struct, frozen=True):
    """A result: its title, chapter, text, address, and names that are found but not shown."""

    title: str
    chapter: str
    text: str
    href: str
    names: str = ""


def list_entries(
    parser: MarkdownIt, chapters: Iterable[Chapter], sections: Mapping[str, Section]
) -> Iterator[Entry]:
    """Yield the entries of all chapters."""
    for chapter in chapters:
        section = sections[chapter.name]
        address = f"/docs/{chapter.anchor}"
        yield from list_paragraphs(parser.parse(section.words), chapter, address)
        for call in section.calls:
            text = f"{call.summary} {call.method} {call.path}".replace("`", "")
            href = f"{address}#{call.id}"
            yield Entry(call.title, chapter.task, text, href, list_names(call))


def list_paragraphs(tokens: list[Token], chapter: Chapter, address: str) -> Iterator[Entry]:
    """Yield an entry for each paragraph, heading, example and row of a table."""
    title, href = chapter.task, address
    row: list[str] = []
    for index, token in enumerate(tokens):
        if token.type == "heading_open":
            title = tokens[index + 1].content
            href = f"{address}#{build_slug(title)}"
        elif token.type == "tr_open":
            row = []
        elif token.type == "tr_close":
            yield Entry(title, chapter.task, " · ".join(filter(None, row)), href)
        elif token.type == "inline" and token.level > 1 and is_cell(tokens[index - 1]):
            row.append(to_plain(token))
        elif token.type in {"inline", "fence"}:
            yield Entry(title, chapter.task, to_plain(token), href)


def is_cell(token: Token) -> bool:
    """Return whether a token opens a cell of a table."""
    return token.type in {"td_open", "th_open"}


def to_plain(token: Token) -> str:
    """Return the text of a token without marks."""
    if token.children is None:
        return token.content.strip()
    return "".join(c.content if c.type in PLAIN else " " for c in token.children).strip()


def list_names(call: OperationText) -> str:
    """Return the names of a call's fields and parameters."""
    fields = [one.name for _, body in call.bodies for one in body]
    return " ".join(dict.fromkeys([*fields, *(one.name for one in call.parameters)]))
