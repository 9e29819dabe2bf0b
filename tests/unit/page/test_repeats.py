"""An update that says nothing new, and what an answer tells of references.

Source: docs/behaviour.md, "Updates that say nothing new" and "Component references".
"""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from domain.page import commands as c
from domain.page.commands import Repeat
from domain.page.decide.outcomes import remarks_on
from domain.page.decide.table import decide
from domain.page.state import Entitlement, Page, Tier
from domain.results import Code, Remarks
from domain.status import IncidentState, Status
from tests.support.applied import apply

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SCHEDULED, RESOLVED = IncidentState.SCHEDULED, IncidentState.RESOLVED
INVESTIGATING, MONITORING = IncidentState.INVESTIGATING, IncidentState.MONITORING
DOWN = (c.StatusGiven("API", Status.OUTAGE),)
told = partial(apply, at=NOW)


@pytest.fixture
def page():
    page = told(Page("p"), c.CreatePage("a", "Acme", Entitlement(Tier.PRIME)))
    page = told(page, c.AddComponent("api", "API"), c.AddComponent("db", "Database"))
    page = told(page, c.OpenIncident("i", "u1", "Down", None, "Words", DOWN))
    later = NOW + timedelta(hours=1)
    return told(page, c.ScheduleMaintenance("w", "u2", "Disks", later, later + (later - NOW)))


def update(id_, state, body=None, components=(), repeat=Repeat.SKIP):
    return c.PostUpdate(id_, "u", state, body, components, repeat)


def remarks(page, command):
    events = decide(page, command, NOW)
    return remarks_on(page, command, events)


@pytest.mark.parametrize(
    "repeat",
    [
        update("i", INVESTIGATING),
        update("i", INVESTIGATING, "", DOWN),
        update("i", INVESTIGATING, None, (*DOWN, c.StatusGiven("nobody", Status.PARTIAL))),
    ],
)
def test_nothing_is_added_when_an_update_says_nothing_new(page, repeat):
    assert decide(page, repeat, NOW) == ()
    assert remarks(page, repeat).unchanged
    assert remarks(page, repeat).update_id == "u1"


@pytest.mark.parametrize("state", [SCHEDULED, RESOLVED])
def test_nothing_is_added_when_a_state_is_said_twice(page, state):
    page = told(page, update("w", state))
    assert decide(page, update("w", state), NOW) == ()


def test_update_is_refused_by_its_body_when_an_owner_says_nothing_new(page):
    refused = decide(page, update("i", INVESTIGATING, None, DOWN, Repeat.REFUSE), NOW)
    assert (refused.code, list(refused.fields)) == (Code.VALIDATION, ["body"])


def test_update_is_added_when_an_older_version_sent_it(page):
    page = told(page, c.PostUpdate("i", "u9", INVESTIGATING))
    assert page.incidents["i"].updates[-1].id == "u9"


@pytest.mark.parametrize(
    "news",
    [
        update("i", MONITORING),
        update("i", INVESTIGATING, "Still down."),
        update("i", INVESTIGATING, None, (c.StatusGiven("API", Status.PARTIAL),)),
        update("i", INVESTIGATING, None, (c.StatusGiven("Database", Status.OPERATIONAL),)),
        update("w", IncidentState.IN_PROGRESS),
    ],
)
def test_update_is_added_when_it_says_anything_new(page, news):
    assert told(page, news).incidents[news.incident_id].updates[-1].id == "u"
    assert remarks(page, news) is None


def test_update_is_added_when_its_status_was_toggled_away(page):
    page = told(page, c.SetStatus("API", Status.OPERATIONAL))
    page = told(page, update("i", INVESTIGATING, None, DOWN))
    assert page.components["api"].status is Status.OUTAGE


def test_newest_update_is_none_when_an_incident_has_no_message(page):
    page = told(page, c.OpenIncident("j", "u3", "Slow"))
    repeat = update("j", INVESTIGATING)
    assert remarks(page, repeat) == Remarks(unchanged=True, update_id=None)


def test_repeat_is_no_update_too_many_when_an_incident_is_full(page, monkeypatch):
    monkeypatch.setattr("domain.page.room.UPDATES", 1)
    assert decide(page, update("i", INVESTIGATING), NOW) == ()


# References


def given(*references):
    return tuple(c.StatusGiven(reference, Status.OUTAGE) for reference in references)


def test_each_unknown_reference_is_told_once_as_sent_when_some_are_repeated(page):
    page = told(page, c.AddComponent("site", "Site", kind="category"))
    command = c.OpenIncident("j", "u3", "Down", components=given("x", "api", "site", "X", "x"))
    assert remarks(page, command) == Remarks(("x", "site", "X"))


def test_twenty_references_of_120_characters_are_told_when_there_are_more(page):
    command = c.OpenIncident("j", "u3", "Down", components=given(*("é" * n for n in range(500))))
    assert remarks(page, command).ignored == tuple("é" * n for n in range(20))
    long = c.PostUpdate("i", "u3", MONITORING, None, given("é" * 130))
    assert remarks(page, long).ignored == ("é" * 120,)


def test_unknown_references_are_told_when_a_maintenance_is_planned(page):
    end = NOW + timedelta(hours=1)
    command = c.ScheduleMaintenance("w2", "u3", "Disks", NOW, end, None, ("API", "gone"))
    assert remarks(page, command).ignored == ("gone",)


def test_nothing_is_remarked_when_all_references_are_known(page):
    assert remarks(page, c.OpenIncident("j", "u3", "Down", components=DOWN)) is None
    assert remarks(page, c.SetStatus("API", Status.OUTAGE)) is None
