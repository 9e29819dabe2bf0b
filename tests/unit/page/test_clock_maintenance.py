"""A maintenance by the clock, told by the times that commands carry.

Source: docs/behaviour.md, "Maintenance".
"""

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
START, END = NOW + HOUR, NOW + 2 * HOUR
told = partial(apply, at=NOW)


def planned(start=START, end=END, zone="UTC", **more):
    """A page with a leaf and a window for it."""
    page = told(Page("p"), c.CreatePage("a", "Acme", Entitlement(Tier.PRIME)), at=NOW - HOUR)
    page = told(page, c.ChangePage(time_zone=zone), at=NOW - HOUR)
    page = told(page, c.AddComponent("api", "API"), at=NOW - HOUR)
    window = c.ScheduleMaintenance("w", "u1", "Disks", start, end, None, ("api",), **more)
    return told(page, window, at=NOW - HOUR)


def starts(page, due_at=START):
    """The page after the clock's start, which carries the instant that was planned."""
    return told(page, c.StartMaintenance("w", "u2", due_at=due_at), at=due_at)


def ends(page, due_at=END):
    return told(page, c.FinishMaintenance("w", "u3", due_at=due_at), at=due_at)


def refused(page, command, at):
    decision = decide(page, command, at)
    assert isinstance(decision, Rejection), decision
    assert decision.code is Code.CONFLICT


def test_window_lasts_from_plan_to_plan_when_the_clock_starts_and_ends_it():
    ended = ends(starts(planned())).incidents["w"]
    assert (ended.started_at, ended.resolved_at) == (START, END)
    assert [(cl.status, cl.from_at, cl.until_at) for cl in ended.claims] == [
        (Status.MAINTENANCE, START, END)
    ]
    assert [u.occurred_at for u in ended.updates] == [START, END]


def test_events_have_their_times_when_workers_were_down_until_after_the_end():
    # given something that was said and applied after both instants
    page = planned()
    later = END + HOUR
    page = told(page, c.SetStatus("api", Status.DEGRADED), at=later)
    # when the clock comes late
    page = ends(starts(page))
    # then the window was when it was planned, and nothing goes back in time for it
    assert (page.incidents["w"].started_at, page.incidents["w"].resolved_at) == (START, END)
    assert page.components["api"].status is Status.DEGRADED
    assert page.changed_at == later


@pytest.mark.parametrize("times", [1, 9])
def test_nothing_changes_when_the_clock_repeats_itself_without_its_key(times):
    running = starts(planned())
    ended = ends(running)
    for _ in range(times):
        refused(running, c.StartMaintenance("w", "again", due_at=START), START)
        refused(ended, c.StartMaintenance("w", "again", due_at=START), START)
        refused(ended, c.FinishMaintenance("w", "again", due_at=END), END)


def test_clock_does_nothing_when_start_or_end_is_switched_off():
    refused(planned(auto_start=False), c.StartMaintenance("w", "u", due_at=START), START)
    running = starts(planned(auto_end=False))
    refused(running, c.FinishMaintenance("w", "u", due_at=END), END)


def test_clock_does_not_start_again_when_the_owner_started_early():
    running = told(planned(), c.StartMaintenance("w", "u2"), at=START - HOUR / 2)
    refused(running, c.StartMaintenance("w", "u", due_at=START), START)
    assert ends(running).incidents["w"].started_at == START - HOUR / 2


def test_clock_does_not_end_again_when_the_owner_finished_early():
    ended = told(starts(planned()), c.FinishMaintenance("w", "u3"), at=END - HOUR / 2)
    refused(ended, c.FinishMaintenance("w", "u", due_at=END), END)
    assert ended.incidents["w"].resolved_at == END - HOUR / 2


def test_window_runs_on_when_it_may_overrun():
    running = starts(planned(auto_end=False))
    late = told(running, c.FinishMaintenance("w", "u3"), at=END + HOUR)
    assert late.incidents["w"].claims[0].until_at == END + HOUR
    # and an end that is over can't be given to the clock
    switched = decide(running, c.ChangeIncident("w", auto_end=True), END + HOUR)
    assert isinstance(switched, Rejection)
    assert list(switched.fields) == ["autoEnd"]


def test_planned_end_is_none_when_the_owner_starts_after_it():
    late = told(planned(auto_start=False), c.StartMaintenance("w", "u2"), at=END + HOUR)
    refused(late, c.FinishMaintenance("w", "u", due_at=END), END)


