"""Times of incidents: starts, ends, and updates about the past.

Source: docs/behaviour.md, "Timelines".
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from domain.page import commands as c
from domain.page.decide.table import decide
from domain.page.limits import UPDATES
from domain.page.state import Entitlement, Page, Tier
from domain.page.timeline import open_seconds
from domain.page.uptime.percent import percent
from domain.results import Code
from domain.status import IncidentState, Status
from tests.support.applied import apply

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
INVESTIGATING, MONITORING, RESOLVED, IN_PROGRESS, SCHEDULED = (
    IncidentState.INVESTIGATING,
    IncidentState.MONITORING,
    IncidentState.RESOLVED,
    IncidentState.IN_PROGRESS,
    IncidentState.SCHEDULED,
)
told = partial(apply, at=NOW)


def status(**statuses):
    return tuple(c.StatusGiven(name, Status(word)) for name, word in statuses.items())


@pytest.fixture
def page():
    page = apply(
        Page("p"),
        c.CreatePage("a", "Acme", Entitlement(Tier.PRIME)),
        c.AddComponent("api", "API"),
        c.AddComponent("web", "Web"),
        at=NOW - 90 * DAY,
    )
    return replace(page, is_public=True)


@pytest.fixture
def down(page):
    """An outage of API that began five hours ago."""
    opening = c.OpenIncident("i", "u1", "Down", None, "We look.", status(api="outage"))
    return apply(page, replace(opening, started_at=NOW - 5 * HOUR), at=NOW - 4 * HOUR)


def post(number, state, **more):
    return c.PostUpdate("i", f"u{number}", state, f"Update {number}", **more)


def claims(page):
    """The claims of the incident, in hours from now."""

    def hours(at):
        return at and (at - NOW) / HOUR

    return [
        (x.component_id, str(x.status), hours(x.from_at), hours(x.until_at))
        for x in page.incidents["i"].claims
    ]  # fmt: skip


def refusal(page, command):
    rejection = decide(page, command, NOW)
    assert rejection.code is Code.VALIDATION
    return list(rejection.fields)


def test_downtime_is_an_hour_when_an_hour_of_the_past_is_reported(page):
    # given an outage that began ten days ago, and was over an hour later
    began_at = NOW - 10 * DAY
    report = c.OpenIncident("i", "u1", "An hour", None, "It was.", status(api="outage"), RESOLVED)
    # when it is reported today, as resolved
    page = told(page, replace(report, started_at=began_at, resolved_at=began_at + HOUR))
    # then it lasted an hour, in all figures, and the entry is dated by its posting
    incident = page.incidents["i"]
    assert (incident.started_at, incident.resolved_at) == (began_at, began_at + HOUR)
    assert open_seconds(incident) == 3_600
    assert claims(page) == [("api", "outage", -240, -239)]
    created_at = page.components["api"].created_at
    assert percent(incident.claims, created_at, NOW.date(), "UTC") == 99.95
    assert [u.occurred_at for u in incident.updates] == [NOW]
    assert page.components["api"].status is Status.OPERATIONAL


@pytest.mark.parametrize("ended_at", [NOW - 2 * HOUR, NOW + HOUR, NOW - HOUR])
def test_end_is_refused_when_it_is_not_between_start_and_now(page, ended_at):
    report = c.OpenIncident("i", "u1", "T", state=RESOLVED, started_at=NOW - HOUR)
    assert refusal(page, replace(report, resolved_at=ended_at)) == ["resolvedAt"]
    open_one = told(page, c.OpenIncident("i", "u1", "T", started_at=NOW - HOUR))
    assert refusal(open_one, post(2, RESOLVED, resolved_at=ended_at)) == ["resolvedAt"]
    over = told(open_one, post(2, RESOLVED))
    assert refusal(over, c.ChangeIncident("i", resolved_at=ended_at)) == ["resolvedAt"]


def test_end_is_refused_when_the_incident_is_not_resolved(down):
    then = NOW - HOUR
    assert refusal(down, post(2, MONITORING, resolved_at=then)) == ["resolvedAt"]
    assert refusal(down, c.ChangeIncident("i", resolved_at=then)) == ["resolvedAt"]
    opening = c.OpenIncident("j", "u9", "T", started_at=NOW - 2 * HOUR, resolved_at=then)
    assert refusal(down, opening) == ["resolvedAt"]


def test_claims_end_with_the_trouble_when_it_was_over_before_the_update(down):
    # given a status that was set after the trouble was over
    page = apply(down, post(2, MONITORING, components=status(web="degraded")), at=NOW - HOUR)
    # when the resolving update tells when it was over
    page = told(page, post(3, RESOLVED, resolved_at=NOW - 2 * HOUR))
    # then claims and open time end there, and the entry stays at its posting
    incident = page.incidents["i"]
    assert claims(page) == [("api", "outage", -5, -2)]
    assert (incident.resolved_at, open_seconds(incident)) == (NOW - 2 * HOUR, 10_800)
    assert incident.updates[-1].occurred_at == NOW


@pytest.mark.parametrize("hours", [-4.5, -1])
def test_claims_follow_when_the_end_of_a_resolved_incident_is_corrected(down, hours):
    page = apply(down, post(2, RESOLVED), at=NOW - 2 * HOUR)
    page = told(page, c.ChangeIncident("i", resolved_at=NOW + hours * HOUR))
    incident = page.incidents["i"]
    assert claims(page) == [("api", "outage", -5, hours)]
    assert incident.resolved_at == NOW + hours * HOUR
    assert incident.updates[-1].occurred_at == NOW - 2 * HOUR


def test_end_is_corrected_when_a_further_resolved_update_gives_it(down):
    page = apply(down, post(2, RESOLVED), at=NOW - HOUR)
    further = post(3, RESOLVED, components=status(web="degraded"), resolved_at=NOW - 2 * HOUR)
    page = told(page, further)
    assert claims(page) == [("api", "outage", -5, -2)]
    assert page.incidents["i"].resolved_at == NOW - 2 * HOUR
    # and it changes the leaves that it names, as every further one
    assert page.components["web"].status is Status.DEGRADED


def test_opening_moves_along_when_the_start_is_corrected(down):
    page = told(down, c.ChangeIncident("i", started_at=NOW - 6 * HOUR))
    opening = page.incidents["i"].updates[0]
    assert (opening.occurred_at, opening.posted_at) == (NOW - 6 * HOUR, NOW - 4 * HOUR)
    assert claims(page) == [("api", "outage", -6, None)]


@pytest.mark.parametrize("hours", [-2.5, -1.5, 1])
def test_start_is_refused_when_another_entry_or_the_end_is_earlier(down, hours):
    page = apply(down, post(2, MONITORING, occurred_at=NOW - 3 * HOUR), at=NOW - 2 * HOUR)
    change = c.ChangeIncident("i", started_at=NOW + hours * HOUR)
    assert refusal(page, change) == ["startedAt"]
    over = told(down, post(2, RESOLVED, resolved_at=NOW - 3 * HOUR))
    assert refusal(over, change) == ["startedAt"]


@pytest.mark.parametrize("hours", [-6, 1])
def test_occurrence_is_refused_when_it_is_not_between_opening_and_now(down, hours):
    update = post(2, MONITORING, occurred_at=NOW + hours * HOUR)
    assert refusal(down, update) == ["occurredAt"]


def test_occurrence_is_accepted_when_it_is_the_start_as_it_was_answered(page):
    # given a start of which the API tells whole milliseconds only
    opened_at = NOW - HOUR + timedelta(microseconds=123_456)
    page = apply(page, c.OpenIncident("i", "u1", "T"), at=opened_at)
    # when it is sent back
    update = post(2, MONITORING, occurred_at=opened_at.replace(microsecond=123_000))
    # then it is the start
    assert told(page, update).incidents["i"].updates[-1].occurred_at == opened_at


def test_earlier_update_counts_until_the_next_one_when_it_is_told_late(down):
    # given an update that named API again, with the same status
    page = apply(down, post(2, MONITORING, components=status(api="outage")), at=NOW - HOUR)
    # when an earlier one is told late
    late = post(3, RESOLVED, components=status(api="degraded"))
    late = replace(late, state=IncidentState.IDENTIFIED, occurred_at=NOW - 3 * HOUR)
    page = told(page, late)
    # then it counts until API is named again, and nothing of now changes
    incident = page.incidents["i"]
    assert claims(page) == [
        ("api", "outage", -5, -3),
        ("api", "degraded", -3, -1),
        ("api", "outage", -1, None),
    ]
    assert [u.id for u in incident.updates] == ["u1", "u3", "u2"]
    assert (incident.state, page.components["api"].status) == (MONITORING, Status.OUTAGE)


def test_nothing_shown_changes_when_an_earlier_update_resolves(down):
    page = apply(down, post(2, MONITORING), at=NOW - HOUR)
    page = told(page, post(3, RESOLVED, occurred_at=NOW - 3 * HOUR))
    incident = page.incidents["i"]
    # the later update reopened it, without claims
    assert (incident.state, incident.resolved_at, incident.held) == (MONITORING, None, {})
    assert claims(page) == [("api", "outage", -5, -3)]
    assert page.components["api"].status is Status.OUTAGE
    over = told(page, post(4, RESOLVED)).incidents["i"]
    assert open_seconds(over) == 10_800


def test_update_about_the_past_shows_now_when_it_is_the_newest(down):
    page = told(down, post(2, MONITORING, components=status(web="partial"), occurred_at=NOW - HOUR))
    assert claims(page)[-1] == ("web", "partial", -1, None)
    assert page.components["web"].status is Status.PARTIAL


def test_duration_is_that_of_all_intervals_when_an_incident_was_reopened(down):
    page = apply(down, post(2, RESOLVED), at=NOW - 3 * HOUR)
    page = apply(page, post(3, MONITORING), at=NOW - HOUR)
    page = told(page, post(4, RESOLVED))
    assert open_seconds(page.incidents["i"]) == 10_800


def test_effect_stays_when_an_update_is_deleted_and_another_is_told_late(down):
    page = apply(down, post(2, MONITORING, components=status(api="outage")), at=NOW - HOUR)
    page = told(page, c.DeleteUpdate("i", "u2"), c.DeleteUpdate("i", "u1"))
    late = post(3, IncidentState.IDENTIFIED, components=status(api="degraded"))
    page = told(page, replace(late, occurred_at=NOW - 3 * HOUR))
    assert claims(page)[1:] == [("api", "degraded", -3, -1), ("api", "outage", -1, None)]
    assert [u.id for u in page.incidents["i"].updates] == ["u3"]
    assert page.incidents["i"].state is MONITORING


def test_claims_stay_when_an_older_version_kept_no_opening(down):
    # given an incident as an older version stored it, without its opening
    old = replace(down.incidents["i"], updates=(), bare_entries=())
    page = replace(down, incidents={"i": old})
    # when its start is corrected
    page = told(page, c.ChangeIncident("i", started_at=NOW - 6 * HOUR))
    assert claims(page) == [("api", "outage", -6, None)]


def test_end_stays_when_an_older_version_dated_a_report_by_its_start(page):
    # given an incident that was reported as resolved, as an older version stored it
    report = c.OpenIncident("i", "u1", "T", None, "It was.", status(api="outage"), RESOLVED)
    page = told(page, replace(report, started_at=NOW - 5 * HOUR))
    old = page.incidents["i"]
    first = replace(old.updates[0], occurred_at=old.started_at)
    old = replace(old, updates=(first,), bare_entries=())
    page = replace(page, incidents={"i": old})
    assert open_seconds(old) == 18_000
    # when its start is corrected
    page = told(page, c.ChangeIncident("i", started_at=NOW - HOUR))
    # then it still ended when it was posted
    assert claims(page) == [("api", "outage", -1, 0)]
    assert open_seconds(page.incidents["i"]) == 3_600


def test_bound_is_stated_when_deleted_updates_fill_an_incident(down):
    incident = down.incidents["i"]
    full = replace(incident, updates=(incident.updates[0],) * (UPDATES - 1))
    page = told(replace(down, incidents={"i": full}), post(2, MONITORING))
    page = told(page, c.DeleteUpdate("i", "u2"))
    for late in (None, NOW - HOUR):
        assert decide(page, post(3, RESOLVED, occurred_at=late), NOW + HOUR)
        refused = decide(page, post(3, MONITORING, occurred_at=late), NOW + HOUR)
        assert refused.code is Code.CONFLICT
    earlier = post(3, RESOLVED, occurred_at=NOW - HOUR)
    assert decide(page, earlier, NOW + HOUR).code is Code.CONFLICT


# Maintenances.


@pytest.fixture
def window(page):
    """A maintenance of API that was planned yesterday, for two hours ago."""
    plan = c.ScheduleMaintenance("i", "u1", "Disks", NOW - 2 * HOUR, NOW + HOUR, "Soon.", ("api",))
    return apply(page, plan, at=NOW - DAY)


def test_window_begins_in_the_past_when_its_start_is_told_late(window):
    page = told(window, post(2, IN_PROGRESS, occurred_at=NOW - HOUR))
    assert page.incidents["i"].started_at == NOW - HOUR
    assert claims(page) == [("api", "maintenance", -1, None)]
    assert page.components["api"].status is Status.MAINTENANCE


def test_window_began_earlier_when_an_earlier_start_is_told(window):
    page = apply(window, c.StartMaintenance("i", "u2"), at=NOW - HOUR)
    page = told(page, post(3, IN_PROGRESS, occurred_at=NOW - 2 * HOUR))
    assert page.incidents["i"].started_at == NOW - 2 * HOUR
    assert claims(page) == [("api", "maintenance", -2, None)]


def test_window_begins_before_its_planning_when_that_was_posted_later(window):
    page = apply(window, post(2, SCHEDULED), at=NOW - HOUR)
    page = told(page, post(3, IN_PROGRESS, occurred_at=NOW - 2 * HOUR))
    assert claims(page) == [("api", "maintenance", -2, None)]
    incident = page.incidents["i"]
    assert (incident.state, [u.id for u in incident.updates]) == (IN_PROGRESS, ["u1", "u3", "u2"])


def test_window_begins_at_its_reopening_when_it_was_called_off(window):
    page = apply(window, post(2, RESOLVED), at=NOW - 2 * HOUR)
    page = apply(page, post(3, IN_PROGRESS), at=NOW - HOUR)
    assert page.incidents["i"].started_at == NOW - HOUR
    assert open_seconds(told(page, post(4, RESOLVED)).incidents["i"]) == 3_600


def test_window_never_began_when_it_was_called_off(window):
    page = told(window, post(2, RESOLVED))
    assert open_seconds(page.incidents["i"]) is None
    assert refusal(window, post(2, RESOLVED, resolved_at=NOW - HOUR)) == ["resolvedAt"]
    assert refusal(page, c.ChangeIncident("i", resolved_at=NOW)) == ["resolvedAt"]


def test_end_of_a_window_is_corrected_when_it_is_over(window):
    page = apply(window, c.StartMaintenance("i", "u2", due_at=NOW - 2 * HOUR), at=NOW - 2 * HOUR)
    page = told(page, c.FinishMaintenance("i", "u3"))
    page = told(page, c.ChangeIncident("i", resolved_at=NOW - HOUR))
    assert claims(page) == [("api", "maintenance", -2, -1)]
    assert open_seconds(page.incidents["i"]) == 3_600


def test_end_is_corrected_when_a_window_was_planned_after_its_end(page):
    # given a maintenance of the past, whose planning was posted last
    plan = c.ScheduleMaintenance("i", "u1", "Disks", NOW - 4 * HOUR, NOW - HOUR, "Was.", ("api",))
    page = told(page, plan)
    start = c.StartMaintenance("i", "u2", due_at=NOW - 4 * HOUR)
    finish = c.FinishMaintenance("i", "u3", due_at=NOW - HOUR)
    page = apply(apply(page, start, at=NOW - 4 * HOUR), finish, at=NOW - HOUR)
    # when its end is corrected, also after its entries were deleted
    change = c.ChangeIncident("i", resolved_at=NOW - 2 * HOUR)
    deletions = [c.DeleteUpdate("i", id_) for id_ in ("u3", "u2", "u1")]
    for seen in (told(page, change), told(page, *deletions, change)):
        assert claims(seen) == [("api", "maintenance", -4, -2)]
        assert open_seconds(seen.incidents["i"]) == 7_200


def test_nothing_fails_when_an_older_version_kept_no_entry_of_a_window(window):
    page = told(window, post(2, RESOLVED))
    old = replace(page.incidents["i"], updates=(), bare_entries=())
    assert open_seconds(old) is None
    page = replace(page, incidents={"i": old})
    assert refusal(page, c.ChangeIncident("i", resolved_at=NOW)) == ["resolvedAt"]
    page = told(page, post(3, MONITORING))
    assert open_seconds(apply(page, post(4, RESOLVED), at=NOW + HOUR).incidents["i"]) == 3_600


def test_window_is_over_when_the_clock_is_later_than_an_update(window):
    # given an update after the planned end, before the clock came
    page = apply(window, c.StartMaintenance("i", "u2"), at=NOW - 2 * HOUR)
    page = apply(page, post(3, IN_PROGRESS), at=NOW + 2 * HOUR)
    # when the clock ends it at its planned end
    finish = c.FinishMaintenance("i", "u4", due_at=NOW + HOUR)
    page = apply(page, finish, at=NOW + HOUR)
    # then it is over, since then, also after a further reading of its timeline
    late = post(5, IN_PROGRESS, occurred_at=NOW)
    for seen in (page, apply(page, late, at=NOW + 3 * HOUR)):
        incident = seen.incidents["i"]
        assert (incident.state, incident.resolved_at) == (RESOLVED, NOW + HOUR)
        assert claims(seen) == [("api", "maintenance", -2, 1)]
