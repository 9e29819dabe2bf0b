"""Badges: what they say, how wide they are, and that they are pictures.

Source: docs/behaviour.md, "Public endpoints" and "Badges".
"""

import msgspec
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


class EndpointBadge(msgspec.Struct, forbid_unknown_fields=True):
    """What shields.io reads: it refuses any other key."""

    schemaVersion: int  # noqa: N815 - its name there
    label: str
    message: str
    color: str = "lightgrey"
    style: str = "flat"


def soon(vi, path):
    """A fresh answer to a path; a busy worker renders it a moment later."""
    answers = []

    def is_there():
        answers.append(vi.get(path))
        return answers[-1].status_code != 503 and STALE not in answers[-1].headers

    wait_until(is_there, f"{path} is rendered", SOON_S)
    return answers[-1]


def endpoint(vi, path):
    answer = soon(vi, path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    return msgspec.json.decode(answer.content, type=EndpointBadge)


@pytest.mark.parametrize("address", ["/badge", "/badge/{leaf}", "/badge/{leaf}/uptime"])
@pytest.mark.parametrize("form", ["svg", "json"])
def test_every_badge_takes_label_and_style_when_asked(vi, shown, address, form):
    # Given a badge
    leaf = vi.json()["components"][0]["id"]
    path = f"{address.format(leaf=leaf)}.{form}"
    plain = soon(vi, path)
    assert plain.headers["cache-control"] == "public, max-age=30"
    assert plain.headers["access-control-allow-origin"] == "*"

    # When queries mean something, then each is another badge, with an etag of its own
    queries = ["", "?label=Mine", "?style=flat-square", "?label=Mine&style=flat-square"]
    drawn = [soon(vi, f"{path}{query}") for query in queries]
    assert len({answer.headers["etag"] for answer in drawn}) == len(queries)
    for query, answer in zip(queries, drawn, strict=True):
        assert ("Mine" in answer.text) == ("Mine" in query)
        assert ("crispEdges" in answer.text or "flat-square" in answer.text) == ("square" in query)
        assert answer.headers["cache-control"] == plain.headers["cache-control"]
        assert answer.headers["access-control-allow-origin"] == "*"
        held = {"If-None-Match": answer.headers["etag"]}
        assert vi.get(f"{path}{query}", headers=held).status_code == 304
        head = vi.http.request("HEAD", f"{path}{query}")
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["etag"] == answer.headers["etag"]

    # And when they mean nothing, then it is the plain one
    for query in ("?style=plastic", "?x=1", "?STYLE=flat-square", "?theme=dark"):
        assert vi.get(f"{path}{query}").content == plain.content
    assert vi.http.request("OPTIONS", path).status_code == 204


def test_json_is_what_shields_reads_when_it_asks(vi, shown):
    assert endpoint(vi, "/badge.json") == EndpointBadge(
        1, "Acme", "All Systems Operational", "#0b7a43"
    )
    assert endpoint(vi, "/badge.json?label=&style=flat-square") == EndpointBadge(
        1, "", "All Systems Operational", "#0b7a43", "flat-square"
    )
    assert endpoint(vi, "/badge.json?label=%3Cb%3E%00").label == "<b>"


def test_component_badges_follow_it_through_its_life(actors):
    # Given a leaf in a category that stand both in a badge
    page = actors.page()
    group = page.leaf("Europe", kind="category")
    leaf = page.leaf("API", parent=group)
    mon, vi = actors.monitor(page), actors.visitor(page)
    assert endpoint(vi, f"/badge/{leaf}.json").message == "Online"
    assert "API: Online" in soon(vi, f"/badge/{leaf}.svg").text

    # When its status changes, then every form of it does, without a further request
    mon.toggle("API", "partial")
    assert endpoint(vi, f"/badge/{leaf}.json") == EndpointBadge(
        1, "API", "Partial Outage", "#b4500b"
    )
    assert "API: Partial Outage" in soon(vi, f"/badge/{leaf}.svg").text
    assert "Mine: Partial Outage" in soon(vi, f"/badge/{leaf}.svg?label=Mine").text

    # And the category's shows the worst below it, or its pin
    assert endpoint(vi, f"/badge/{group}.json").message == "Partial Outage"
    page.owner.patch(f"{page.path}/components/{group}", {"status": "maintenance"})
    assert endpoint(vi, f"/badge/{group}.json").message == "Maintenance"

    # When it gets another name, then its badge has it; deleted, it has none
    page.owner.patch(f"{page.path}/components/{leaf}", {"name": "REST"})
    assert endpoint(vi, f"/badge/{leaf}.json").label == "REST"
    page.owner.delete(f"{page.path}/components/{leaf}")
    for path in (f"/badge/{leaf}.svg", f"/badge/{leaf}.json", f"/badge/{leaf}/uptime.svg",
                 f"/badge/{leaf}.svg?style=flat-square"):  # fmt: skip
        assert soon(vi, path).status_code == 404
    assert vi.get(f"/badge/{leaf}.parts").status_code == 404


def test_uptime_badge_has_no_figure_when_the_component_is_of_today(vi, shown):
    leaf = vi.json()["components"][0]["id"]
    assert endpoint(vi, f"/badge/{leaf}/uptime.json") == EndpointBadge(
        1, "API", "no data", "lightgrey"
    )
    assert "API: no data" in soon(vi, f"/badge/{leaf}/uptime.svg").text


def test_no_badge_is_shown_when_the_page_is_hidden(actors):
    page = actors.page("API")
    vi = actors.visitor(page)
    leaf = vi.json()["components"][0]["id"]
    paths = ["/badge.json", f"/badge/{leaf}.json", f"/badge/{leaf}/uptime.svg?label=x"]
    assert {soon(vi, path).status_code for path in paths} == {200}
    page.owner.patch(page.path, {"isPublic": False})
    assert {vi.get(path).status_code for path in paths} == {404}
