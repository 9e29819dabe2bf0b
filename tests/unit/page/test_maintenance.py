"""A maintenance by hand: planned, started, finished. Source: docs/behaviour.md, "Maintenance"."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from domain.page import commands as c
from domain.page.decide.table import decide
from domain.page.state import Entitlement, Page, Tier
from domain.results import Code, Rejection
from domain.status import IncidentState, Status
from tests.support.applied import apply

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
told = partial(apply, at=NOW)


@pytest.fixture
def page():
    """A page with two leaves and a window planned for both of them and an unknown one."""
    return told(
        Page("p"),
        c.CreatePage("a", "Acme", Entitlement(Tier.PRIME)),
        c.AddComponent("api", "API"),
        c.AddComponent("db", "Database"),
        c.ScheduleMaintenance(
            "w", "u1", "Disks", NOW + HOUR, NOW + 2 * HOUR, "Soon.", ("api", "database", "gone")
        ),
    )


def shown(page):
    return {leaf.id: leaf.status for leaf in page.components.values()}


def test_nothing_is_claimed_when_a_maintenance_is_only_planned(page):
    window = page.incidents["w"]
    assert (window.state, window.leaves, window.held) == (
        IncidentState.SCHEDULED,
        ("api", "db"),
        {},
    )
    assert set(shown(page).values()) == {Status.OPERATIONAL}


def test_leaves_are_claimed_when_it_starts_early_and_free_when_it_ends(page):
    # when it starts half an hour before its time
    running = told(page, c.StartMaintenance("w", "u2"), at=NOW + HOUR / 2)
    # then its leaves show it, and it began when it did, not when it was planned
    assert shown(running) == {"api": Status.MAINTENANCE, "db": Status.MAINTENANCE}
    assert running.incidents["w"].started_at == NOW + HOUR / 2
    # and when it ends they are free
    ended = told(running, c.FinishMaintenance("w", "u3"), at=NOW + HOUR)
    assert set(shown(ended).values()) == {Status.OPERATIONAL}
    assert ended.incidents["w"].resolved_at == NOW + HOUR
    assert {claim.until_at for claim in ended.incidents["w"].claims} == {NOW + HOUR}


def test_worse_claim_goes_on_showing_when_a_maintenance_starts_over_it(page):
    # given an outage of the API
    outage = c.StatusGiven("API", Status.OUTAGE)
    troubled = told(page, c.OpenIncident("i", "u2", "Down", components=(outage,)))
    # when the maintenance starts, and when the outage ends first
    running = told(troubled, c.StartMaintenance("w", "u3"), at=NOW + HOUR)
    after = told(running, c.PostUpdate("i", "u4", IncidentState.RESOLVED), at=NOW + HOUR * 1.5)
    # then the outage shows as long as it lasts, and the maintenance after it
    assert shown(running) == {"api": Status.OUTAGE, "db": Status.MAINTENANCE}
    assert shown(after) == {"api": Status.MAINTENANCE, "db": Status.MAINTENANCE}


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (c.FinishMaintenance("w", "u2"), Code.CONFLICT),
        (c.StartMaintenance("nobody", "u2"), Code.NOT_FOUND),
        (c.ScheduleMaintenance("w2", "u2", "Back", NOW, NOW), Code.VALIDATION),
    ],
)
def test_nothing_happens_when_it_makes_no_sense(page, command, code):
    decision = decide(page, command, NOW)
    assert isinstance(decision, Rejection)
    assert decision.code is code


@pytest.mark.parametrize("command", [c.StartMaintenance, c.FinishMaintenance])
def test_state_is_to_blame_when_an_incident_is_told_to_start_or_finish(page, command):
    page = told(page, c.OpenIncident("i", "u2", "Down"))
    refused = decide(page, command("i", "u3"), NOW)
    assert refused.code is Code.VALIDATION
    assert "post an update" in refused.fields["state"]
