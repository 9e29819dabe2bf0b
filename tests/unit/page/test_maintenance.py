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


def test_worse_claim_goes_on_showing_when_the_clock_starts_a_maintenance_over_it(page):
    # given an outage of the API
    outage = c.StatusGiven("API", Status.OUTAGE)
    troubled = told(page, c.OpenIncident("i", "u2", "Down", components=(outage,)))
    # when the maintenance starts, and when the outage ends first
    start = c.StartMaintenance("w", "u3", due_at=NOW + HOUR)
    running = told(troubled, start, at=NOW + HOUR)
    after = told(running, c.PostUpdate("i", "u4", IncidentState.RESOLVED), at=NOW + HOUR * 1.5)
    # then the outage shows as long as it lasts, and the maintenance after it
    assert shown(running) == {"api": Status.OUTAGE, "db": Status.MAINTENANCE}
    assert shown(after) == {"api": Status.MAINTENANCE, "db": Status.MAINTENANCE}


def test_maintenance_shows_when_a_person_starts_it_over_an_outage(page):
    # given an outage of the API
    outage = c.StatusGiven("API", Status.OUTAGE)
    troubled = told(page, c.OpenIncident("i", "u2", "Down", components=(outage,)))
    # when a person starts the maintenance
    running = told(troubled, c.StartMaintenance("w", "u3"), at=NOW + HOUR)
    # then that was said last; the outage is back after it
    assert shown(running) == {"api": Status.MAINTENANCE, "db": Status.MAINTENANCE}
    ended = told(running, c.FinishMaintenance("w", "u4"), at=NOW + HOUR * 1.5)
    assert shown(ended) == {"api": Status.OUTAGE, "db": Status.OPERATIONAL}


def called_off(page, at=NOW + HOUR / 2):
    return told(page, c.PostUpdate("w", "u2", IncidentState.RESOLVED, "Not needed."), at=at)


def test_maintenance_never_began_when_it_is_resolved_before_its_start(page):
    window = called_off(page).incidents["w"]
    assert window.is_called_off
    assert (window.claims, window.resolved_at) == ((), NOW + HOUR / 2)
    assert shown(called_off(page)) == shown(page)
    # and the clock does not start it
    start = c.StartMaintenance("w", "u3", due_at=NOW + HOUR)
    assert decide(called_off(page), start, NOW + HOUR).code is Code.CONFLICT


def test_maintenance_stays_called_off_when_more_is_said_of_it(page):
    more = c.PostUpdate("w", "u3", IncidentState.RESOLVED, "Sorry.")
    assert told(called_off(page), more, at=NOW + HOUR).incidents["w"].is_called_off


def test_maintenance_began_when_it_is_reopened_after_it_was_called_off(page):
    reopened = c.PostUpdate("w", "u3", IncidentState.IN_PROGRESS, "After all.")
    page = told(called_off(page), reopened, at=NOW + HOUR)
    assert page.incidents["w"].started_at == NOW + HOUR
    page = told(page, c.FinishMaintenance("w", "u4"), at=NOW + 2 * HOUR)
    assert not page.incidents["w"].is_called_off


def test_maintenance_was_not_called_off_when_it_ran(page):
    running = told(page, c.StartMaintenance("w", "u2"), at=NOW + HOUR)
    assert not running.incidents["w"].is_called_off
    ended = told(running, c.FinishMaintenance("w", "u3"), at=NOW + HOUR * 1.5)
    assert not ended.incidents["w"].is_called_off


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
