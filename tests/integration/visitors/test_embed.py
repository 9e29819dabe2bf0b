"""The embed: what it says, and that it alone may be framed.

Source: docs/behaviour.md, "Embed".
"""

import re

import pytest

from tests.support.actors import Actors
from tests.support.faults.breaking import SOON_S
from tests.support.stack import wait_until

KIB = 1024


@pytest.fixture(scope="module")
def shown(system):
    """A page that tests look at and nobody changes."""
    with Actors(system) as actors:
        yield actors.page("API")


@pytest.fixture
def vi(actors, shown):
    return actors.visitor(shown)


def soon(vi, path):
    """A fresh answer to a path; a busy worker renders it a moment later."""
    answers = []

    def is_there():
        answers.append(vi.get(path))
        return answers[-1].status_code != 503 and "x-hepstatus-copy" not in answers[-1].headers

    wait_until(is_there, f"{path} is rendered", SOON_S)
    return answers[-1]


def test_embed_is_one_small_line_when_it_is_asked_for(vi):
    answer = soon(vi, "/embed")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=1, stale-if-error=86400"
    assert len(answer.content) <= 4 * KIB
    assert "<bdi>All Systems Operational</bdi>" in answer.text
    assert '<a href="/" target="_blank" rel="noopener"><bdi>Acme</bdi> status</a>' in answer.text
    assert f'data-version="{vi.json()["version"]}"' in answer.text
    held = {"If-None-Match": answer.headers["etag"]}
    assert vi.get("/embed", headers=held).status_code == 304
    assert vi.http.request("HEAD", "/embed").content == b""


def test_any_site_may_frame_the_embed_and_nothing_else(vi):
    for path in ("/embed", "/embed?theme=dark", "/embed?theme=light"):
        answer = soon(vi, path)
        policy = answer.headers["content-security-policy"]
        assert "frame-ancestors *" in policy
        assert "x-frame-options" not in answer.headers
        # Nothing is loaded, but what the document holds
        inner = re.search(r'Content-Security-Policy" content="([^"]*)"', answer.text)[1]
        assert inner.startswith("default-src 'none'; ")
        assert "unsafe" not in inner + policy
    for path in ("/", "/history", "/nowhere", "/embed/x", "/embed.dark"):
        policy = soon(vi, path).headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy, path


def test_embed_has_a_theme_when_it_is_a_known_one(vi):
    plain = soon(vi, "/embed").text
    dark, light = soon(vi, "/embed?theme=dark").text, soon(vi, "/embed?theme=light").text
    assert len({plain, dark, light}) == 3
    assert "prefers-color-scheme" in plain
    assert "prefers-color-scheme" not in dark + light
    assert ("color-scheme:dark" in dark, "color-scheme:light" in light) == (True, True)
    for query in ("theme=sepia", "theme=", "THEME=dark", "label=x", "theme=no&theme=dark"):
        assert vi.get(f"/embed?{query}").text == plain


def test_embed_follows_the_page_and_leaves_with_it(actors):
    # Given a page that is well
    page = actors.page("API")
    mon, vi = actors.monitor(page), actors.visitor(page)
    assert "All Systems Operational" in soon(vi, "/embed").text

    # When it is not, then its embed says so, in each theme
    mon.toggle("API", "outage")
    for path in ("/embed", "/embed?theme=light"):
        assert "Major System Outage" in soon(vi, path).text
        assert 'class="outage"' in soon(vi, path).text

    # And when it is hidden, then there is none
    page.owner.patch(page.path, {"isPublic": False})
    assert {vi.get(p).status_code for p in ("/embed", "/embed?theme=dark")} == {404}


def test_names_stay_text_in_the_embed_when_they_are_markup(actors):
    page = actors.page("API")
    hostile = "</h1><script>alert(1)</script>\"'&"
    page.owner.patch(page.path, {"name": hostile, "headlines": {"operational": hostile}})
    html = soon(actors.visitor(page), "/embed").text
    assert "<script>alert" not in html
    assert html.count("&lt;script&gt;alert(1)") >= 2
