"""The overall status of a page. Source: docs/behaviour.md, "Overall status"."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from domain.page import commands as c
from domain.page.overall import overall
from domain.page.state import Entitlement, Page, Tier
from domain.status import Impact, IncidentState, Status
from tests.support.applied import apply

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
RESOLVED = IncidentState.RESOLVED
told = partial(apply, at=NOW)


@pytest.fixture
def page():
    page = told(Page("p"), c.CreatePage("a", "Acme", Entitlement(Tier.PRIME)))
    return told(page, c.AddComponent("api", "API"), c.AddComponent("db", "Database"))


def overall_of(page):
    return overall(page.components, page.incidents.values())


def opened(page, impact=None, **statuses):
    given = tuple(c.StatusGiven(leaf, Status(status)) for leaf, status in statuses.items())
    return told(page, c.OpenIncident("i", "u", "Fire", impact, components=given))


@pytest.mark.parametrize(
    ("impact", "status"),
    [
        (Impact.NONE, Status.OPERATIONAL),
        (Impact.MINOR, Status.DEGRADED),
        (Impact.MAJOR, Status.PARTIAL),
        (Impact.CRITICAL, Status.OUTAGE),
    ],
)
def test_overall_is_lifted_by_its_impact_when_an_incident_names_no_leaf(page, impact, status):
    burning = opened(page, impact)
    assert overall_of(burning) is status
    # and by its impact as it is now, until it is resolved
    worse = told(burning, c.ChangeIncident("i", impact=Impact.CRITICAL))
    assert overall_of(worse) is Status.OUTAGE
    assert overall_of(told(worse, c.PostUpdate("i", "u2", RESOLVED))) is Status.OPERATIONAL


def test_overall_is_the_worst_of_leaves_and_impacts_when_both_speak(page):
    page = opened(told(page, c.SetStatus("API", Status.PARTIAL)), Impact.MINOR)
    assert overall_of(page) is Status.PARTIAL
    assert overall_of(told(page, c.SetStatus("API", Status.OPERATIONAL))) is Status.DEGRADED


def test_overall_follows_the_leaves_alone_when_an_incident_claimed_one(page):
    page = opened(page, Impact.CRITICAL, api="operational")
    assert overall_of(page) is Status.OPERATIONAL
    # also once it claims none any more
    page = told(page, c.PostUpdate("i", "u2", RESOLVED), at=NOW + timedelta(hours=1))
    page = told(page, c.PostUpdate("i", "u3", IncidentState.MONITORING), at=NOW)
    assert overall_of(page) is Status.OPERATIONAL


def test_overall_is_lifted_when_all_leaves_that_an_incident_claimed_are_gone(page):
    page = opened(page, Impact.MAJOR, api="operational", db="operational")
    page = told(page, c.DeleteComponent("api"))
    assert overall_of(page) is Status.OPERATIONAL
    assert overall_of(told(page, c.DeleteComponent("db"))) is Status.PARTIAL


def test_overall_is_not_lifted_when_a_maintenance_names_no_leaf(page):
    end = NOW + timedelta(hours=1)
    page = told(page, c.ScheduleMaintenance("w", "u", "Disks", NOW, end))
    page = told(page, c.StartMaintenance("w", "u2"), c.ChangeIncident("w", impact=Impact.MAJOR))
    assert overall_of(page) is Status.OPERATIONAL
