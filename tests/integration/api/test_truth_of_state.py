"""What the page, its badge and the APIs say of the state, over HTTP.

Source: docs/behaviour.md, "Overall status", "What a leaf shows", "Component references" and
"Updates that say nothing new".
"""

from unicodedata import normalize
from urllib.parse import quote

import pytest

from tests.support.stack import wait_until

OPEN = "/api/v1/status-api/incidents"


def given(**statuses):
    return [{"component": name, "status": status} for name, status in statuses.items()]


# Overall


def test_everything_is_lifted_when_an_incident_names_no_component(actors):
    # given a page on which all is well
    page = actors.page("API")
    mon, vi = actors.monitor(page), actors.visitor(page)
    # when an incident of great impact names nothing of it
    fire = mon.done(mon.open("Everything is on fire", impact="critical"))["id"]
    # then everything that tells the state says so
    shown = vi.json()
    assert shown["status"] == {"indicator": "outage", "description": "Major System Outage"}
    assert mon.status()["overall"] == "outage"
    assert "Major System Outage" in vi.get("/badge.svg").text
    html = vi.get("/").text
    assert "Major System Outage" in html
    assert "All Systems Operational" not in html
    assert "Major System Outage" in page.owner.get(f"/dashboard/pages/{page.id}/components").text
    # and no longer once it claims a component that is there
    mon.update(fire, "identified", components=given(API="operational"))
    assert vi.json()["status"]["indicator"] == "operational"


# What a leaf shows


def test_outage_stays_when_a_maintenance_ends_during_which_it_was_said(actors):
    page = actors.page("API")
    mon, vi, owner = actors.monitor(page), actors.visitor(page), page.owner
    window = {
        "kind": "maintenance", "title": "Disks", "components": ["API"],
        "scheduledStart": "2090-01-01T00:00:00Z", "scheduledEnd": "2090-01-02T00:00:00Z",
    }  # fmt: skip
    listed = f"{page.path}/incidents"
    one = f"{listed}/{owner.done(owner.post(listed, window))['id']}"
    owner.done(owner.patch(one, {"state": "in_progress"}), 200)
    assert vi.statuses() == {"API": "maintenance"}
    mon.toggle("API", "outage")
    owner.done(owner.patch(one, {"state": "resolved"}), 200)
    assert vi.statuses() == {"API": "outage"}


def test_called_off_is_said_when_a_maintenance_never_began(actors):
    page = actors.page("API")
    vi, owner = actors.visitor(page), page.owner
    window = {
        "kind": "maintenance", "title": "Disks", "components": ["API"],
        "scheduledStart": "2090-01-01T00:00:00Z", "scheduledEnd": "2090-01-02T00:00:00Z",
    }  # fmt: skip
    listed = f"{page.path}/incidents"
    id_ = owner.done(owner.post(listed, window))["id"]
    owner.done(owner.post(f"{listed}/{id_}/updates", {"state": "resolved", "body": "No need."}))
    for path in ("/", f"/incidents/{id_}", "/history"):
        wait_until(lambda path=path: "No need." in vi.get(path).text, path)
        told = vi.get(path).text
        assert "Called off" in told
        assert not {"began", "lasted", "Resolved"} & {*told.replace("<", " ").split()}
    screen = owner.get(f"/dashboard/pages/{page.id}/incidents/{id_}").text
    assert "Called off" in screen


# References


def test_references_are_told_as_ignored_wherever_the_outcome_is_told(actors):
    # given references to nothing, one of them twice, and to a category
    page = actors.page("API")
    page.leaf("Backend", kind="category")
    mon, owner = actors.monitor(page), page.owner
    body = {
        "title": "Down",
        "components": [
            *given(Nobody="outage", API="outage", Backend="outage"),
            *given(Nobody="degraded"),
        ],
    }
    ignored = ["Nobody", "Backend"]
    # when they are sent, and once more with the same key
    once = {"Idempotency-Key": "once"}
    answers = [mon.post(OPEN, body, headers=once) for _ in range(2)]
    # then both answers, the receipt and the audit log have them
    assert [answer.status_code for answer in answers] == [201, 201]
    assert [answer.json()["data"]["ignored"] for answer in answers] == [ignored, ignored]
    receipt = mon.get(answers[0].headers["location"]).json()["data"]
    assert (receipt["ignored"], receipt["unchanged"]) == (ignored, False)
    entry = owner.get(f"{page.path}/audit?limit=1").json()["data"]["items"][0]
    assert (entry["id"], entry["ignored"]) == (receipt["id"], ignored)
    assert "Nobody" in owner.get(f"/dashboard/pages/{page.id}/activity").text


