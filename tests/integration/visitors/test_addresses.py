"""Addresses that are nearly right, questions of browsers before they read, and links.

Source: docs/behaviour.md, "Caching", "Refusals on a page's host" and "The page in the browser".
"""

import re
from html import unescape
from html.parser import HTMLParser
from io import BytesIO

import pytest
from PIL import Image

from domain.artifacts import ARTIFACTS
from ops.local import demo
from tests.support.actors import Caller
from tests.support.inside import inside
from tests.support.stack import wait_until

OPEN = [a.name for a in ARTIFACTS if a.is_open and not a.pattern]
CLOSED = [a.name for a in ARTIFACTS if not a.is_open and not a.pattern]
ASKED = {"Origin": "https://example.com", "Access-Control-Request-Method": "GET"}


@pytest.fixture
def shown(actors):
    """A page with an incident that has a message, and its visitor."""
    page = actors.page("API")
    down = [{"component": "API", "status": "outage"}]
    opened = actors.monitor(page).open("Slow “disks”", body="We are *looking*.", components=down)
    vi = actors.visitor(page)
    vi.incident = opened.json()["data"]["id"]
    return vi


def fetch(caller, path):
    """A document; what a busy worker renders too late is asked for again."""
    answers = []

    def is_there():
        answers.append(caller.get(path))
        return answers[-1].status_code != 503

    wait_until(is_there, path)
    return answers[-1]


# A slash too many


