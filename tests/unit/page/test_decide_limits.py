"""How much a page can hold: one more is refused with a sentence, what ends something never is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.page import commands as c
from domain.page import limits as bounds
from domain.page import room as crowding
from domain.page.apply import apply_all
from domain.page.decide.table import decide
from domain.page.state import Claim, Component, Entitlement, Incident, Key, Page, Update
from domain.results import Code, Rejection
from domain.status import Impact, IncidentKind, IncidentState, Status

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DOWN = (c.StatusGiven("api", Status.OUTAGE),)
OPEN = c.OpenIncident("i_new", "u_new", "Down", components=DOWN)
OVER = replace(OPEN, state=IncidentState.RESOLVED)
PLAN = c.ScheduleMaintenance("i_new", "u_new", "Disks", NOW + HOUR, NOW + 2 * HOUR)
SAID = Update("u", IncidentState.IDENTIFIED, "Words", NOW, NOW)


def incident(id_="i", **more):
    given = {"state": IncidentState.INVESTIGATING, **more}
    return Incident(
        id_, "Down", Impact.NONE, started_at=NOW, posted_at=NOW, updated_at=NOW, **given
    )


def resolved(id_, **more):
    return incident(id_, state=IncidentState.RESOLVED, resolved_at=NOW, **more)


def page(*incidents, **more):
    api = Component("api", "API", NOW, status=Status.OPERATIONAL, status_at=NOW)
    held = {one.id: one for one in incidents}
    return Page(
        "p", created_at=NOW, entitlement=Entitlement(), components={"api": api}, incidents=held,
        **more,
    )  # fmt: skip


def many(make, count, **more):
    return page(*(make(f"i_{number}", **more) for number in range(count)))


def is_full(held, command):
    """Whether it is refused for want of room; any other refusal is a mistake of the test."""
    decision = decide(held, command, NOW)
    if isinstance(decision, Rejection):
        assert (decision.code, decision.fields) == (Code.CONFLICT, {})
        assert "up to" in decision.error
        return True
    apply_all(held, decision)
    return False


def window(id_, **more):
    return incident(
        id_, kind=IncidentKind.MAINTENANCE, scheduled_start=NOW, scheduled_end=NOW + HOUR, **more
    )


@pytest.mark.parametrize(
    ("make", "bound", "command"),
    [
        (incident, bounds.UNRESOLVED, OPEN),
        (window, bounds.PLANNED, PLAN),
        (resolved, bounds.RECENT, OPEN),
        (resolved, bounds.RECENT, OVER),
        (resolved, bounds.RECENT, PLAN),
    ],
)
def test_one_more_is_refused_when_a_page_has_as_many_as_it_can(make, bound, command):
    assert is_full(many(make, bound), command)
    assert not is_full(many(make, bound - 1), command)


def test_incident_told_when_it_is_over_is_kept_when_too_many_are_open():
    assert not is_full(many(incident, bounds.UNRESOLVED), OVER)


def test_incident_stays_resolved_when_too_many_are_open():
    crowd = many(incident, bounds.UNRESOLVED)
    held = replace(crowd, incidents={**crowd.incidents, "i": resolved("i")})
    assert is_full(held, c.PostUpdate("i", "u_new", IncidentState.MONITORING))
    # and another word about it, which opens nothing, is fine
    assert not is_full(held, c.PostUpdate("i", "u_new", IncidentState.RESOLVED))


def test_update_is_refused_when_an_incident_is_full_but_not_a_resolving_one():
    told = page(incident("i", updates=(SAID,) * bounds.UPDATES))
    assert is_full(told, c.PostUpdate("i", "u_new", IncidentState.MONITORING))
    end = c.PostUpdate("i", "u_new", IncidentState.RESOLVED)
    assert not is_full(told, end)
    # once: what is over has no last words without end
    over = apply_all(told, decide(told, end, NOW))
    assert is_full(over, replace(end, update_id="u_newer"))


def test_maintenance_begins_and_ends_when_it_has_as_many_updates_as_it_can():
    waiting = window("i", updates=(SAID,) * bounds.UPDATES)
    held = page(replace(waiting, state=IncidentState.SCHEDULED))
    started = apply_all(held, decide(held, c.StartMaintenance("i", "u_1", due_at=NOW), NOW))
    assert not is_full(started, c.FinishMaintenance("i", "u_2"))


def test_claim_is_refused_when_there_are_as_many_as_a_page_can_hold(monkeypatch):
    monkeypatch.setattr(crowding, "CLAIMS", 3)
    claims = tuple(Claim("api", Status.OUTAGE, NOW, NOW + HOUR) for _ in range(3))
    held = page(resolved("i_old", claims=claims), incident("i"))
    post = c.PostUpdate("i", "u_new", IncidentState.MONITORING, None, DOWN)
    assert is_full(held, OPEN)
    assert is_full(held, post)
    assert is_full(held, replace(PLAN, components=("api",)))
    # while words, and what ends it, are fine
    assert not is_full(held, replace(post, components=()))
    assert not is_full(held, replace(post, state=IncidentState.RESOLVED))
    assert not is_full(held, PLAN)


def test_key_is_refused_when_a_page_has_as_many_as_it_can():
    keys = {f"k_{n}": Key(f"k_{n}", "monitor", f"hash {n}", NOW) for n in range(bounds.KEYS)}
    create = c.CreateKey("k_new", "monitor", "hash")
    assert is_full(page(keys=keys), create)
    freed = page(keys=keys)
    freed = apply_all(freed, decide(freed, c.DeleteKey("k_1"), NOW))
    assert not is_full(freed, create)