def test_nothing_is_told_as_ignored_when_all_references_are_known(actors):
    page = actors.page("API")
    mon = actors.monitor(page)
    answer = mon.open(components=given(api="outage"))
    assert answer.json()["data"].keys() == {"id"}
    assert mon.get(answer.headers["location"]).json()["data"]["ignored"] == []
    toggled = mon.toggle("API", "operational")
    assert toggled.json()["data"].keys() == {"component", "status"}


@pytest.mark.parametrize("kind", ["incident", "maintenance", "update"])
def test_ignored_references_are_told_when_an_owner_writes(actors, kind):
    page = actors.page("API")
    owner, listed = page.owner, f"{page.path}/incidents"
    plan = {"scheduledStart": "2090-01-01T00:00:00Z", "scheduledEnd": "2090-01-02T00:00:00Z"}
    body = {"title": "Down", "components": given(Gone="outage")}
    if kind == "maintenance":
        body = {"kind": kind, "title": "Disks", "components": ["API", "Gone"], **plan}
    if kind == "update":
        listed += f"/{owner.done(owner.post(listed, {'title': 'Down'}))['id']}/updates"
        body = {"state": "identified", "components": given(Gone="outage")}
    assert owner.done(owner.post(listed, body))["ignored"] == ["Gone"]


@pytest.mark.parametrize(
    "name", ["Café", "한국", "Tiếng Việt", "Two  Words", "No\u00a0Break", "Straße"]
)
def test_name_is_found_when_it_is_sent_in_another_form(actors, name):
    page = actors.page(normalize("NFD", name))
    mon, vi = actors.monitor(page), actors.visitor(page)
    same = [normalize("NFC", name), " ".join(name.split()).upper(), name.replace(" ", "\u00a0")]
    for status, sent in zip(("outage", "partial", "degraded"), same, strict=True):
        answer = mon.open(components=[{"component": sent, "status": status}])
        assert "ignored" not in answer.json()["data"]
        assert list(vi.statuses().values()) == [status]
        assert mon.toggle(quote(sent), "operational").status_code == 200
    assert list(vi.statuses().values()) == ["operational"]


# Updates


def test_repeat_adds_nothing_when_a_monitor_says_nothing_new(actors):
    page = actors.page("API")
    mon, vi = actors.monitor(page), actors.visitor(page)
    down = given(API="outage")
    incident = mon.done(mon.open("Down", body="We look.", components=down))["id"]
    first = vi.json()["incidents"][0]["latestUpdate"]["id"]
    # when the same is said again, with a key and once more
    once = {"Idempotency-Key": "again"}
    path, body = f"{OPEN}/{incident}/updates", {"state": "investigating", "components": down}
    answers = [mon.post(path, body, headers=once) for _ in range(2)]
    # then nothing is added, and the answer and the receipt say so
    for answer in answers:
        assert (answer.status_code, answer.json()["data"]) == (
            200, {"id": first, "unchanged": True},
        )  # fmt: skip
    assert mon.get(answers[0].headers["location"]).json()["data"]["unchanged"] is True
    assert vi.json()["incidents"][0]["latestUpdate"]["id"] == first
    # and what is new is added
    answer = mon.update(incident, "investigating", components=given(API="partial", Gone="outage"))
    assert (answer.status_code, answer.json()["data"]["ignored"]) == (201, ["Gone"])
    assert vi.statuses() == {"API": "partial"}


def test_body_is_asked_for_when_an_owner_says_nothing_new(actors):
    page = actors.page("API")
    owner, listed = page.owner, f"{page.path}/incidents"
    updates = f"{listed}/{owner.done(owner.post(listed, {'title': 'Down'}))['id']}/updates"
    refused = owner.post(updates, {"state": "investigating"})
    assert refused.status_code == 400
    assert refused.json()["fields"].keys() == {"body"}
    owner.done(owner.post(updates, {"state": "investigating", "body": "We look."}))


def test_impact_follows_the_claims_when_nobody_gave_one(actors):
    page = actors.page("API")
    mon, vi = actors.monitor(page), actors.visitor(page)
    incident = mon.done(mon.open(components=given(API="degraded")))["id"]
    assert vi.json()["incidents"][0]["impact"] == "minor"
    mon.update(incident, "identified", components=given(API="outage"))
    mon.update(incident, "monitoring", components=given(API="operational"))
    assert vi.json()["incidents"][0]["impact"] == "critical"


# Keys


@pytest.mark.parametrize("header", ["Basic {}", "Token {}", "Token token={}", "Digest {}", "{}"])
def test_sentence_helps_when_a_key_is_sent_by_another_scheme(actors, header):
    page = actors.page("API")
    secret = page.key()["key"]
    answer = actors.caller(Authorization=header.format(secret)).post(OPEN, {"title": "Down"})
    assert (answer.status_code, answer.json()["code"]) == (401, "NO_KEY")
    assert "Authorization: Bearer hyd_status_" in answer.json()["error"]
    assert secret not in answer.text
