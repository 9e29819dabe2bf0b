"""/docs as a whole: every chapter, call and former address has its place, and links lead there.

Source: docs/behaviour.md, "Description of the API".
"""

import base64
import hashlib
import json
import re
from functools import cache
from itertools import pairwise

import pytest

from tests.support.documents import Document
from web.openapi.document import document
from web.openapi.markup import MarkupRenderer
from web.openapi.operations import calls
from web.openapi.page import build_site
from web.openapi.prose import CHAPTERS, FOLDER, Chapter
from web.routes import ROUTES

BASE = "https://status.example:8443"
CALLS = calls(ROUTES)
NAMES = ["", *(chapter.anchor for chapter in CHAPTERS)]
ELSEWHERE = {"/dashboard", "/dashboard/login", "/api/openapi.json"}


@cache
def site():
    return build_site(document(ROUTES, BASE))


@cache
def page(name):
    return Document(site().pages[name].decode())


def leads_somewhere(link, here):
    """Whether a link of a page leads to a page, and there to an element."""
    path, _, anchor = link.partition("#")
    name = here if not path else path.removeprefix("/docs").lstrip("/")
    return link in ELSEWHERE or (name in NAMES and (not anchor or anchor in page(name).ids))


@pytest.mark.parametrize("name", NAMES)
def test_every_link_leads_to_an_element_when_it_is_followed(name):
    strangers = {"https://", "mailto:"}
    links = [link for link in page(name).links if not link.startswith(tuple(strangers))]
    assert [link for link in links if not leads_somewhere(link, name)] == []


@pytest.mark.parametrize("name", NAMES)
def test_ids_and_headings_are_in_order_when_a_page_is_built(name):
    ids = page(name).ids
    assert len(ids) == len(set(ids))
    levels = [int(heading.tag[1]) for heading in page(name).all("h1", "h2", "h3", "h4")]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert all(header.text.strip() for header in page(name).all("th"))


@pytest.mark.parametrize("name", NAMES)
def test_policy_allows_exactly_this_page_when_it_is_built(name):
    # given the policy of all pages
    policy = dict(part.split(" ", 1) for part in site().policy.split("; "))
    assert policy["default-src"] == "'none'"
    # then every style and script of the page is in it, and nothing else needs to be
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        texts = [element.text.encode() for element in page(name).all(tag)]
        digests = [base64.b64encode(hashlib.sha256(text).digest()).decode() for text in texts]
        assert [f"'sha256-{digest}'" for digest in digests] == policy[directive].split()
    attributes = {key for element in page(name).elements for key in element.attributes}
    assert not {key for key in attributes if key.startswith("on")} | (attributes & {"src", "style"})


def test_every_call_is_in_its_chapter_when_the_routes_are_described():
    for call in CALLS:
        assert call.operation.name in page(Chapter(call.operation.tag, "").anchor).ids


def test_former_anchors_are_on_the_start_when_an_old_link_is_followed():
    # The former single page had an anchor for each section and each call.
    former = {"top", *(call.operation.name for call in CALLS)}
    former |= {chapter.anchor for chapter in CHAPTERS if chapter.name != "Conventions"}
    assert former <= {*page("").ids}


def test_every_text_is_a_chapter_when_it_is_in_the_folder():
    texts = {path.stem for path in FOLDER.glob("*.md")}
    assert texts == {chapter.anchor for chapter in CHAPTERS} | {"introduction"}


@pytest.mark.parametrize("name", NAMES)
def test_examples_name_this_host_when_they_are_shown(name):
    examples = page(name).examples()
    assert not [example for example in examples if "$BASE" in example or "$URL" in example]
    hosts = re.findall(r"https?://[^\s/\"']+", "\n".join(examples))
    allowed = {
        BASE,
        BASE.replace("//", "//acme."),
        "https://api.example.com",
        "https://status.example.com",
    }
    assert {*hosts} <= allowed


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ('-H "Authorization: Bearer $KEY"', ["key"]),
        ("KEY=hyd_status_YOUR_KEY", ["key"]),
        ('-H "Authorization: Bearer $HEPSTATUS_KEY" $KEYS', []),  # a recipe's own variables
        ("$BASE/api/v1/status/$PAGE/keys", ["page"]),
        ("$URL/status.json", ["url"]),
        ("$BASE/api/v1/status-api/components/API/status", ["component"]),
        ('{"component": "API", "status": "outage"}', ["name"]),
        ('{"name": "API"}', []),  # a new component is not one of the reader's
    ],
)
def test_readers_own_names_are_marked_when_an_example_has_them(code, names):
    shown = Document(MarkupRenderer(BASE).render_code(code))
    assert [element.attributes["data-fill"] for element in shown.all("var")] == names
    example = code.replace("$BASE", BASE).replace("$URL", "https://acme.status.example:8443")
    assert shown.examples() == [example]


def test_an_example_stays_text_when_it_looks_like_markup():
    code = """echo "<b>&amp; $KEY</b>" '</code><script>'"""
    assert Document(MarkupRenderer(BASE).render_code(code)).examples() == [code]


def test_search_finds_every_call_and_code_when_its_address_is_opened():
    # given the index
    entries = json.loads(site().index)
    # then every call is in it, by its title, its address and its fields
    hrefs = {entry["href"] for entry in entries}
    for call in CALLS:
        assert f"/docs/{Chapter(call.operation.tag, '').anchor}#{call.operation.name}" in hrefs
    texts = "\n".join(f"{entry['text']} {entry['names']}" for entry in entries)
    assert all(word in texts for word in ("NO_KEY", "Idempotency-Key", "autoStart", "crontab -e"))
    # and every result leads somewhere
    assert [href for href in hrefs if not leads_somewhere(href, "")] == []
