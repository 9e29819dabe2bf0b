"""The calendar, read by clients that others wrote, beside what the page says.

Source: docs/behaviour.md, "Feeds and calendar".
"""

from datetime import UTC, datetime, timedelta

import icalendar
import ics

from tests.integration.visitors.test_feeds import fetch_fresh, iso

HOUR = timedelta(hours=1)


def read_events(visitor):
    """The events by id, as two clients agree on them."""
    text = fetch_fresh(visitor, "/calendar.ics").text
    calendar = icalendar.Calendar.from_ical(text)
    assert [event.errors for event in calendar.walk("VEVENT")] == [[]] * len(calendar.events)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    events = {str(event["UID"]).removesuffix("@hep.gg"): event for event in calendar.events}
    others = {event.uid.removesuffix("@hep.gg"): event for event in ics.Calendar(text).events}
    assert events.keys() == others.keys()
    for id_, event in events.items():
        assert others[id_].name == event["SUMMARY"]
        assert (others[id_].begin.datetime, others[id_].end.datetime) == (event.start, event.end)
    return events


def facts(event):
    return str(event["STATUS"]), int(event["SEQUENCE"]), event.start, event.end


def plan(page, start, title="New disks", **more):
    body = {"kind": "maintenance", "title": title, "components": ["API"], **more}
    window = {"scheduledStart": iso(start), "scheduledEnd": iso(start + HOUR)}
    owner = page.owner
    return owner.done(owner.post(f"{page.path}/incidents", body | window))["id"]


def test_a_calendar_follows_a_maintenance_through_its_life(actors):
    # Given a maintenance that is planned
    page = actors.page("API")
    owner, vi = page.owner, actors.visitor(page)
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=2)
    id_ = plan(page, start, body="We *swap* disks, all; of them.")
    path = f"{page.path}/incidents/{id_}"

    # Then the calendar has it, as the page has
    event = read_events(vi)[id_]
    assert facts(event) == ("CONFIRMED", 0, start, start + HOUR)
    assert event["DESCRIPTION"] == "We swap disks, all; of them."
    assert event["URL"].endswith(f"/incidents/{id_}")
    assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt
    (shown,) = vi.json()["maintenances"]
    assert (shown["name"], shown["scheduledStart"]) == (event["SUMMARY"], iso(event.start))

    # When it is moved, and moved again
    for days in (1, 2):
        moved = start + timedelta(days=days)
        window = {"scheduledStart": iso(moved), "scheduledEnd": iso(moved + HOUR)}
        owner.done(owner.patch(path, window), 200)
        # Then each change of plan is counted
        assert facts(read_events(vi)[id_]) == ("CONFIRMED", days, moved, moved + HOUR)

    # When only its title changes, then no change of plan is counted
    owner.done(owner.patch(path, {"title": "Newer disks"}), 200)
    event = read_events(vi)[id_]
    assert (event["SUMMARY"], int(event["SEQUENCE"])) == ("Newer disks", 2)

    # When it begins now, and is done at once, then its times are the real ones
    for state in ("in_progress", "resolved"):
        owner.done(owner.post(f"{path}/updates", {"state": state, "body": "So."}))
    event = read_events(vi)[id_]
    assert event["STATUS"] == "CONFIRMED"
    assert abs(event.start - datetime.now(UTC)) < HOUR
    assert event.end - event.start == timedelta(minutes=1)
    assert int(event["SEQUENCE"]) > 2


def test_what_is_called_off_or_deleted_stays_as_cancelled(actors):
    # Given two maintenances, and an incident, which no calendar has
    page = actors.page("API")
    owner, vi = page.owner, actors.visitor(page)
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=2)
    off, gone = plan(page, start, "Called off"), plan(page, start, "Deleted")
    page.incident()
    assert {str(e["STATUS"]) for e in read_events(vi).values()} == {"CONFIRMED"}

    # When one is called off, and the other deleted
    update = {"state": "resolved", "body": "Not needed."}
    owner.done(owner.post(f"{page.path}/incidents/{off}/updates", update))
    owner.done(owner.delete(f"{page.path}/incidents/{gone}"), 200)

    # Then the calendar cancels both at their planned times, and links only to what is there
    events = read_events(vi)
    assert {id_: facts(event) for id_, event in events.items()} == {
        off: ("CANCELLED", 1, start, start + HOUR),
        gone: ("CANCELLED", 1, start, start + HOUR),
    }
    assert ("URL" in events[off], "URL" in events[gone]) == (True, False)
    # and when nothing has changed, then the bytes are the same
    first = fetch_fresh(vi, "/calendar.ics")
    owner.done(owner.patch(page.path, {"headlines": {"operational": "Fine"}}), 200)
    assert fetch_fresh(vi, "/calendar.ics").content == first.content


def test_a_page_without_maintenances_has_an_empty_calendar(actors):
    page = actors.page("API")
    assert read_events(actors.visitor(page)) == {}
    answer = fetch_fresh(actors.visitor(page), "/calendar.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert icalendar.Calendar.from_ical(answer.text)["X-WR-CALNAME"] == "Acme maintenance"
