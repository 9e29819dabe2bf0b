"""Statuspage v2 JSON: our words in theirs, one level of groups, and updates that clients read.

Source: docs/behaviour.md, "Statuspage v2 JSON".
"""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from domain.artifacts import encoded_name, find_artifact
from domain.page.state import BareEntry, Update
from domain.status import IncidentKind, IncidentState, Status
from tests.support.largest_page import largest_page
from tests.support.small_page import (
    DAY,
    NOW,
    TODAY,
    category,
    claim,
    incident,
    leaf,
    maintenance,
    page_of,
)
from tests.support.statuspage import DOCUMENTS, check
from workers.render.eager import build_render_context, encode
from workers.render.formats import statuspage
from workers.render.formats.statuspage_components import STATUSES
from workers.render.formats.statuspage_incidents import INCIDENT_STATES, MAINTENANCE_STATES


@pytest.fixture(autouse=True)
def archive(monkeypatch):
    """The archive holds what the page holds: its reads are tried in tests/integration."""

    def load_newest(inputs, kind):
        incidents = inputs.context.page.incidents.values()
        newest_first = sorted(incidents, key=lambda one: (one.started_at, one.id), reverse=True)
        return [one for one in newest_first if one.kind is kind][:50]

    monkeypatch.setattr(statuspage, "load_newest", load_newest)


def document(page, name="summary", today=TODAY):
    """A document of a page, which a strict reader has checked."""
    context = build_render_context(page, today)
    content = json.loads(statuspage.render_v2(SimpleNamespace(), context, f"v2/{name}.json"))
    check(name, content)
    return content


def component(page, id_):
    (found,) = (one for one in document(page)["components"] if one["id"] == id_)
    return found


# Words


def test_every_word_of_ours_has_one_of_theirs():
    assert STATUSES.keys() == statuspage.INDICATORS.keys() == set(Status)
    assert INCIDENT_STATES.keys() == MAINTENANCE_STATES.keys() == set(IncidentState)


@pytest.mark.parametrize(
    ("status", "theirs", "indicator"),
    [
        ("operational", "operational", "none"),
        ("maintenance", "under_maintenance", "maintenance"),
        ("degraded", "degraded_performance", "minor"),
        ("partial", "partial_outage", "major"),
        ("outage", "major_outage", "critical"),
    ],
)
def test_status_and_indicator_are_theirs_when_a_leaf_has_a_status(status, theirs, indicator):
    content = document(page_of(leaf("API", status)))
    assert content["components"][0]["status"] == theirs
    assert content["status"]["indicator"] == indicator


def test_description_is_our_headline_when_the_owner_has_renamed_it():
    page = page_of(leaf("API", "outage"))
    page = replace(page, look=replace(page.look, headlines={"outage": "We are down"}))
    assert document(page, "status")["status"]["description"] == "We are down"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_array_is_there_when_a_page_has_nothing(name):
    content = document(page_of(), name)
    lists = [value for value in content.values() if isinstance(value, list)]
    assert all(value == [] for value in lists)
    assert len(lists) == len([part for part in DOCUMENTS[name] if part != "status"])


def test_address_is_the_products_own_when_a_page_has_no_host():
    url = document(page_of())["page"]["url"]
    assert url.startswith("http")
    assert (
        document(page_of(host="acme.example"))["page"]["url"]
        .split("/")[2]
        .startswith("acme.example")
    )


# Components


def test_deeper_categories_are_part_of_the_name_when_a_tree_has_three_levels():
    # given leaves beside, below and far below a category
    page = page_of(
        leaf("Web", position=0),
        category("EU", position=1),
        category("Berlin", parent="c_EU", position=0),
        category("Rack", parent="c_Berlin", position=0),
        leaf("Node", "degraded", parent="c_Rack"),
        leaf("Gate", parent="c_EU", position=1),
        category("Empty", position=2),
    )
    # when its components are listed
    listed = document(page, "components")["components"]
    # then there is one level of groups, a group before its leaves, positions within the parent
    told = [(one["name"], one["group"], one["group_id"], one["position"]) for one in listed]
    assert told == [
        ("Web", False, None, 1),
        ("EU", True, None, 2),
        ("Berlin / Rack / Node", False, "c_EU", 1),
        ("Gate", False, "c_EU", 2),
        ("Empty", True, None, 3),
    ]
    assert component(page, "c_EU")["status"] == "degraded_performance"


