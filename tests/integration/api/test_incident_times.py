"""Times of incidents over HTTP: starts, ends, and updates about the past.

Source: docs/behaviour.md, "Timelines".
"""

from datetime import UTC, datetime, timedelta

import pytest

from domain.calendar import iso
from tests.support.answers import data, refusal

HOUR = timedelta(hours=1)
DOWN = [{"component": "API", "status": "outage"}]
DEGRADED = [{"component": "API", "status": "degraded"}]


@pytest.fixture
def now():
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def page(actors):
    return actors.page("API")


def test_an_hour_of_the_past_is_an_hour_when_it_is_reported(actors, page, now):
    began_at = now - 240 * HOUR
    path = page.incident(startedAt=iso(began_at), resolvedAt=iso(began_at + HOUR), state="resolved")
    found = data(page.owner.get(path))
    assert (found["startedAt"], found["resolvedAt"]) == (iso(began_at), iso(began_at + HOUR))
    assert found["updates"][0]["occurredAt"] == found["postedAt"] >= iso(now)
    permalink = actors.visitor(page).get(f"/incidents/{found['id']}").text
    assert permalink.count("lasted 1\u00a0h") == 2


def test_opening_moves_along_when_the_start_is_corrected(page, now):
    path = page.incident(startedAt=iso(now - 3 * HOUR))
    data(page.owner.patch(path, {"startedAt": iso(now - HOUR)}))
    found = data(page.owner.get(path))
    assert found["startedAt"] == found["updates"][0]["occurredAt"] == iso(now - HOUR)
    # and sent back as it was answered it is accepted
    update = {"state": "monitoring", "occurredAt": found["startedAt"]}
    assert data(page.owner.post(f"{path}/updates", update), 201)


def test_update_stands_where_it_occurred_when_it_is_posted_late(actors, page, now):
    path, vi = page.incident(startedAt=iso(now - 3 * HOUR)), actors.visitor(page)
    data(page.owner.post(f"{path}/updates", {"state": "monitoring", "body": "Now."}), 201)
    late = {"state": "identified", "body": "Then.", "components": DEGRADED}
    late["occurredAt"] = iso(now - 2 * HOUR)
    data(page.owner.post(f"{path}/updates", late), 201)
    found = data(page.owner.get(path))
    assert [u["body"] for u in found["updates"]] == ["Now.", "Then.", "We look."]
    assert found["updates"][1]["postedAt"] >= iso(now)
    assert (found["state"], found["components"][0]["status"]) == ("monitoring", "degraded")
    assert vi.statuses() == {"API": "outage"}
    latest = vi.json()["incidents"][0]["latestUpdate"]
    assert (latest["state"], latest["body"]) == ("monitoring", "Now.")


def test_end_is_told_and_corrected_when_the_trouble_was_over_before(actors, page, now):
    path, vi = page.incident(startedAt=iso(now - 3 * HOUR)), actors.visitor(page)
    resolve = {"state": "resolved", "resolvedAt": iso(now - HOUR)}
    data(page.owner.post(f"{path}/updates", resolve), 201)
    assert vi.statuses() == {"API": "operational"}
    found = data(page.owner.get(path))
    assert (found["resolvedAt"], found["updates"][0]["occurredAt"] >= iso(now)) == (
        iso(now - HOUR),
        True,
    )
    ended = iso(now - 2 * HOUR)
    assert data(page.owner.patch(path, {"resolvedAt": ended}))["resolvedAt"] == ended
    assert data(page.owner.get(path))["resolvedAt"] == ended
    shown = vi.get(f"/incidents/{path.rpartition('/')[2]}").text
    assert "lasted 1\u00a0h" in shown


def test_field_is_named_when_a_time_can_not_be(page, now):
    path = page.incident(startedAt=iso(now - 2 * HOUR))
    updates, early, late = f"{path}/updates", iso(now - 3 * HOUR), iso(now + HOUR)
    post, patch = page.owner.post, page.owner.patch
    data(post(updates, {"state": "identified", "occurredAt": iso(now - HOUR)}), 201)
    wrong = [
        (post(updates, {"state": "monitoring", "occurredAt": early}), "occurredAt"),
        (post(updates, {"state": "monitoring", "occurredAt": late}), "occurredAt"),
        (post(updates, {"state": "monitoring", "resolvedAt": iso(now)}), "resolvedAt"),
        (post(updates, {"state": "resolved", "resolvedAt": early}), "resolvedAt"),
        (post(updates, {"state": "resolved", "resolvedAt": late}), "resolvedAt"),
        (patch(path, {"resolvedAt": iso(now)}), "resolvedAt"),
        (patch(path, {"startedAt": iso(now)}), "startedAt"),
        (patch(path, {"startedAt": late}), "startedAt"),
    ]
    for answer, field in wrong:
        assert refusal(answer, 400) == "VALIDATION"
        assert list(answer.json()["fields"]) == [field]
    before = data(page.owner.get(path))
    assert (before["state"], len(before["updates"])) == ("identified", 2)


def test_monitor_gives_no_times_when_it_reports(actors, page, now):
    # given times that a monitor sends all the same
    mon = actors.monitor(page)
    times = {"startedAt": iso(now - HOUR), "occurredAt": iso(now - HOUR), "resolvedAt": iso(now)}
    made = data(mon.post("/api/v1/status-api/incidents", {"title": "Down", **times}), 201)
    path = f"/api/v1/status-api/incidents/{made['id']}/updates"
    data(mon.post(path, {"state": "resolved", "body": "Up.", **times}), 201)
    # then they are ignored, as unknown fields are
    found = data(page.owner.get(f"{page.path}/incidents/{made['id']}"))
    assert found["startedAt"] >= iso(now)
    assert found["resolvedAt"] == found["updates"][0]["occurredAt"] == found["updatedAt"]
