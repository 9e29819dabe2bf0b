"""/docs as it is served: its pages, and the names of a reader's own pages for the examples.

Source: docs/behaviour.md, "Description of the API".
"""

import re

import pytest

from tests.integration.openapi.http_answers import CALLS
from web.openapi.prose import CHAPTERS

PATHS = ["/docs", *(f"/docs/{chapter.anchor}" for chapter in CHAPTERS)]
STRANGER = {"isLoggedIn": False, "pages": []}


def read(caller):
    """What the examples of a reader are filled with."""
    answer = caller.get("/docs/reader.json")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert "access-control-allow-origin" not in answer.headers
    return answer.json()


@pytest.mark.parametrize("path", PATHS)
def test_page_needs_nothing_from_elsewhere_when_a_browser_asks(actors, path):
    answer = actors.caller().get(path)
    assert answer.status_code == 200
    policy, html = answer.headers["content-security-policy"], answer.text
    assert "default-src 'none'; style-src 'sha256-" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<\w+[^<>]*\ssrc=", html)


def test_every_call_has_an_address_when_the_start_is_read(actors):
    html = actors.caller().get("/docs").text
    assert all(f'id="{call.operation.name}"' in html for call in CALLS)


@pytest.mark.parametrize("path", ["/docs/nothing", "/docs/monitors/more", "/docs/introduction"])
def test_reader_is_told_so_when_a_chapter_does_not_exist(actors, path):
    answer = actors.caller(Accept="text/html").get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")


def test_reader_has_her_own_pages_when_she_is_logged_in(actors):
    # given an owner with a page that has components, and one with an empty page
    ada, bo = actors.owner(), actors.owner()
    page = ada.page("Ada’s <page>")
    page.leaf("Folder", kind="category")
    leaf = page.leaf("Web & API")
    page.leaf("Second")
    bo.page()
    # then each is told of her own alone
    port = actors.system.env["BASE_URL"].rpartition(":")[2]
    assert read(ada) == {
        "isLoggedIn": True,
        "pages": [
            {
                "id": page.id,
                "name": "Ada’s <page>",
                "url": f"http://{page.host}:{port}/",
                "component": {"id": leaf, "name": "Web & API"},
            }
        ],
    }
    assert [page["component"] for page in read(bo)["pages"]] == [None]


def test_reader_has_no_pages_when_no_session_asks(actors):
    assert read(actors.caller()) == STRANGER
    assert read(actors.caller(Cookie="hepstatus_session=nothing")) == STRANGER
