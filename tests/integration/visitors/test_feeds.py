"""The feeds, read by clients that others wrote, beside what the page says.

Source: docs/behaviour.md, "Feeds and calendar".
"""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import atoma
import feedparser
import jsonschema
import pytest

from tests.integration.visitors.test_public import fetch
from tests.support.stack import wait_until

SCHEMA = json.loads((Path(__file__).parent / "json_feed_1_1.json").read_text("utf-8"))
FEEDS = ("/history.atom", "/history.rss", "/feed.json")
ATOM = "{http://www.w3.org/2005/Atom}"


def iso(at):
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def fetch_fresh(visitor, path):
    """The answer that shows the page's last change; a busy worker may take a while."""
    answers = []

    def is_fresh():
        answers.append(fetch(visitor, path))
        return answers[-1].status_code == 200 and "x-hepstatus-copy" not in answers[-1].headers

    wait_until(is_fresh, f"{path} is rendered")
    return answers[-1]


def read_json_feed(visitor):
    """The JSON Feed, which fits the schema of its format."""
    document = fetch_fresh(visitor, "/feed.json").json()
    jsonschema.validate(document, SCHEMA, cls=jsonschema.Draft202012Validator)
    return document["items"]


def read_all(visitor):
    """For each client, the entries as (id, title, HTML), newest first."""
    atom, rss = (fetch_fresh(visitor, path).content for path in FEEDS[:2])
    parsed_atom, parsed_rss = feedparser.parse(atom), feedparser.parse(rss)
    assert (parsed_atom.bozo, parsed_atom.version) == (False, "atom10")
    assert (parsed_rss.bozo, parsed_rss.version) == (False, "rss20")
    strict_atom, strict_rss = atoma.parse_atom_bytes(atom), atoma.parse_rss_bytes(rss)
    return {
        "feedparser atom": [(e.id, e.title, e.content[0].value) for e in parsed_atom.entries],
        "feedparser rss": [(e.id, e.title, e.description) for e in parsed_rss.entries],
        "atoma atom": [(e.id_, e.title.value, e.content.value) for e in strict_atom.entries],
        "atoma rss": [(e.guid, e.title, e.description) for e in strict_rss.items],
        "json": [(i["id"], i["title"], i["content_html"]) for i in read_json_feed(visitor)],
    }


def states_of(html):
    """The states of an entry's updates, newest first."""
    return re.findall(r"<br ?/?><strong>([^<]+)</strong>", html)


def assert_life(visitor, incident_id, title, states, *words):
    """Every client reads the same of an incident, and its permalink shows these words as well."""
    for client, entries in read_all(visitor).items():
        (html,) = (h for id_, t, h in entries if id_.endswith(incident_id) and t == title)
        assert states_of(html) == states, client
        assert all(word in html for word in words), client
    page = fetch_fresh(visitor, f"/incidents/{incident_id}").text
    assert all(word in page for word in (title, *words, *states[:1]))


def test_every_reader_tells_an_incident_as_the_page_does_through_its_life(actors):
    # Given an incident that was opened without a message
    page = actors.page("API", "Mail")
    mon, vi = actors.monitor(page), actors.visitor(page)
    made = mon.open("Slow", components=[{"component": "API", "status": "degraded"}])
    id_ = mon.done(made)["id"]
    assert_life(vi, id_, "Slow", ["Investigating"])

    # When it is updated, a component is added, and it is resolved
    mail = [{"component": "Mail", "status": "outage"}]
    mon.done(mon.update(id_, "identified", body="A *bad* disk.", components=mail))
    assert_life(vi, id_, "Slow", ["Identified"], "A <em>bad</em> disk.")
    said = mon.done(mon.update(id_, "resolved", body="Replaced."))["id"]
    assert_life(vi, id_, "Slow", ["Resolved", "Identified"], "Replaced.", "A <em>bad</em> disk.")
    before = read_json_feed(vi)[0]

    # And when its closing message and its title are edited
    path = f"{page.path}/incidents/{id_}"
    page.owner.done(page.owner.patch(f"{path}/updates/{said}", {"body": "Renewed."}), 200)
    page.owner.done(page.owner.patch(path, {"title": "Slow mail"}), 200)
    assert_life(vi, id_, "Slow mail", ["Resolved", "Identified"], "Renewed.")
    after = read_json_feed(vi)[0]
    assert (after["id"], after["date_published"]) == (before["id"], before["date_published"])
    assert after["date_modified"] > before["date_modified"]

    # And when it is reopened, its message is deleted, and at last the incident
    again = mon.done(mon.update(id_, "monitoring", body="Again."))["id"]
    assert_life(vi, id_, "Slow mail", ["Monitoring", "Resolved", "Identified"], "Again.")
    page.owner.done(page.owner.delete(f"{path}/updates/{again}"), 200)
    assert_life(vi, id_, "Slow mail", ["Monitoring", "Resolved", "Identified"])
    page.owner.done(page.owner.delete(path), 200)
    assert not any(read_all(vi).values())


