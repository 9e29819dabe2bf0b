"""An owner's incidents and maintenances over HTTP. Source: docs/behaviour.md, "Owner's API"."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from domain.calendar import iso
from tests.support.answers import data, refusal
from tests.support.stack import wait_until

HOUR = timedelta(hours=1)
DOWN = [{"component": "API", "status": "outage"}]


@pytest.fixture
def now():
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def page(actors):
    return actors.page("API")


def planned(page, now, **more):
    """The path of a new maintenance."""
    body = {
        "kind": "maintenance", "title": "Disks", "body": "Soon.", "components": ["api"],
        "scheduledStart": iso(now + HOUR), "scheduledEnd": iso(now + 2 * HOUR), **more,
    }  # fmt: skip
    made = data(page.owner.post(f"{page.path}/incidents", body), 201)
    return f"{page.path}/incidents/{made['id']}"


def test_incident_is_told_when_it_is_opened_and_resolved(actors, page):
    path, vi = page.incident(), actors.visitor(page)
    assert vi.statuses() == {"API": "outage"}
    found = data(page.owner.get(path))
    leaf = found["components"][0]["component"]
    assert found == {
        "id": path.rpartition("/")[2], "kind": "incident", "title": "Down", "impact": "critical",
        "state": "investigating", "startedAt": found["startedAt"], "postedAt": found["startedAt"],
        "updatedAt": found["startedAt"], "resolvedAt": None, "scheduledStart": None,
        "scheduledEnd": None, "autoStart": True, "autoEnd": True, "notify": True, "planned": [],
        "notifications": dict.fromkeys(
            ("recipients", "waiting", "sent", "failed", "quarantined", "suppressed"), 0
        ),
        "components": [{"component": leaf, "status": "outage"}],
        "updates": [{
            "id": found["updates"][0]["id"], "state": "investigating", "body": "We look.",
            "occurredAt": found["startedAt"], "postedAt": found["startedAt"], "editedAt": None,
            "components": [{"component": leaf, "status": "outage"}],
        }],
    }  # fmt: skip
    said = data(page.owner.post(f"{path}/updates", {"state": "resolved", "body": "Well."}), 201)
    found = data(page.owner.get(path))
    assert found["updates"][0]["id"] == said["id"]
    assert (found["state"], found["components"]) == ("resolved", [])
    assert vi.statuses() == {"API": "operational"}


def test_both_times_are_kept_when_an_incident_is_told_late(page, now):
    path = page.incident(startedAt="2026-01-02T03:04:05.678+02:00", impact="none", state="resolved")
    found = data(page.owner.get(path))
    assert (found["startedAt"], found["impact"]) == ("2026-01-02T01:04:05.678Z", "none")
    assert found["postedAt"] >= iso(now)
    assert found["resolvedAt"] == found["postedAt"]
    update = found["updates"][0]
    assert update["occurredAt"] == update["postedAt"] == found["postedAt"]


def test_incident_is_as_told_when_it_is_changed_and_gone_when_deleted(actors, page, now):
    path, vi = page.incident(), actors.visitor(page)
    change = {"title": " Was down ", "impact": "minor", "startedAt": iso(now - HOUR)}
    told = data(page.owner.patch(path, change))
    assert told == {
        "id": path.rpartition("/")[2], "title": "Was down", "impact": "minor",
        "startedAt": iso(now - HOUR),
    }  # fmt: skip
    shown = vi.json()["incidents"][0]
    assert (shown["name"], shown["startedAt"]) == ("Was down", iso(now - HOUR))
    assert data(page.owner.delete(path)) == {"id": told["id"]}
    assert (vi.json()["incidents"], vi.statuses()) == ([], {"API": "operational"})
    assert refusal(page.owner.get(path), 404) == "NOT_FOUND"
    assert refusal(page.owner.delete(path), 404) == "NOT_FOUND"


def test_update_says_that_it_was_edited_and_is_gone_when_deleted(actors, page):
    path, vi = page.incident(), actors.visitor(page)
    uid = data(page.owner.get(path))["updates"][0]["id"]
    assert data(page.owner.patch(f"{path}/updates/{uid}", {"body": "Better."})) == {"id": uid}
    update = data(page.owner.get(path))["updates"][0]
    assert update["body"] == "Better."
    assert update["editedAt"] > update["postedAt"]
    assert "edited" in vi.get("/").text
    assert data(page.owner.delete(f"{path}/updates/{uid}")) == {"id": uid}
    assert data(page.owner.get(path))["updates"] == []
    assert vi.statuses() == {"API": "outage"}
    assert refusal(page.owner.delete(f"{path}/updates/{uid}"), 404) == "NOT_FOUND"


def test_update_is_refused_with_the_newest_one_when_another_came_first(page):
    # Given two tabs that have read the same incident
    path = page.incident()
    seen = {"If-Match": f'"{data(page.owner.get(path))["updates"][0]["id"]}"'}
    post = partial(page.owner.post, f"{path}/updates")
    first = data(post({"state": "identified", "body": "A disk."}, headers=seen), 201)

    # When the other posts as well
    late = post({"state": "resolved", "body": "Well."}, headers=seen)

    # Then it is refused with what was said meanwhile, and may post once that was seen, or anyway
    assert refusal(late, 409) == "CONFLICT"
    latest = late.json()["data"]["latestUpdate"]
    assert latest == data(page.owner.get(path))["updates"][0]
    assert (latest["id"], latest["body"]) == (first["id"], "A disk.")
    data(post({"state": "monitoring"}, headers={"If-Match": first["id"]}), 201)
    data(post({"state": "monitoring", "body": "x"}, headers={"If-Match": "*"}), 201)
    refused = post({"state": "resolved"}, headers={"If-Match": '"a", "b"'})
    assert refusal(refused, 400) == "VALIDATION"


def test_an_update_is_the_newest_when_it_was_posted_last_and_occurred_before_others(page, now):
    # Given an incident of three hours, with an update of now
    path = page.incident()
    page.owner.patch(path, {"startedAt": iso(now - 3 * HOUR)})
    post = partial(page.owner.post, f"{path}/updates")
    seen = {"If-Match": data(post({"state": "identified", "body": "A disk."}), 201)["id"]}

    # When somebody adds what was said an hour ago
    earlier = {"state": "investigating", "body": "Slow.", "occurredAt": iso(now - HOUR)}
    added = data(post(earlier), 201)["id"]

    # Then whoever had not seen it is told of it
    late = post({"state": "resolved", "body": "Well."}, headers=seen)
    assert refusal(late, 409) == "CONFLICT"
    assert late.json()["data"]["latestUpdate"]["id"] == added
    data(post({"state": "resolved", "body": "Well."}, headers={"If-Match": added}), 201)


def test_etag_is_the_id_of_the_incident_when_it_has_no_update(page):
    path = page.incident(body=None)
    seen = {"If-Match": path.rpartition("/")[2]}
    body = {"state": "identified", "body": "A disk."}
    data(page.owner.post(f"{path}/updates", body, headers=seen), 201)
    late = page.owner.post(f"{path}/updates", body, headers=seen)
    assert late.json()["data"]["latestUpdate"]["body"] == "A disk."


def test_nothing_of_it_is_told_when_another_owner_posts_an_update(actors, page):
    path = page.incident()
    late = actors.owner("bo").post(
        f"{path}/updates", {"state": "resolved"}, headers={"If-Match": "u_x"}
    )
    assert (late.status_code, "data" in late.json()) == (404, False)


def test_maintenance_starts_and_ends_when_the_owner_says_so(actors, page, now):
    path, vi = planned(page, now), actors.visitor(page)
    found = data(page.owner.get(path))
    assert (found["kind"], found["state"], len(found["planned"])) == (
        "maintenance", "scheduled", 1,
    )  # fmt: skip
    assert vi.statuses() == {"API": "operational"}
    assert refusal(page.owner.patch(path, {"state": "resolved"}), 409) == "CONFLICT"
    assert data(page.owner.patch(path, {"state": "in_progress"}))["state"] == "in_progress"
    assert vi.statuses() == {"API": "maintenance"}
    assert refusal(page.owner.patch(path, {"scheduledStart": iso(now)}), 409) == "CONFLICT"
    later = iso(now + 5 * HOUR)
    assert data(page.owner.patch(path, {"scheduledEnd": later}))["scheduledEnd"] == later
    page.owner.patch(path, {"state": "resolved"})
    found = data(page.owner.get(path))
    assert (found["state"], found["scheduledEnd"]) == ("resolved", later)
    assert vi.statuses() == {"API": "operational"}


def test_window_starts_and_ends_by_itself_when_its_time_comes(actors, page, now):
    # given a real beat, and a window in a second or two
    start, end = now + timedelta(seconds=2), now + timedelta(seconds=4)
    path = planned(page, now, scheduledStart=iso(start), scheduledEnd=iso(end))
    vi, seen = actors.visitor(page), set()

    # when time passes
    def is_over():
        seen.add(vi.statuses()["API"])
        return data(page.owner.get(path))["state"] == "resolved"

    wait_until(is_over, "the window is over", 20)
    # then it was shown, and it began and ended when it was planned
    assert seen >= {"operational", "maintenance"}
    found = data(page.owner.get(path))
    assert (found["startedAt"], found["resolvedAt"]) == (iso(start), iso(end))
    wait_until(lambda: vi.statuses() == {"API": "operational"}, "the end is published", 10)


def test_list_goes_on_where_it_ended_when_it_is_paged(page, now):
    made = [page.incident(startedAt=iso(now - n * HOUR)) for n in (1, 3, 2)]
    made.append(planned(page, now))
    newest_first = [path.rpartition("/")[2] for path in (made[3], made[0], made[2], made[1])]
    path, found, cursor = f"{page.path}/incidents", [], ""
    for size in (3, 1):
        told = data(page.owner.get(f"{path}?limit=3{cursor}"))
        assert len(told["items"]) == size
        found += [item["id"] for item in told["items"]]
        cursor = f"&cursor={told['nextCursor']}"
    assert found == newest_first
    assert told["nextCursor"] is None
    kinds = data(page.owner.get(f"{path}?kind=maintenance"))["items"]
    assert [item["id"] for item in kinds] == newest_first[:1]


def test_incident_is_opened_once_when_the_request_is_repeated(page):
    body, once = {"title": "Down"}, {"Idempotency-Key": "k"}
    path = f"{page.path}/incidents"
    ids = {data(page.owner.post(path, body, headers=once), 201)["id"] for _ in range(3)}
    assert len(ids) == 1
    assert len(data(page.owner.get(path))["items"]) == 1


def calls(page, path, uid):
    """Every call on incidents, as (method, path, body)."""
    listed, one = f"{page.path}/incidents", f"{path}/updates/{uid}"
    return [
        ("GET", listed, None), ("POST", listed, {"title": "x"}), ("GET", path, None),
        ("PATCH", path, {"title": "x"}), ("DELETE", path, None),
        ("POST", f"{path}/updates", {"state": "resolved"}),
        ("PATCH", one, {"body": "x"}), ("DELETE", one, None),
    ]  # fmt: skip


def test_nothing_is_there_when_bo_or_nobody_or_another_site_asks(actors, page):
    path, bo = page.incident(), actors.owner("bo")
    before = data(page.owner.get(path))
    uid, nobody = before["updates"][0]["id"], actors.caller()
    evil = {"Origin": "https://evil.example"}
    for method, address, body in calls(page, path, uid):
        assert refusal(bo.http.request(method, address, json=body), 404) == "NOT_FOUND"
        answer = nobody.http.request(method, address, json=body)
        assert refusal(answer, 401) == "NO_SESSION"
        if method != "GET":
            answer = page.owner.http.request(method, address, json=body, headers=evil)
            assert refusal(answer, 403) == "BAD_ORIGIN"
    assert data(page.owner.get(path)) == before
    # and Ada's incident is not on Bo's page either
    bos = bo.page()
    for method, address, body in calls(bos, path.replace(page.id, bos.id), uid)[2:]:
        assert refusal(bo.http.request(method, address, json=body), 404) == "NOT_FOUND"
    assert data(page.owner.get(path)) == before
