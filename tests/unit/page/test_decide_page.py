"""What a page answers to commands: each rule by an example.

Source: docs/behaviour.md, "Claims", "Component tree" and "Impact".
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from domain.page import commands as c
from domain.page.decide.table import decide
from domain.page.limits import CATEGORIES, PRIME_LEAVES
from domain.page.state import (
    Component,
    ComponentKind,
    Entitlement,
    Page,
    Tier,
)
from domain.results import Code, DuplicateIdError, Rejection
from domain.status import Impact, IncidentState, Status
from tests.support.applied import apply

AT = datetime(2026, 3, 1, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
CREATE = c.CreatePage("a_1", "Acme", Entitlement(), "acme.localhost")
told = partial(apply, at=AT)


@pytest.fixture
def page():
    return told(Page("p_1"), CREATE, c.AddComponent("c_1", "API"), c.AddComponent("c_2", "Web"))


def opened(page, **more):
    return told(page, c.OpenIncident("i_1", "u_1", "Slow", **more)).incidents["i_1"]


def given(**statuses):
    return tuple(c.StatusGiven(name, Status(status)) for name, status in statuses.items())


def test_page_is_hidden_and_empty_when_created():
    page = told(Page("p_1"), CREATE)
    assert (page.name, page.is_public, page.host) == ("Acme", False, "acme.localhost")
    assert (page.components, page.incidents, page.created_at) == ({}, {}, AT)


def test_nothing_is_left_but_the_fact_when_a_page_is_deleted(page):
    gone = told(page, c.DeletePage(), at=LATER)
    assert gone == Page(
        "p_1", "a_1", created_at=AT, changed_at=LATER, deleted_at=LATER, time_zone="UTC"
    )


@pytest.mark.parametrize(
    "command",
    [
        c.SetStatus("API", Status.DEGRADED),
        c.ChangeComponent("c_2", status=Status.OUTAGE),
        c.DeleteComponent("c_2"),
        c.AddComponent("c_3", "Mail", status=Status.PARTIAL),
        c.OpenIncident("i_2", "u_2", "Down"),
        c.DeleteIncident("i_1"),
        c.ChangePage(headlines={"operational": "All is well"}),
    ],
    ids=lambda command: type(command).__name__,
)
def test_last_change_moves_when_a_status_or_the_headline_does(page, command):
    page = told(page, c.OpenIncident("i_1", "u_1", "Slow", components=given(API="outage")))
    assert page.changed_at == AT
    assert told(page, command, at=LATER).changed_at == LATER


@pytest.mark.parametrize(
    "command",
    [
        c.SetStatus("API", Status.OPERATIONAL),
        c.ChangePage(name="Acme 2", time_zone="Asia/Tokyo"),
    ],
    ids=lambda command: type(command).__name__,
)
def test_last_change_stays_when_nothing_that_it_tells_changed(page, command):
    assert told(page, command, at=LATER).changed_at == AT


@pytest.mark.parametrize("is_deleted", [False, True])
def test_command_is_refused_when_the_page_is_not_there(page, is_deleted):
    nowhere = told(page, c.DeletePage()) if is_deleted else Page("p_1")
    refused = decide(nowhere, c.SetStatus("c_1", Status.OUTAGE), AT)
    assert (refused.code, "page" in refused.error) == (Code.NOT_FOUND, True)


def test_page_is_never_created_twice_when_its_id_is_in_use(page):
    for used in (page, told(page, c.DeletePage())):
        with pytest.raises(DuplicateIdError):
            decide(used, CREATE, AT)


def test_settings_that_are_not_given_stay_when_a_page_is_changed(page):
    public = told(page, c.ChangePage(is_public=True))
    renamed = told(public, c.ChangePage(name="New"))
    assert (renamed.name, renamed.is_public) == ("New", True)


@pytest.mark.parametrize(
    ("said", "impact"),
    [
        ({}, Impact.NONE),
        ({"api": "operational"}, Impact.NONE),
        ({"api": "maintenance"}, Impact.NONE),
        ({"api": "degraded"}, Impact.MINOR),
        ({"api": "partial", "web": "degraded"}, Impact.MAJOR),
        ({"api": "degraded", "web": "outage"}, Impact.CRITICAL),
        ({"unknown": "outage"}, Impact.NONE),
        ({"unknown": "outage", "api": "degraded"}, Impact.MINOR),
    ],
)
def test_impact_is_derived_from_the_worst_leaf_that_exists_when_omitted(page, said, impact):
    assert opened(page, components=given(**said)).impact is impact


def test_impact_is_what_was_said_when_given(page):
    said = given(api="outage")
    assert opened(page, impact=Impact.NONE, components=said).impact is Impact.NONE


def test_incident_opens_as_investigating_with_an_update_when_it_says_something(page):
    incident = opened(page, body="We look into it.", components=given(api="degraded"))
    assert incident.state is IncidentState.INVESTIGATING
    (update,) = incident.updates
    assert (update.id, update.body, update.components) == (
        "u_1",
        "We look into it.",
        {"c_1": Status.DEGRADED},
    )


def test_incident_has_no_update_but_its_claims_when_it_says_nothing(page):
    incident = opened(page, components=given(api="degraded"))
    assert (incident.updates, incident.held) == ((), {"c_1": Status.DEGRADED})


def test_leaf_shows_what_was_last_said_when_update_and_toggle_take_turns(page):
    page = told(page, c.OpenIncident("i_1", "u_1", "T", components=given(api="outage")))
    page = told(page, c.SetStatus("API", Status.OPERATIONAL))
    assert page.components["c_1"].status is Status.OPERATIONAL
    assert page.incidents["i_1"].held == {"c_1": Status.OUTAGE}
    page = told(
        page, c.PostUpdate("i_1", "u_2", IncidentState.IDENTIFIED, "x", given(api="partial"))
    )
    assert page.components["c_1"].status is Status.PARTIAL


def test_leaf_takes_the_worst_other_claim_when_an_incident_resolves(page):
    page = told(
        page,
        c.OpenIncident("i_1", "u_1", "T", components=given(api="outage", web="outage")),
        c.OpenIncident("i_2", "u_2", "T", components=given(api="degraded")),
        c.OpenIncident("i_3", "u_3", "T", components=given(api="partial")),
        c.PostUpdate("i_1", "u_4", IncidentState.RESOLVED),
    )
    assert page.components["c_1"].status is Status.PARTIAL
    assert page.components["c_2"].status is Status.OPERATIONAL


def test_leaf_takes_the_status_given_when_the_resolving_update_names_it(page):
    page = told(
        page,
        c.OpenIncident("i_1", "u_1", "T", components=given(api="outage")),
        c.PostUpdate(
            "i_1", "u_2", IncidentState.RESOLVED, None, given(api="degraded", web="partial")
        ),
    )
    assert page.components["c_1"].status is Status.DEGRADED
    assert page.components["c_2"].status is Status.PARTIAL
    assert page.incidents["i_1"].held == {}


def test_no_claim_comes_back_when_an_incident_is_reopened(page):
    page = told(
        page,
        c.OpenIncident("i_1", "u_1", "T", components=given(api="outage")),
        c.PostUpdate("i_1", "u_2", IncidentState.RESOLVED),
        c.PostUpdate("i_1", "u_3", IncidentState.MONITORING, "again"),
    )
    incident = page.incidents["i_1"]
    assert (incident.held, incident.resolved_at) == ({}, None)
    assert page.components["c_1"].status is Status.OPERATIONAL


def test_only_named_leaves_change_when_a_resolved_incident_is_resolved_again(page):
    page = told(
        page,
        c.OpenIncident("i_1", "u_1", "T", components=given(api="outage")),
        c.PostUpdate("i_1", "u_2", IncidentState.RESOLVED),
        c.SetStatus("API", Status.PARTIAL),
        c.PostUpdate("i_1", "u_3", IncidentState.RESOLVED, "x", given(web="degraded")),
    )
    assert page.components["c_1"].status is Status.PARTIAL
    assert page.components["c_2"].status is Status.DEGRADED


def test_first_resolution_is_remembered_when_resolved_again(page):
    resolve = c.PostUpdate("i_1", "u_2", IncidentState.RESOLVED)
    page = told(page, c.OpenIncident("i_1", "u_1", "T"), resolve)
    page = told(page, replace(resolve, update_id="u_3"), at=LATER)
    assert page.incidents["i_1"].resolved_at == AT
    assert page.incidents["i_1"].updated_at == LATER


@pytest.mark.parametrize(
    ("command", "thing"),
    [
        (c.PostUpdate("i_9", "u_9", IncidentState.RESOLVED), "incident"),
        (c.DeleteIncident("i_9"), "incident"),
        (c.SetStatus("nobody", Status.OUTAGE), "component"),
        (c.ChangeKey("k_9", "name"), "key"),
        (c.DeleteKey("k_9"), "key"),
    ],
)
def test_thing_is_not_found_when_the_page_has_none_like_it(page, command, thing):
    refused = decide(page, command, AT)
    assert (refused.code, thing in refused.error) == (Code.NOT_FOUND, True)


def test_category_is_not_found_when_it_is_to_be_toggled(page):
    page = told(page, c.AddComponent("c_3", "Group", ComponentKind.CATEGORY))
    for reference in ("c_3", "group"):
        assert decide(page, c.SetStatus(reference, Status.OUTAGE), AT).code is Code.NOT_FOUND


def test_id_is_never_used_twice_when_an_incident_or_key_has_it(page):
    page = told(page, c.OpenIncident("i_1", "u_1", "T"), c.CreateKey("k_1", "mon", "hash"))
    for again in (c.OpenIncident("i_1", "u_2", "T"), c.CreateKey("k_1", "mon", "other")):
        with pytest.raises(DuplicateIdError):
            decide(page, again, AT)


def test_key_keeps_what_is_not_given_when_changed_and_is_gone_when_deleted(page):
    page = told(page, c.CreateKey("k_1", "mon", "hash"), c.ChangeKey("k_1", disabled=True))
    key = page.keys["k_1"]
    assert (key.name, key.hash, key.disabled) == ("mon", "hash", True)
    rotated = told(page, c.ChangeKey("k_1", hash="new")).keys["k_1"]
    assert (rotated.name, rotated.hash, rotated.disabled) == ("mon", "new", True)
    assert told(page, c.DeleteKey("k_1")).keys == {}


def with_nodes(page, count, kind):
    nodes = {f"c_x{n}": Component(f"c_x{n}", "n", AT, kind, position=n) for n in range(count)}
    return replace(page, components=nodes)


def test_bounds_are_stated_when_a_page_is_full(page):
    prime = replace(page, entitlement=Entitlement(Tier.PRIME))
    full = decide(with_nodes(prime, PRIME_LEAVES, ComponentKind.LEAF), c.AddComponent("c", "n"), AT)
    assert (full.code, "2000" in full.error) == (Code.COMPONENT_LIMIT, True)
    category = c.AddComponent("c", "n", ComponentKind.CATEGORY)
    full = decide(with_nodes(prime, CATEGORIES, ComponentKind.CATEGORY), category, AT)
    assert (full.code, "500" in full.error) == (Code.COMPONENT_LIMIT, True)


def test_leaves_stay_but_none_is_added_when_prime_has_lapsed(page):
    lapsing = replace(page, entitlement=Entitlement(Tier.PRIME, tier_until=LATER))
    six = with_nodes(lapsing, 6, ComponentKind.LEAF)
    add = c.AddComponent("c", "n")
    assert not isinstance(decide(six, add, LATER - timedelta(microseconds=1)), Rejection)
    refused = decide(six, add, LATER)
    assert (refused.code, "Prime" in refused.error) == (Code.COMPONENT_LIMIT, True)
    assert len(told(six, c.SetStatus("c_x5", Status.OUTAGE), at=LATER).components) == 6


def test_command_of_an_unknown_kind_raises_when_decided(page):
    with pytest.raises(KeyError):
        decide(page, object(), AT)
