"""The impact of an incident that nobody gave. Source: docs/behaviour.md, "Impact"."""

from datetime import UTC, datetime
from functools import partial

import pytest

from domain.page import commands as c
from domain.page.state import Entitlement, Page, Tier
from domain.status import Impact, IncidentState, Status
from tests.support.applied import apply

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
told = partial(apply, at=NOW)


def opened(impact=None, status="degraded"):
    page = told(Page("p"), c.CreatePage("a", "Acme", Entitlement(Tier.PRIME)))
    page = told(page, c.AddComponent("api", "API"))
    given = (c.StatusGiven("API", Status(status)),)
    return told(page, c.OpenIncident("i", "u", "Slow", impact, components=given))


def posted(page, status, state=IncidentState.IDENTIFIED):
    given = (c.StatusGiven("api", Status(status)), c.StatusGiven("nobody", Status.OUTAGE))
    return told(page, c.PostUpdate("i", "u", state, "Words", given))


def impact_of(page):
    return page.incidents["i"].impact


@pytest.mark.parametrize(
    ("status", "impact"), [("partial", Impact.MAJOR), ("outage", Impact.CRITICAL)]
)
def test_impact_follows_the_worst_claim_when_nobody_gave_one(status, impact):
    page = opened()
    assert impact_of(page) is Impact.MINOR
    # when it gets worse, then better
    worse = posted(page, status)
    assert impact_of(worse) is impact
    assert impact_of(posted(worse, "operational")) is impact


def test_impact_is_none_when_the_words_of_the_end_are_the_only_bad_ones():
    page = opened(status="operational")
    assert impact_of(posted(page, "outage", IncidentState.RESOLVED)) is Impact.NONE


@pytest.mark.parametrize("given_at", ["opening", "change"])
def test_impact_stays_when_it_was_given(given_at):
    page = opened(Impact.NONE if given_at == "opening" else None)
    if given_at == "change":
        page = told(page, c.ChangeIncident("i", impact=Impact.NONE))
    page = told(posted(page, "outage"), c.ChangeIncident("i", title="Down"))
    assert impact_of(posted(page, "partial")) is Impact.NONE
    # until it is changed
    assert impact_of(told(page, c.ChangeIncident("i", impact=Impact.MAJOR))) is Impact.MAJOR
