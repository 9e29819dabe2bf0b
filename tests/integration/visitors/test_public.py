"""What visitors get: the artifacts, their headers, and when the version changes.

Source: docs/behaviour.md, "Public endpoints", "Caching" and "Same content, same bytes".
"""

import gzip
import re
from html import unescape
from typing import Any

import brotli
import httpx
import pytest

from tests.support.actors import Caller
from tests.support.stack import wait_until

HTML, JSON, SVG = "text/html; charset=utf-8", "application/json", "image/svg+xml"
TYPES = {
    "/": HTML, "/status.json": JSON, "/status-version.json": JSON,
    "/badge.svg": SVG, "/badge.png": "image/png", "/badge.json": JSON, "/embed": HTML,
    "/favicon.svg": SVG, "/favicon.ico": "image/x-icon", "/robots.txt": "text/plain; charset=utf-8",
    "/history.atom": "application/atom+xml; charset=utf-8",
    "/history.rss": "application/rss+xml; charset=utf-8", "/feed.json": "application/feed+json",
    "/calendar.ics": "text/calendar; charset=utf-8", "/llms.txt": "text/plain; charset=utf-8",
}  # fmt: skip
PAGE_CACHE = "public, max-age=1, stale-if-error=86400"
FEEDS = ("/history.atom", "/history.rss", "/feed.json", "/calendar.ics")
ENCODED = ["/", "/status.json", "/badge.svg", "/favicon.svg", "/embed", *FEEDS]
UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}
HOSTILE = """<script>alert(1)</script><img src=x onerror=alert(2)>&"'{{ 7*7 }}</style>"""


def fetch_soon(caller: Caller, path: str) -> httpx.Response:
    """Bytes as they are on the wire; what a busy worker renders too late is asked for again."""
    answers = [fetch(caller, path)]

    def is_there() -> bool:
        answers.append(fetch(caller, path))
        return answers[-1].status_code != 503

    if answers[-1].status_code == 503:
        wait_until(is_there, f"{path} is drawn")
    return answers[-1]


def fetch(caller: Caller, path: str, accept: str | None = None, **more: Any) -> httpx.Response:
    """Bytes as they are on the wire: nothing is unpacked."""
    headers = {"Accept-Encoding": accept or "identity"} | more.pop("headers", {})
    request = caller.http.build_request("GET", path, headers=headers, **more)
    answer = caller.http.send(request, stream=True)
    answer._content = b"".join(answer.iter_raw())  # else httpx would unpack it
    return answer


@pytest.fixture(scope="module")
def shown(system):
    """A page that tests look at and nobody changes."""
    from tests.support.actors import Actors

    with Actors(system) as actors:
        page = actors.page("API", "Website")
        actors.monitor(page).open("Trouble", components=[{"component": "API", "status": "partial"}])
        yield page


@pytest.fixture
def vi(actors, shown):
    return actors.visitor(shown)


# Headers


@pytest.mark.parametrize("path", TYPES)
def test_headers_are_those_of_its_kind_when_an_artifact_is_fetched(vi, path):
    answer = fetch_soon(vi, path)
    assert answer.status_code == 200
    headers = answer.headers
    assert headers["content-type"] == TYPES[path]
    is_badge = path.startswith("/badge")
    assert headers["cache-control"] == ("public, max-age=30" if is_badge else PAGE_CACHE)
    assert re.fullmatch(r'"[0-9a-f]+"', headers["etag"])
    assert headers["x-content-type-options"] == "nosniff"
    assert int(headers["content-length"]) == len(answer.content)
    is_open = path.endswith(".json") or is_badge or path in {*FEEDS, "/llms.txt"}
    assert headers.get("access-control-allow-origin") == ("*" if is_open else None)
    is_text = path.endswith((".json", ".svg")) or TYPES[path] == HTML or path in FEEDS
    assert headers.get("vary") == ("Accept-Encoding" if is_text else None)
    assert "set-cookie" not in headers


def test_nothing_is_loaded_from_elsewhere_when_the_page_is_shown(vi):
    policy = fetch(vi, "/").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("path", TYPES)
def test_head_has_the_headers_and_no_body_when_it_is_asked(vi, path):
    full = fetch_soon(vi, path)
    head = vi.http.request("HEAD", path, headers={"Accept-Encoding": "identity"})
    assert head.status_code == 200
    assert head.content == b""
    names = ("content-type", "content-length", "etag", "cache-control", "vary")
    assert [head.headers.get(n) for n in names] == [full.headers.get(n) for n in names]


# Encodings