def test_group_shows_its_pin_when_it_is_pinned():
    page = page_of(category("EU", pin="maintenance"), leaf("Node", "outage", parent="c_EU"))
    assert component(page, "c_EU")["status"] == "under_maintenance"
    assert document(page)["status"]["indicator"] == "critical"


def test_times_of_a_component_are_those_of_the_state():
    page = page_of(category("EU"), leaf("Node", parent="c_EU", status_at=NOW - DAY), leaf("Web"))
    assert component(page, "c_Node")["updated_at"] == "2026-11-29T14:00:00.000Z"
    assert component(page, "c_EU")["updated_at"] == "2026-11-29T14:00:00.000Z"
    web = component(page, "c_Web")
    assert web["updated_at"] == web["created_at"]


# Incidents


def test_an_opening_without_a_message_is_an_update_without_words():
    # given an incident that was opened without a message, on a leaf
    opening = BareEntry(IncidentState.INVESTIGATING, NOW - DAY, {"c_API": Status.PARTIAL})
    page = page_of(leaf("API", "partial"), incident("Down", began=1, updates=()))
    opened = replace(
        page.incidents["i_Down"],
        updates=(), bare_entries=(opening,), claims=(claim("API", "partial", 1),),
    )  # fmt: skip
    before = document(replace(page, incidents={"i_Down": opened}))["incidents"][0]
    # when a message follows
    said = Update("u_1", IncidentState.IN_PROGRESS, "We know.", NOW, NOW, {"c_API": Status.OUTAGE})
    after = replace(opened, updates=(said,), state=IncidentState.IN_PROGRESS)
    newest, first = document(replace(page, incidents={"i_Down": after}))["incidents"][0][
        "incident_updates"
    ]
    # then the opening stays as it was, and the message says from what to what
    assert before["incident_updates"] == [first]
    assert (first["body"], first["status"]) == ("", "investigating")
    assert (newest["body"], newest["status"]) == ("We know.", "identified")
    (affected,) = newest["affected_components"]
    assert affected["old_status"] == "partial_outage"
    assert affected["new_status"] == "major_outage"


def test_a_deleted_leaf_is_in_the_updates_and_not_among_the_components():
    given = {"c_Gone": Status.OUTAGE, "c_API": Status.DEGRADED}
    said = Update("u_1", IncidentState.INVESTIGATING, "", NOW - DAY, NOW - DAY, given)
    page = page_of(leaf("API", "degraded"), incident("Down", updates=(said,)))
    (one,) = document(page)["incidents"]
    (update,) = one["incident_updates"]
    assert [each["code"] for each in update["affected_components"]] == ["c_API", "c_Gone"]
    assert [each["id"] for each in one["components"]] == ["c_API"]


def test_a_resolution_ends_the_claims_that_it_does_not_name():
    start, given = NOW - 2 * DAY, {"c_API": Status.OUTAGE, "c_Web": Status.PARTIAL}
    said = (
        Update("u_1", IncidentState.INVESTIGATING, "Down", start, start, given),
        Update("u_2", IncidentState.RESOLVED, "", NOW, NOW, {"c_Web": Status.DEGRADED}),
    )
    page = page_of(leaf("API"), leaf("Web"), incident("Down", began=2, ended=0, updates=said))
    (one,) = document(page, "incidents")["incidents"]
    told = {a["code"]: a["new_status"] for a in one["incident_updates"][0]["affected_components"]}
    assert told == {"c_API": "operational", "c_Web": "degraded_performance"}
    assert document(page, "incidents/unresolved")["incidents"] == []


