"""Which incident or toggle said what a leaf shows, and what that means when an incident ends.

Source: docs/behaviour.md, "What a leaf shows" and "Resolving an incident".
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from domain.page import commands as c
from domain.page.origin import origins
from domain.page.state import Entitlement, Page, Tier
from domain.page.uptime.shown import TOGGLE
from domain.status import IncidentState, Status
from tests.support.applied import apply

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
RESOLVED = IncidentState.RESOLVED
told = partial(apply, at=NOW)


@pytest.fixture
def page():
    page = told(Page("p"), c.CreatePage("a", "Acme", Entitlement(Tier.PRIME)))
    return told(page, c.AddComponent("api", "API"), c.AddComponent("db", "Database"))


def given(**statuses):
    return tuple(c.StatusGiven(leaf, Status(status)) for leaf, status in statuses.items())


def opened(page, id_, at=NOW, state=IncidentState.INVESTIGATING, **statuses):
    command = c.OpenIncident(
        id_, f"u_{id_}", "Down", None, "Words", given(**statuses), state, NOW - HOUR
    )
    return told(page, command, at=at)


def posted(page, id_, state=IncidentState.IDENTIFIED, at=NOW + MINUTE, **statuses):
    return told(page, c.PostUpdate(id_, f"u_{id_}{at}", state, None, given(**statuses)), at=at)


def shown(page):
    return {leaf.id: str(leaf.status) for leaf in page.components.values()}


def test_last_word_is_the_origin_when_the_status_stays_the_same(page):
    page = opened(page, "i", api="outage")
    toggled = told(page, c.SetStatus("API", Status.OUTAGE))
    assert (origins(page)["api"], origins(toggled)["api"]) == ("i", TOGGLE)
    # then visitors see no change, and the end of the incident changes nothing
    assert toggled.changed_at == page.changed_at
    assert toggled.components["api"].status_at == page.components["api"].status_at
    assert shown(posted(toggled, "i", RESOLVED))["api"] == "outage"
    # but an incident that says it again is the origin again
    again = posted(toggled, "i", api="outage")
    assert shown(posted(again, "i", RESOLVED, NOW + HOUR))["api"] == "operational"


@pytest.mark.parametrize("end", [c.DeleteIncident("i"), c.PostUpdate("i", "u", RESOLVED)])
def test_later_word_stays_when_an_incident_ends(page, end):
    # given an incident on two leaves, and a toggle or another incident on each
    page = opened(page, "i", api="outage", db="outage")
    page = told(page, c.SetStatus("API", Status.DEGRADED), at=NOW + MINUTE)
    page = opened(page, "j", NOW + MINUTE, db="partial")
    # when it ends, then the other incident too
    page = told(page, end, at=NOW + HOUR)
    assert shown(page) == {"api": "degraded", "db": "partial"}
    assert shown(posted(page, "j", RESOLVED, NOW + HOUR)) == {
        "api": "degraded", "db": "operational",
    }  # fmt: skip


@pytest.mark.parametrize("end", [c.DeleteIncident("i"), c.PostUpdate("i", "u", RESOLVED)])
def test_worst_claim_of_another_shows_and_is_the_origin_when_an_incident_ends(page, end):
    page = opened(opened(page, "mild", db="degraded"), "bad", db="partial")
    page = opened(page, "i", NOW + MINUTE, db="maintenance")
    after = told(page, end, at=NOW + HOUR)
    assert (shown(after)["db"], origins(after)["db"]) == ("partial", "bad")
    assert shown(posted(after, "bad", RESOLVED, NOW + HOUR))["db"] == "degraded"


def test_named_leaves_take_the_status_given_when_an_incident_is_resolved(page):
    page = posted(opened(page, "i", api="outage"), "i", RESOLVED, api="degraded", db="partial")
    assert shown(page) == {"api": "degraded", "db": "partial"}
    # and a further resolved update, or the deletion, changes only what it names
    assert shown(posted(page, "i", RESOLVED, NOW + HOUR, db="outage")) == {
        "api": "degraded", "db": "outage",
    }  # fmt: skip
    assert shown(told(page, c.DeleteIncident("i"))) == shown(page)


def test_nothing_shown_changes_when_what_is_reported_is_over(page):
    page = told(page, c.SetStatus("db", Status.DEGRADED))
    after = opened(page, "i", NOW, RESOLVED, api="outage", db="operational")
    assert (shown(after), origins(after)) == (shown(page), origins(page))
    assert {claim.component_id for claim in after.incidents["i"].claims} == {"api", "db"}


def test_outage_stays_when_the_clock_ends_a_maintenance_during_which_it_began(page):
    # given a running maintenance, during which a monitor toggles the API
    page = scheduled(page, NOW + HOUR)
    page = told(page, c.StartMaintenance("w", "u2", due_at=NOW + HOUR), at=NOW + HOUR)
    assert shown(page) == {"api": "maintenance", "db": "maintenance"}
    page = told(page, c.SetStatus("API", Status.OUTAGE), at=NOW + 1.5 * HOUR)
    # when the clock ends it
    page = told(page, c.FinishMaintenance("w", "u3", due_at=NOW + 2 * HOUR), at=NOW + 2 * HOUR)
    # then what was said meanwhile stays
    assert shown(page) == {"api": "outage", "db": "operational"}


def test_nothing_worse_is_hidden_when_the_clock_starts_a_maintenance(page):
    # given a toggle on one leaf
    page = told(scheduled(page, NOW + HOUR), c.SetStatus("API", Status.DEGRADED))
    # when the clock starts and ends it
    page = told(page, c.StartMaintenance("w", "u2", due_at=NOW + HOUR), at=NOW + HOUR)
    assert (shown(page), origins(page)) == (
        {"api": "degraded", "db": "maintenance"},
        {"api": TOGGLE, "db": "w"},
    )
    assert set(page.incidents["w"].held) == {"api", "db"}
    page = told(page, c.FinishMaintenance("w", "u3", due_at=NOW + 2 * HOUR), at=NOW + 2 * HOUR)
    assert shown(page) == {"api": "degraded", "db": "operational"}


def scheduled(page, start, **more):
    window = c.ScheduleMaintenance(
        "w", "u1", "Disks", start, start + HOUR, None, ("api", "db"), **more
    )
    return told(page, window)


def clock_edges(page, start):
    started = told(page, c.StartMaintenance("w", "u2", due_at=start), at=start)
    finish = c.FinishMaintenance("w", "u3", due_at=start + HOUR)
    return started, told(started, finish, at=start + HOUR)


@pytest.mark.parametrize("plan", ["planned", "replanned"])
def test_nothing_shown_changes_when_a_maintenance_is_planned_for_the_past(page, plan):
    start = NOW - 3 * HOUR
    if plan == "planned":
        planned = scheduled(page, start)
    else:
        change = c.ChangeIncident("w", scheduled_start=start, scheduled_end=start + HOUR)
        planned = told(scheduled(page, NOW + HOUR), change)
    started, ended = clock_edges(planned, start)
    assert shown(started) == shown(ended) == shown(page)
    assert origins(ended) == origins(page)
    assert [(claim.from_at, claim.until_at) for claim in ended.incidents["w"].claims] == [
        (start, start + HOUR)
    ] * 2


def test_maintenance_shows_when_its_start_is_past_and_its_end_is_open(page):
    planned = scheduled(page, NOW - 3 * HOUR, auto_end=False)
    start = c.StartMaintenance("w", "u2", due_at=NOW - 3 * HOUR)
    assert shown(told(planned, start, at=NOW - 3 * HOUR))["api"] == "maintenance"


# Rows of older versions


def aged(page, **leaf):
    """The page as an older version leaves it: it knows no origins, and sets statuses."""
    old = {id_: replace(node, **leaf) for id_, node in page.components.items()}
    return replace(page, components=old)


def test_newest_equal_claim_is_the_origin_when_an_older_version_set_the_status(page):
    page = opened(opened(page, "i", db="outage"), "j", NOW + MINUTE, db="outage")
    page = posted(opened(page, "k", NOW + HOUR, api="degraded"), "k", RESOLVED, api="degraded")
    old = aged(page, origin=None, origin_at=None)
    assert origins(old) == {"api": TOGGLE, "db": "j"}
    assert shown(posted(old, "i", RESOLVED, NOW + HOUR))["db"] == "outage"


def test_origin_does_not_count_when_an_older_version_set_the_status_since(page):
    page = opened(page, "i", api="outage", db="outage")
    mixed = aged(page, status=Status.DEGRADED, status_at=NOW + MINUTE)
    assert origins(mixed) == {"api": TOGGLE, "db": TOGGLE}
    assert shown(posted(mixed, "i", RESOLVED, NOW + HOUR))["api"] == "degraded"
