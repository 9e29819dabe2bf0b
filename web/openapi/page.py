"""`/docs`: the document as one page a chapter, without external resources."""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import msgspec
from jinja2 import Environment

from domain.runtime.template_loader import colours, environment
from web.openapi.document import Json
from web.openapi.markup import MarkupRenderer, add_breaks, find_fill
from web.openapi.prose import CHAPTERS, FOLDER, GROUPS, Chapter
from web.openapi.reading import Section, sections
from web.openapi.search_index import list_entries

SCRIPTS = ("copy.js", "fill.js", "rail.js", "search.js", "try.js")
ROOT = "/docs"


@dataclass(frozen=True, slots=True)
class DocsSite:
    """All pages by chapter ('' is the start), their policy, and the search index."""

    pages: Mapping[str, bytes]
    policy: str
    index: bytes


def build_site(spec: Json) -> DocsSite:
    """Return the site of an OpenAPI document."""
    by_name = {section.name: section for section in sections(spec)}
    markup = MarkupRenderer(spec["servers"][0]["url"], list_addresses(by_name))
    style = environment({}).get_template("docs/docs.css.j2").render(colours())
    scripts = [(FOLDER / name).read_text("utf-8") for name in SCRIPTS]
    env = build_environment(markup)
    env.globals |= {"style": style, "scripts": scripts, "groups": GROUPS, "sections": by_name}
    pages = {"": render_page(env, "start", markup.render(spec["info"]["description"]), "")}
    for chapter in CHAPTERS:
        words = markup.render(by_name[chapter.name].words)
        values = {"chapter": chapter, "section": by_name[chapter.name], **find_position(chapter)}
        pages[chapter.anchor] = render_page(env, "chapter", words, chapter.anchor, **values)
    index = msgspec.json.encode(list(list_entries(markup.parser, CHAPTERS, by_name)))
    return DocsSite(pages, build_policy([style], scripts), index)


def list_addresses(by_name: Mapping[str, Section]) -> dict[str, str]:
    """Return the addresses of all chapters and operations, by the anchor of each."""
    addresses = {chapter.anchor: f"{ROOT}/{chapter.anchor}" for chapter in CHAPTERS}
    for chapter in CHAPTERS:
        calls = by_name[chapter.name].calls
        addresses |= {call.id: f"{addresses[chapter.anchor]}#{call.id}" for call in calls}
    return addresses


def build_environment(markup: MarkupRenderer) -> Environment:
    """Return the Jinja2 environment of the pages."""
    return environment(
        {
            "breakable": add_breaks,
            "code": markup.render_code,
            "fill": find_fill,
            "inline": markup.render_line,
        }
    )


def render_page(env: Environment, template: str, words: str, current: str, **values: Any) -> bytes:  # noqa: ANN401 - values of a template
    """Return a page; `current` is its chapter's anchor."""
    page = env.get_template(f"docs/{template}.html.j2")
    return page.render(words=words, current=current, **values).encode()


def find_position(chapter: Chapter) -> dict[str, Any]:
    """Return a chapter's group, and the chapter after it or None."""
    following = dict(pairwise(CHAPTERS)).get(chapter)
    group = next(group for group, chapters in GROUPS.items() if chapter in chapters)
    return {"group": group, "following": following}


def build_policy(styles: Iterable[str], scripts: Iterable[str]) -> str:
    """Return the Content-Security-Policy: these styles and scripts, and calls to this host."""
    return (
        f"default-src 'none'; style-src {list_digests(styles)}; script-src {list_digests(scripts)};"
        " connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    )


def list_digests(texts: Iterable[str]) -> str:
    """Return the sources of inline texts in a policy."""
    hashes = (hashlib.sha256(text.encode()).digest() for text in texts)
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in hashes)