@pytest.mark.parametrize(
    "path", ["/history", "/history/2026-11", "/status.json", "/status-version.json", "/badge.svg"]
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_visitor_is_sent_on_when_an_address_ends_in_a_slash(shown, path, method):
    for slashes in ("/", "//"):
        answer = shown.http.request(method, f"{path}{slashes}?label=a%20b")
        assert (answer.status_code, answer.headers["location"]) == (308, f"{path}?label=a%20b")


def test_visitor_is_sent_to_the_permalink_when_it_ends_in_a_slash(shown):
    answer = shown.get(f"/incidents/{shown.incident}/")
    assert (answer.status_code, answer.headers["location"]) == (308, answer.request.url.path[:-1])


@pytest.mark.parametrize("path", ["/nothing/", "/incidents/", "/index.html/", "//evil.example/"])
def test_nothing_is_there_when_no_address_is_meant(shown, path):
    answer = shown.http.get(f"{shown.web.url}{path}")
    assert answer.status_code == 404
    assert "location" not in answer.headers


def test_a_hidden_page_is_404_when_its_address_ends_in_a_slash(actors):
    page = actors.owner().page(is_public=False)
    assert actors.visitor(page).get("/history/").status_code == 404


# Before a script of another site reads


@pytest.mark.parametrize("name", OPEN)
@pytest.mark.parametrize("header", ["if-none-match", "If-Modified-Since,cache-control", "range"])
def test_a_script_may_read_with_usual_headers_when_its_browser_asks(shown, name, header):
    asked = {**ASKED, "Access-Control-Request-Headers": header}
    answer = shown.http.request("OPTIONS", f"/{name}", headers=asked)
    assert (answer.status_code, answer.content) == (204, b"")
    allowed = re.split(r",\s*", answer.headers["access-control-allow-headers"].lower())
    assert set(header.lower().split(",")) <= set(allowed)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-methods"] == "GET, HEAD"
    assert answer.headers["access-control-max-age"] == "86400"


def test_a_script_learns_the_etag_that_it_may_send_when_it_reads(shown):
    answer = shown.get("/status.json", headers={"Origin": "https://example.com"})
    assert "etag" in answer.headers["access-control-expose-headers"].lower()
    again = shown.get("/status.json", headers={"If-None-Match": answer.headers["etag"]})
    assert again.headers["access-control-expose-headers"]


@pytest.mark.parametrize("name", CLOSED)
def test_no_script_of_another_site_may_read_what_is_for_people(shown, name):
    path = "/" if name == "index.html" else f"/{name}"
    answer = shown.http.request("OPTIONS", path, headers=ASKED)
    assert answer.status_code == 405
    assert "access-control-allow-headers" not in answer.headers


# What a document says that it is


class Head(HTMLParser):
    """The title, and the metadata by name or property."""

    def __init__(self, html):
        super().__init__()
        self.told, self._is_title = {}, False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self._is_title = tag == "title"
        given = dict(attrs)
        if tag == "meta" and (name := given.get("name") or given.get("property")):
            self.told[name] = given["content"]
        if tag == "link" and given["rel"] == "canonical":
            self.told["canonical"] = given["href"]

    def handle_data(self, data):
        if self._is_title and data.strip():
            self.told["title"] = data
            self._is_title = False


def head_of(caller, path):
    return Head(fetch(caller, path).text).told


def test_every_document_announces_itself_when_it_is_shared(shown):
    # Given the page's own document, a month of its history and a permalink
    page, month, incident = (
        head_of(shown, path) for path in ("/", "/history", f"/incidents/{shown.incident}")
    )
    told = shown.json()
    headline, name, url = told["status"]["description"], told["page"]["name"], told["page"]["url"]

    # Then each has a title and a description of its own, and the same for other sites
    assert page["title"] == f"{headline} · {name}"
    assert page["og:title"] == f"{name} status"
    assert month["og:title"] == month["title"]
    assert re.fullmatch(rf"History, \w+ \d{{4}} · {name}", month["title"])
    assert incident["og:title"] == incident["title"] == f"Slow “disks” · {name}"
    assert incident["description"].endswith(": We are looking.")
    assert page["description"] == f"Current status, incidents and maintenance of {name}."
    assert month["description"].startswith(f"Incidents and maintenance of {name} in ")
    documents = (page, month, incident)
    assert all(each["og:description"] == each["description"] for each in documents)
    assert all(each["og:url"] == each["canonical"] for each in documents)
    assert len({each["canonical"] for each in documents}) == 3
    assert all(each["canonical"].startswith(url) for each in documents)

    # And the page's headline, which other sites would keep, in the page's own title only
    said = [v for each in documents for k, v in each.items() if (each, k) != (page, "title")]
    assert not [words for words in said if headline in words]


def test_the_owners_description_announces_the_page_when_there_is_one(actors):
    page = actors.page("API")
    page.owner.patch(page.path, {"description": 'All of "Acme" & more'})
    told = head_of(actors.visitor(page), "/")
    assert told["description"] == told["og:description"] == 'All of "Acme" & more'


def test_robots_are_asked_to_leave_the_page_out_when_its_owner_wants_that(actors):
    page = actors.page("API")
    vi = actors.visitor(page)
    assert "robots" not in head_of(vi, "/")
    page.owner.done(page.owner.patch(page.path, {"noindex": True}), 200)
    assert [head_of(vi, path)["robots"] for path in ("/", "/history")] == ["noindex", "noindex"]
    # They have to read it to know.
    assert fetch(vi, "/robots.txt").text == "User-agent: *\nDisallow:\n"


def test_the_icon_is_that_of_the_indicator_when_it_is_asked_for(actors):
    page = actors.page("API")
    vi, monitor = actors.visitor(page), actors.monitor(page)
    paths = ("/favicon.svg", "/favicon.ico")
    well = [fetch(vi, path).content for path in paths]
    monitor.toggle("API", "outage")
    for path, before in zip(paths, well, strict=True):
        wait_until(lambda p=path, b=before: fetch(vi, p).content != b, f"{path} is another")
    # An ICO file whose only picture is a PNG of 32 by 32 pixels
    with Image.open(BytesIO(fetch(vi, paths[1]).content)) as picture:
        assert (picture.format, picture.size) == ("ICO", (32, 32))


# Links


def links_of(answer, url):
    """The addresses on the page's own host that a document names."""
    found = re.findall(r"""(?:href|src|content)="(/[^"#]*)""", answer.text.replace(url, "/"))
    return {unescape(link) for link in found}


@pytest.mark.slow
def test_every_link_of_every_document_leads_somewhere_when_followed(system):
    # Given the demo, with a maintenance in a month that has not begun
    with inside(system):
        host = demo.seed_demo().page_url.split("/")[2].partition(":")[0]
    caller = Caller(system.webs[0], host)
    url = caller.get("/status.json").json()["page"]["url"]

    # When every link of every document is followed
    waiting, broken, seen = ["/"], [], {"/"}
    while waiting:
        path = waiting.pop()
        answer = fetch(caller, path)
        if answer.status_code != 200:
            broken.append((path, answer.status_code))
        is_document = answer.headers.get("content-type", "").startswith("text/html")
        new = links_of(answer, url) - seen if is_document else set()
        seen |= new
        waiting += new
    caller.close()

    # Then each leads somewhere
    assert len(seen) > 15
    assert broken == []


def test_the_history_is_there_when_a_maintenance_is_planned_far_ahead(actors):
    page = actors.page("API")
    hours = {"scheduledStart": "2090-05-17T20:00:00Z", "scheduledEnd": "2090-05-17T22:00:00Z"}
    plan = {"title": "Upgrade", "kind": "maintenance", **hours}
    data = page.owner.done(page.owner.post(f"{page.path}/incidents", plan))
    vi = actors.visitor(page)
    for link in links_of(fetch(vi, f"/incidents/{data['id']}"), vi.json()["page"]["url"]):
        assert fetch(vi, link).status_code == 200, link
