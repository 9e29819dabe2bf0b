"""What an owner does to incidents and to their words, by the rules alone.

Source: docs/behaviour.md, "Claims" and "Resolving an incident".
"""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from domain.page import commands as c
from domain.page.decide.table import decide
from domain.page.state import Entitlement, Page, Tier
from domain.results import Code
from domain.status import Impact, IncidentState, Status
from tests.support.applied import apply

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DOWN = (c.StatusGiven("api", Status.OUTAGE),)
told = partial(apply, at=NOW)


@pytest.fixture
def page():
    page = told(Page("p"), c.CreatePage("a", "Acme", Entitlement(Tier.PRIME)))
    return told(page, c.AddComponent("api", "API"))


def down(page, **more):
    return told(page, c.OpenIncident("i", "u1", "Down", None, "Words", DOWN, **more))


def lasts(incident):
    return [(claim.from_at, claim.until_at) for claim in incident.claims]


def test_downtime_counts_from_its_start_when_an_incident_is_told_late(page):
    page = down(page, started_at=NOW - HOUR)
    incident = page.incidents["i"]
    assert (incident.started_at, incident.posted_at) == (NOW - HOUR, NOW)
    assert (incident.updates[0].occurred_at, incident.updates[0].posted_at) == (NOW - HOUR, NOW)
    assert lasts(incident) == [(NOW - HOUR, None)]
    assert page.components["api"].status is Status.OUTAGE


def test_leaf_shows_nothing_of_it_when_an_incident_is_told_after_its_end(page):
    page = down(page, started_at=NOW - HOUR, state=IncidentState.RESOLVED)
    incident = page.incidents["i"]
    assert (incident.resolved_at, lasts(incident)) == (NOW, [(NOW - HOUR, NOW)])
    assert page.components["api"].status is Status.OPERATIONAL


def test_incident_is_refused_when_it_starts_in_the_future(page):
    said = decide(page, c.OpenIncident("i", "u", "Down", started_at=NOW + HOUR), NOW)
    assert (said.code, list(said.fields)) == (Code.VALIDATION, ["startedAt"])


@pytest.mark.parametrize("hours", [-2, -0.5])
def test_claims_begin_with_the_incident_when_its_start_is_corrected(page, hours):
    page = down(page, started_at=NOW - HOUR)
    began_at = NOW + hours * HOUR
    change = c.ChangeIncident("i", "Was down", Impact.NONE, began_at)
    changed = told(page, change, at=NOW + HOUR).incidents["i"]
    assert (changed.title, changed.impact, changed.started_at) == (
        "Was down", Impact.NONE, began_at,
    )  # fmt: skip
    assert lasts(changed) == [(began_at, None)]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"started_at": NOW + HOUR}, "startedAt"),
        ({"scheduled_start": NOW}, "scheduledStart"),
        ({"scheduled_end": NOW}, "scheduledEnd"),
        ({"auto_start": False}, "autoStart"),
        ({"auto_end": True}, "autoEnd"),
    ],
)
def test_change_is_refused_when_it_makes_no_sense(page, change, field):
    said = decide(down(page), c.ChangeIncident("i", **change), NOW)
    assert (said.code, list(said.fields)) == (Code.VALIDATION, [field])


def test_update_says_that_it_was_edited_when_its_words_are_others(page):
    page = told(down(page), c.EditUpdate("i", "u1", "Better words"), at=NOW + HOUR)
    update = page.incidents["i"].updates[0]
    assert (update.body, update.edited_at, update.posted_at) == ("Better words", NOW + HOUR, NOW)
    assert page.changed_at == NOW + HOUR


def test_only_words_are_gone_when_an_update_is_deleted(page):
    page = told(down(page), c.DeleteUpdate("i", "u1"))
    incident = page.incidents["i"]
    assert (incident.updates, incident.held) == ((), {"api": Status.OUTAGE})
    assert page.components["api"].status is Status.OUTAGE


@pytest.mark.parametrize(
    "command",
    [
        c.ChangeIncident("nobody", "x"),
        c.EditUpdate("nobody", "u1", "x"),
        c.EditUpdate("i", "nobody", "x"),
        c.DeleteUpdate("i", "nobody"),
    ],
)
def test_nothing_happens_when_there_is_no_such_thing(page, command):
    assert decide(down(page), command, NOW).code is Code.NOT_FOUND


def test_update_is_refused_when_its_author_has_not_seen_the_newest_one(page):
    # Given two owners who have seen the same update, and one who saw an incident without any
    page = down(page)
    post = partial(c.PostUpdate, "i", state=IncidentState.IDENTIFIED, body="Words")
    after = told(page, post(update_id="u2", etag="u1"))

    # When the second posts, then it is refused, until it has seen the first one's
    assert decide(after, post(update_id="u3", etag="u1"), NOW).code is Code.CONFLICT
    assert told(after, post(update_id="u3", etag="u2")).incidents["i"].etag == "u3"
    # And a deletion is a change; without updates the incident's own id is its etag
    bare = told(page, c.DeleteUpdate("i", "u1"))
    assert decide(bare, post(update_id="u3", etag="u1"), NOW).code is Code.CONFLICT
    assert told(bare, post(update_id="u3", etag="i")).incidents["i"].etag == "u3"
    # And payloads that name no etag are as before
    assert told(after, post(update_id="u3")).incidents["i"].etag == "u3"