@pytest.mark.parametrize("path", ENCODED)
@pytest.mark.parametrize(
    ("accept", "encoding"),
    [
        ("identity", None),
        ("", None),
        ("*", None),
        ("br", "br"),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("GZIP;q=0.5", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br; q=0.000, gzip;q=0", None),
        ("brotli, x-gzip", None),
    ],
)
def test_encoding_is_one_that_is_accepted_when_it_is_chosen(vi, path, accept, encoding):
    answer = fetch(vi, path, headers={"Accept-Encoding": accept})
    assert answer.headers.get("content-encoding") == encoding
    assert UNPACK[encoding](answer.content) == fetch(vi, path).content


@pytest.mark.parametrize("path", ENCODED)
def test_etag_is_one_per_encoding_and_spares_the_body_when_it_is_held(vi, path):
    tags = {fetch(vi, path, accept).headers["etag"] for accept in ("br", "gzip", None)}
    assert len(tags) == 3
    held = fetch(vi, path, "br").headers["etag"]
    for named in (held, f"W/{held}", f'"x", {held}', "*"):
        answer = fetch(vi, path, "br", headers={"If-None-Match": named})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == held
        assert answer.headers["vary"] == "Accept-Encoding"
        assert "max-age" in answer.headers["cache-control"]
        assert "content-length" not in answer.headers
    for other in ('"x"', held.strip('"'), ""):
        assert fetch(vi, path, "br", headers={"If-None-Match": other}).status_code == 200
    assert fetch(vi, path, "gzip", headers={"If-None-Match": held}).status_code == 200


# The version


def test_version_is_the_same_everywhere_when_it_is_looked_at(vi):
    told = vi.get("/status-version.json").json()
    assert set(told) == {"version", "v"}
    assert told["version"] == told["v"] == vi.json()["version"]
    assert f'data-version="{told["v"]}"' in vi.get("/").text


def test_version_changes_if_and_only_if_what_is_shown_does(actors):
    page = actors.page("API")
    mon, vi = actors.monitor(page), actors.visitor(page)
    incident = mon.open("Trouble").json()["data"]["id"]

    def changes(act: Any) -> bool:
        seen = [(vi.json()["version"], vi.get("/").content, vi.get("/status.json").content)]
        assert act().status_code < 300
        seen.append((vi.json()["version"], vi.get("/").content, vi.get("/status.json").content))
        before, after = seen
        assert (before[0] == after[0]) == (before[1:] == after[1:])
        return before != after

    assert changes(lambda: mon.toggle("API", "outage"))
    assert not changes(lambda: mon.toggle("API", "outage"))
    assert changes(lambda: mon.update(incident, "identified"))
    assert changes(lambda: page.owner.patch(page.path, {"name": "Acme 2"}))
    assert not changes(lambda: page.owner.patch(page.path, {"name": "Acme 2"}))
    assert not changes(lambda: page.owner.patch(page.path, {"isPublic": True}))
    assert not changes(lambda: page.owner.post(f"{page.path}/keys", {"name": "x"}))
    assert changes(lambda: page.owner.post(f"{page.path}/components", {"name": "x"}))
    # what was shown before has the version that it had before
    first = vi.json()["version"]
    assert changes(lambda: page.owner.patch(page.path, {"name": "Acme 3"}))
    assert changes(lambda: page.owner.patch(page.path, {"name": "Acme 2"}))
    assert vi.json()["version"] == first


# What is said


def test_status_json_has_exactly_its_shape_when_programs_read_it(actors):
    page = actors.page()
    europe = page.leaf("Europe", kind="category")
    web = page.leaf("Web", kind="category", parent=europe)
    leaf, mail = page.leaf("API", parent=web), page.leaf("Mail")
    mon, vi = actors.monitor(page), actors.visitor(page)
    silent = mon.open("Silent").json()["data"]["id"]
    references = [{"component": "API", "status": "degraded"}]
    opened = mon.open("Loud", body="Looking.", components=references).json()["data"]["id"]
    mon.update(mon.open("Past").json()["data"]["id"], "resolved")
    told = vi.json()
    at = told["incidents"][0]["startedAt"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", at)
    update = told["incidents"][0]["latestUpdate"]
    assert told == {
        "page": {"name": "Acme", "url": f"http://{page.host}:{actors.system.webs[0].port}/"},
        "version": told["version"],
        "status": {"indicator": "degraded", "description": "Degraded Performance"},
        "components": [
            {"id": leaf, "name": "API", "status": "degraded", "label": "Degraded",
             "group": "Europe / Web", "uptime": None},
            {"id": mail, "name": "Mail", "status": "operational", "label": "Online",
             "group": None, "uptime": None},
        ],
        "incidents": [
            {"id": opened, "name": "Loud", "impact": "minor", "state": "investigating",
             "startedAt": at, "updatedAt": at,
             "latestUpdate": {"id": update["id"], "state": "investigating", "body": "Looking.",
                              "createdAt": at}},
            {**told["incidents"][1], "id": silent, "name": "Silent", "impact": "none",
             "latestUpdate": None},
        ],
        "maintenances": [],
        "uptimeRule": told["uptimeRule"],
    }  # fmt: skip
    assert told["uptimeRule"].endswith(".")


def test_page_is_complete_when_scripts_do_not_run(actors):
    page = actors.page("Website")
    page.leaf("API", parent=page.leaf("Backend", kind="category"), description="Requests")
    mon, vi = actors.monitor(page), actors.visitor(page)
    mon.open(
        "Slow", body="Looking into it.", components=[{"component": "API", "status": "partial"}]
    )
    mon.update(mon.open("Over").json()["data"]["id"], "resolved", body="All is well.")
    html = unescape(vi.get("/").text)
    assert html.startswith("<!doctype html>")
    for word in (
        "Acme", "Partial System Outage", "Website", "Backend", "API", "Requests", "Online",
        "Partial Outage", "Slow", "Investigating", "Looking into it.", "Over", "Resolved",
        "All is well.", "Powered by Hep.gg", vi.json()["uptimeRule"],
    ):  # fmt: skip
        assert word in html, word
    assert "<noscript" not in html


def test_text_stays_text_when_somebody_writes_markup(actors):
    page = actors.page(HOSTILE)
    page.owner.patch(page.path, {"name": HOSTILE})
    page.leaf(f"C{HOSTILE}", description=f"D{HOSTILE}")
    mon, vi = actors.monitor(page), actors.visitor(page)
    mon.open(f"T{HOSTILE}", body=f"B{HOSTILE}")
    html, svg = vi.get("/").text, vi.get("/badge.svg").text
    for picture in (html, svg):
        assert "<script>alert" not in picture
        assert "<img src=x" not in picture
        assert "&lt;script&gt;alert(1)" in picture
    assert html.count("</style>") == 1
    assert "{{ 7*7 }}" in html
    told = vi.json()
    assert told["page"]["name"] == HOSTILE
    assert told["incidents"][0]["latestUpdate"]["body"] == f"B{HOSTILE}"
