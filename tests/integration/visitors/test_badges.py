"""Badges: what they say, how wide they are, and that they are pictures.

Source: docs/behaviour.md, "Public endpoints".
"""

import pytest

from tests.support.actors import Actors
from tests.support.faults.breaking import SOON_S
from tests.support.stack import wait_until

STALE = "x-hepstatus-copy"


@pytest.fixture(scope="module")
def shown(system):
    """A page that tests look at and nobody changes."""
    with Actors(system) as actors:
        yield actors.page("API")


@pytest.fixture
def vi(actors, shown):
    return actors.visitor(shown)


@pytest.mark.parametrize(
    ("query", "label"),
    [
        ("", "Acme"),
        ("?label=", ""),
        ("?label=Our+API", "Our API"),
        ("?label=%C3%BC%20%E2%98%83", "ü ☃"),
        ("?label=a&label=b", "a"),
        ("?other=1&label=x", "x"),
        ("?relabel=x", "Acme"),
        ("?label", "Acme"),
        ("?label=%3Cscript%3Ealert(1)%3C/script%3E%22'%26", "&lt;script&gt;"),
        ("?label=%00%ED%A0%80%FF%E2%80%AE", "\ufffd"),
        ("?label=" + "x" * 5000, "x" * 99 + "…"),
    ],
)
def test_badge_says_the_label_and_the_headline_when_it_is_drawn(vi, query, label):
    answer = vi.get(f"/badge.svg{query}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["cache-control"] == "public, max-age=30"
    assert answer.headers["access-control-allow-origin"] == "*"
    title = f"{label}: " if label.isalpha() or " " in label else ""
    assert label in answer.text
    assert f"{title}All Systems Operational" in answer.text
    assert "<script" not in answer.text
    held = {"If-None-Match": answer.headers["etag"]}
    assert vi.get(f"/badge.svg{query}", headers=held).status_code == 304


def test_badge_is_narrower_when_it_has_no_label(vi):
    def width(query: str) -> int:
        return int(vi.get(f"/badge.svg{query}").text.split('width="')[1].partition('"')[0])

    assert width("?label=") < width("") < width("?label=Acme+Incorporated")


def is_fresh(answer):
    return answer.status_code == 200 and STALE not in answer.headers


def test_badge_is_a_picture_when_png_is_asked_for(actors):
    page = actors.page("API")
    mon, vi = actors.monitor(page), actors.visitor(page)
    pictures = []
    for status in ("operational", "outage"):
        mon.toggle("API", status)
        wait_until(lambda: is_fresh(vi.get("/badge.png")), "it is rendered", SOON_S)
        answer = vi.get("/badge.png")
        assert answer.headers["content-type"] == "image/png"
        assert answer.content.startswith(b"\x89PNG\r\n\x1a\n")
        pictures.append(answer.content)
        held = {"If-None-Match": answer.headers["etag"]}
        assert vi.get("/badge.png", headers=held).status_code == 304
    assert pictures[0] != pictures[1]