def test_every_reader_tells_a_maintenance_as_the_page_does_through_its_life(actors):
    # Given a maintenance that is planned for tomorrow, and then for the day after
    page = actors.page("API")
    owner, vi = page.owner, actors.visitor(page)
    start = datetime.now(UTC).replace(hour=22, minute=0, second=0, microsecond=0) + timedelta(
        days=1
    )
    plan = {"scheduledStart": iso(start), "scheduledEnd": iso(start + timedelta(hours=4))}
    body = {"kind": "maintenance", "title": "Disks", "body": "We swap disks.", **plan}
    id_ = owner.done(owner.post(f"{page.path}/incidents", body))["id"]
    path = f"{page.path}/incidents/{id_}"
    start += timedelta(days=1)
    plan = {"scheduledStart": iso(start), "scheduledEnd": iso(start + timedelta(hours=4))}
    owner.done(owner.patch(path, plan), 200)

    # Then each reader has its plan, and it is dated by its start
    assert_life(vi, id_, "Disks", ["Scheduled"], "We swap disks.")
    rss = fetch_fresh(vi, "/history.rss").content
    (item,) = ET.fromstring(rss).iter("item")
    assert feedparser.parse(rss).entries[0].published_parsed[:6] == start.timetuple()[:6]
    end = start + timedelta(hours=4)
    assert item.findtext("maintenanceEndDate") == f"{end:%a, %d %b %Y %H:%M:%S} GMT"
    assert item.findtext("description").startswith(
        f"<p><strong>THIS IS A SCHEDULED EVENT {start:%b} <var data-var='date'>{start.day}</var>,"
        f" <var data-var='time'>22:00</var> - {end:%b} <var data-var='date'>{end.day}</var>,"
        " <var data-var='time'>02:00</var> UTC</strong></p>\n<p><small>"
    )

    # And when it begins, and another one is called off, they tell that as well
    owner.done(owner.post(f"{path}/updates", {"state": "in_progress", "body": "Begun."}))
    assert_life(vi, id_, "Disks", ["In progress", "Scheduled"], "Begun.")
    other = owner.done(owner.post(f"{page.path}/incidents", {**body, "title": "Cables"}))["id"]
    update = {"state": "resolved", "body": "Not needed."}
    owner.done(owner.post(f"{page.path}/incidents/{other}/updates", update))
    assert_life(vi, other, "Cables", ["Called off", "Scheduled"], "Not needed.")


@pytest.mark.parametrize("path", FEEDS)
def test_a_feed_has_the_same_bytes_when_it_is_rendered_again(actors, path):
    # Given a page without incidents
    page = actors.page("API")
    vi = actors.visitor(page)
    first = fetch_fresh(vi, path)

    # When something changes that the feed does not tell
    page.owner.done(page.owner.patch(page.path, {"headlines": {"operational": "Fine"}}), 200)

    # Then it is the same document, and it names no moment but that of the page's creation
    again = fetch_fresh(vi, path)
    assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])
    if path == "/history.atom":
        assert ET.fromstring(first.content).find(f"{ATOM}entry") is None
        assert feedparser.parse(first.content).feed.updated


def test_links_of_messages_lead_to_the_page_when_they_are_relative(actors):
    page = actors.page("API")
    vi = actors.visitor(page)
    body = "[a](/x?a=1&b=2) [b](https://other.example/) [c](#d) <b>raw</b>"
    actors.monitor(page).open("Down", body=body)
    url = vi.json()["page"]["url"]
    for client, ((_, _, html),) in read_all(vi).items():
        assert re.findall('href="([^"]*)"', html) == [
            f"{url}x?a=1&amp;b=2", "https://other.example/", f"{url}#d",
        ], client  # fmt: skip
        assert "<b>" not in html, client
        assert "&lt;b&gt;raw" in html, client