def test_old_end_is_void_when_a_running_window_is_planned_anew():
    later = END + HOUR
    moved = told(starts(planned()), c.ChangeIncident("w", scheduled_end=later), at=START)
    refused(moved, c.FinishMaintenance("w", "u", due_at=END), END)
    assert ends(moved, later).incidents["w"].resolved_at == later


def test_old_start_is_void_when_a_waiting_window_is_planned_anew():
    change = c.ChangeIncident("w", scheduled_start=END, scheduled_end=END + HOUR)
    moved = told(planned(), change)
    refused(moved, c.StartMaintenance("w", "u", due_at=START), START)
    assert starts(moved, END).incidents["w"].started_at == END


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (c.ChangeIncident("w", scheduled_end=START), "scheduledEnd"),
        (c.ChangeIncident("w", scheduled_start=END), "scheduledEnd"),
        (c.ChangeIncident("w", started_at=NOW), "startedAt"),
    ],
)
def test_plan_is_refused_when_it_makes_no_sense(change, field):
    assert list(decide(planned(), change, NOW).fields) == [field]


def test_start_can_not_be_moved_when_it_is_over():
    refused(starts(planned()), c.ChangeIncident("w", scheduled_start=NOW), START)
    refused(ends(starts(planned())), c.ChangeIncident("w", scheduled_end=END + HOUR), END)
    waiting = planned(auto_start=False)
    switched = decide(waiting, c.ChangeIncident("w", auto_start=True), START + HOUR / 2)
    assert list(switched.fields) == ["autoStart"]


def test_outage_shows_and_counts_when_a_window_overlaps_it():
    outage = c.OpenIncident("i", "u", "Down", components=(c.StatusGiven("api", Status.OUTAGE),))
    page = told(planned(), outage, at=START - HOUR / 2)
    page = starts(page)
    assert page.components["api"].status is Status.OUTAGE
    page = ends(page)
    assert page.components["api"].status is Status.OUTAGE
    assert page.incidents["i"].held == {"api": Status.OUTAGE}
    after = told(page, c.PostUpdate("i", "u9", IncidentState.RESOLVED), at=END + HOUR)
    assert after.components["api"].status is Status.OPERATIONAL


def test_window_lasts_its_hours_when_the_clocks_of_the_zone_are_changed():
    # given 00:30 to 04:30 by the clocks of Berlin, which go back at three: five hours
    start = datetime(2026, 10, 24, 22, 30, tzinfo=UTC)
    end = datetime(2026, 10, 25, 3, 30, tzinfo=UTC)
    page = ends(starts(planned(start, end, "Europe/Berlin"), start), end)
    claim = page.incidents["w"].claims[0]
    assert (claim.from_at, claim.until_at) == (start, end)
    assert claim.until_at - claim.from_at == 5 * HOUR


def test_clock_leaves_a_reopened_maintenance_alone():
    ended = ends(starts(planned()))
    again = told(ended, c.PostUpdate("w", "u4", IncidentState.MONITORING), at=END + HOUR)
    window = again.incidents["w"]
    assert (window.state, window.resolved_at, window.auto_end, window.held) == (
        IncidentState.MONITORING, None, False, {},
    )  # fmt: skip
    refused(again, c.FinishMaintenance("w", "u", due_at=END), END)


def test_words_before_the_start_change_nothing_when_they_are_posted():
    page = told(planned(), c.PostUpdate("w", "u4", IncidentState.SCHEDULED, "Still on."))
    window = page.incidents["w"]
    assert (window.state, window.started_at, window.held) == (IncidentState.SCHEDULED, START, {})
    given = (c.StatusGiven("api", Status.OUTAGE),)
    said = decide(page, c.PostUpdate("w", "u5", IncidentState.SCHEDULED, "x", given), NOW)
    assert list(said.fields) == ["components"]
    said = decide(starts(page), c.PostUpdate("w", "u5", IncidentState.SCHEDULED, "x"), START)
    assert list(said.fields) == ["state"]


def test_window_starts_when_an_update_says_that_it_has():
    page = told(planned(), c.PostUpdate("w", "u4", IncidentState.IN_PROGRESS, "Now."), at=START)
    assert page.incidents["w"].held == {"api": Status.MAINTENANCE}
    assert ends(page).incidents["w"].resolved_at == END