@pytest.mark.parametrize("kind", IncidentKind)
@pytest.mark.parametrize("state", IncidentState)
def test_newest_update_has_the_state_of_its_incident(kind, state):
    # given an incident whose last entry has no message, as one that the clock began or ended
    ended = state is IncidentState.RESOLVED
    said = Update("u_1", IncidentState.SCHEDULED, "Soon.", NOW - DAY, NOW - DAY)
    last = BareEntry(state, NOW - DAY / 2, {}, place=1)
    page = page_of(incident("Work", kind=kind, updates=(said,), state=state, leaves=()))
    one = replace(
        page.incidents["i_Work"], state=state, bare_entries=(last,),
        resolved_at=last.occurred_at if ended else None,
    )  # fmt: skip
    page = replace(page, incidents={"i_Work": one})
    name = "scheduled-maintenances" if kind is IncidentKind.MAINTENANCE else "incidents"
    # when it is listed, then nobody who reads the newest update is told another state
    (told,) = document(page, name)[name.replace("-", "_")]
    assert told["incident_updates"][0]["status"] == told["status"]


def test_a_maintenance_is_upcoming_or_active_until_it_has_ended():
    window = {"scheduled_start": NOW - DAY, "scheduled_end": NOW + DAY}
    page = page_of(
        maintenance("Later", state=IncidentState.SCHEDULED, began=-1, **window),
        maintenance("Soon", state=IncidentState.SCHEDULED, began=-0.5, **window),
        maintenance("Now", state=IncidentState.IN_PROGRESS, **window),
        maintenance("Past", began=5, ended=4, **window),
        incident("Trouble"),
    )

    def names(document_name):
        return [one["name"] for one in document(page, document_name)["scheduled_maintenances"]]

    assert names("scheduled-maintenances/upcoming") == ["Soon", "Later"]
    assert names("scheduled-maintenances/active") == ["Now"]
    assert names("summary") == ["Now", "Soon", "Later"]
    assert names("scheduled-maintenances") == ["Later", "Soon", "Now", "Past"]


# Bounds


@pytest.mark.parametrize("say", ['"', "\u65e5"])
def test_no_document_is_heavier_than_its_size_when_the_page_is_the_largest(say):
    # given the largest page, and an incident of each kind on all of its leaves
    page = largest_page(lambda count: say * count)
    leaves = {node.id: Status.OUTAGE for node in page.components.values() if node.is_leaf}
    for id_ in ("i_a" + "0" * 25, "i_b" + "0" * 25):
        one = page.incidents[id_]
        said = tuple(
            Update(f"u_x{n}", one.state, say * 10_000, NOW, NOW, leaves) for n in range(30)
        )
        changed = replace(one, updates=said, leaves=tuple(leaves))
        page = replace(page, incidents={**page.incidents, id_: changed})
    context = build_render_context(page, TODAY)
    for name in DOCUMENTS:
        # when a document of it is rendered
        path = f"api/v2/{name}.json"
        artifact = find_artifact(path)
        content = statuspage.render_v2(SimpleNamespace(), context, f"v2/{name}.json")
        fields = encode(artifact, path, content)
        # then it is within its bounds, and as strict readers want it
        packed = [len(fields[encoded_name(path, encoding)]) for encoding in artifact.encodings]
        assert (len(content) <= artifact.max_bytes, name) == (True, name)
        assert max(packed) <= artifact.packed_bytes
        check(name, json.loads(content))


def test_oldest_messages_are_left_out_first_when_they_do_not_fit():
    # given two incidents with 600 KB of messages that take turns
    page = page_of(incident("Old", began=9), incident("New", began=8))
    for place, (id_, one) in enumerate(page.incidents.items()):
        said = tuple(
            Update(f"u{place}{n}", IncidentState.MONITORING, "x" * 15_000, at, at)
            for n in range(20)
            for at in (NOW - 5 * DAY + (2 * n + place) * DAY / 20,)
        )
        changed = replace(one, updates=said, state=IncidentState.MONITORING)
        page = replace(page, incidents={**page.incidents, id_: changed})
    # when they are listed
    listed = document(page)["incidents"]
    # then both are there, and what has no words is older than what has some
    assert [one["name"] for one in listed] == ["New", "Old"]
    updates = [update for one in listed for update in one["incident_updates"]]
    kept = {bool(u["body"]): [] for u in updates}
    for update in updates:
        kept[bool(update["body"])].append(update["display_at"])
    assert max(kept[False]) < min(kept[True])
    assert sum(len(update["body"]) for update in updates) <= statuspage.MESSAGES_BYTES
