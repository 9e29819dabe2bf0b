"""Maintenances as bars and percents tell them: nights of 23 and 25 hours, overlaps, overruns.

Windows are planned, started and ended by commands; what is judged are the claims they leave.

Source: docs/behaviour.md, "Uptime" and "Maintenance".
"""

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.page import commands as c
from domain.page.decide.table import decide
from domain.page.state import Claim, Entitlement, Page, Tier
from domain.page.uptime.bar import bar_of
from domain.page.uptime.percent import percent
from domain.results import Rejection
from domain.status import IncidentState, Status
from tests.support.applied import apply

BERLIN = "Europe/Berlin"
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)  # the clocks go forward; they go back
MAINTENANCE, OUTAGE = Status.MAINTENANCE, Status.OUTAGE
MINUTE = timedelta(minutes=1)


def utc(day, hour, minute=0):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def page_of(day):
    """A page in Berlin with a leaf, four days old on `day`."""
    at = utc(day, 12) - timedelta(days=4)
    page = apply(Page("p"), c.CreatePage("a", "Acme", Entitlement(Tier.PRIME)), at=at)
    page = apply(page, c.ChangePage(time_zone=BERLIN), at=at)
    return apply(page, c.AddComponent("api", "API"), at=at)


def planned(page, start, end, **more):
    window = c.ScheduleMaintenance("w", "u1", "Disks", start, end, None, ("api",), **more)
    return apply(page, window, at=page.created_at)


def by_the_clock(page, start, end):
    page = apply(planned(page, start, end), c.StartMaintenance("w", "u2", due_at=start), at=start)
    return apply(page, c.FinishMaintenance("w", "u3", due_at=end), at=end)


def down(page, at):
    given = (c.StatusGiven("api", OUTAGE),)
    return apply(page, c.OpenIncident("i", "u8", "Down", components=given), at=at)


def up(page, at):
    return apply(page, c.PostUpdate("i", "u9", IncidentState.RESOLVED), at=at)


def minutes(page, today):
    """The minutes of trouble by day, as the leaf's bar tells them."""
    held = [(i.id, claim) for i in page.incidents.values() for claim in i.claims]
    bar = bar_of(held, page.components["api"].created_at, today, BERLIN)
    return {trouble.day: trouble.minutes for trouble in bar.affected_days}


def uptime(page, today):
    claims = [claim for i in page.incidents.values() for claim in i.claims]
    return percent(claims, page.components["api"].created_at, today, BERLIN)


@pytest.mark.parametrize(
    ("day", "start", "end", "lasted"),
    [
        # 01:30 to 03:30 by the clocks of Berlin: the hour between two and three is left out ...
        (SPRING, utc(SPRING, 0, 30), utc(SPRING, 1, 30), 60),
        # ... and comes twice
        (AUTUMN, utc(AUTUMN, 0) - 30 * MINUTE, utc(AUTUMN, 2, 30), 180),
        # 02:30 to 02:30, an hour later; and within either of both
        (AUTUMN, utc(AUTUMN, 0, 30), utc(AUTUMN, 1, 30), 60),
        (AUTUMN, utc(AUTUMN, 0), utc(AUTUMN, 0, 59), 59),
        (AUTUMN, utc(AUTUMN, 1), utc(AUTUMN, 1, 59), 59),
        # from midnight to midnight
        (SPRING, utc(SPRING, 0) - 60 * MINUTE, utc(SPRING, 22), 23 * 60),
        (AUTUMN, utc(AUTUMN, 0) - 120 * MINUTE, utc(AUTUMN, 23), 25 * 60),
    ],
)
def test_bar_tells_how_long_a_window_really_lasted_when_clocks_change(day, start, end, lasted):
    page = by_the_clock(page_of(day), start, end)
    tomorrow = day + timedelta(days=1)
    assert minutes(page, tomorrow) == {day: {MAINTENANCE: lasted}}
    assert uptime(page, tomorrow) == 100
    # and on the day itself only what it was
    assert minutes(page, day) == {day: {}}


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25)])
def test_window_is_cut_at_midnights_of_the_zone_when_it_lasts_for_days(day, hours):
    start, end = utc(day, 12) - timedelta(days=1), utc(day, 12) + timedelta(days=1)
    before, after = day - timedelta(days=1), day + timedelta(days=1)
    found = minutes(by_the_clock(page_of(day), start, end), after + timedelta(days=1))
    assert list(found) == [before, day, after]
    assert found[day] == {MAINTENANCE: hours * 60}
    assert sum(part[MAINTENANCE] for part in found.values()) == 48 * 60


def test_outage_counts_and_shows_when_a_window_of_that_night_lies_over_it():
    # given an outage of four hours, and a maintenance of the three hours within it
    page, start, end = page_of(AUTUMN), utc(AUTUMN, 0), utc(AUTUMN, 3)
    page = down(page, start - 30 * MINUTE)
    page = by_the_clock(page, start, end)
    assert page.components["api"].status is OUTAGE
    page = up(page, end + 30 * MINUTE)
    assert page.components["api"].status is Status.OPERATIONAL
    # then every minute of it is an outage's, and as many are lost
    today = AUTUMN + timedelta(days=1)
    assert minutes(page, today) == {AUTUMN: {OUTAGE: 240}}
    lived = 10 + 3 * 24 + 25  # hours: from noon in London on, to the end of the long day
    assert uptime(page, today) == int(10_000 * (lived - 4) / lived) / 100


@pytest.mark.parametrize("is_over_first", [True, False])
def test_worse_claim_wins_while_it_lasts_when_it_overlaps_a_window(is_over_first):
    # given a maintenance from one to four, in which an outage begins at two
    start, end = utc(SPRING, 1), utc(SPRING, 4)
    page = apply(planned(page_of(SPRING), start, end), c.StartMaintenance("w", "u2"), at=start)
    page = down(page, utc(SPRING, 2))
    finish = c.FinishMaintenance("w", "u3", due_at=end)
    if is_over_first:
        page = up(page, utc(SPRING, 3))
        assert page.components["api"].status is MAINTENANCE
        page = apply(page, finish, at=end)
        wanted = {OUTAGE: 60, MAINTENANCE: 120}
    else:
        page = apply(page, finish, at=end)
        assert page.components["api"].status is OUTAGE
        page = up(page, utc(SPRING, 5))
        wanted = {OUTAGE: 180, MAINTENANCE: 60}
    assert page.components["api"].status is Status.OPERATIONAL
    assert minutes(page, SPRING + timedelta(days=1)) == {SPRING: wanted}


def test_window_counts_as_long_as_it_was_when_begun_early_and_ended_early_or_late():
    start, end, today = utc(SPRING, 8), utc(SPRING, 10), SPRING + timedelta(days=1)
    early = planned(page_of(SPRING), start, end, auto_start=False, auto_end=False)
    early = apply(early, c.StartMaintenance("w", "u2"), at=start - 60 * MINUTE)
    ended = apply(early, c.FinishMaintenance("w", "u3"), at=end - 30 * MINUTE)
    assert minutes(ended, today) == {SPRING: {MAINTENANCE: 150}}
    late = apply(early, c.FinishMaintenance("w", "u3"), at=end + 90 * MINUTE)
    assert minutes(late, today) == {SPRING: {MAINTENANCE: 270}}
    # and what is never ended is there every day
    days = minutes(early, today + timedelta(days=1))
    assert days[today] == {MAINTENANCE: 24 * 60}


def test_window_ends_at_its_new_end_when_it_is_planned_anew_while_it_runs():
    start, end, later = utc(SPRING, 8), utc(SPRING, 10), utc(SPRING, 11)
    page = planned(page_of(SPRING), start, end)
    page = apply(page, c.StartMaintenance("w", "u2", due_at=start), at=start)
    page = apply(page, c.ChangeIncident("w", scheduled_end=later), at=end - MINUTE)
    stale = decide(page, c.FinishMaintenance("w", "u3", due_at=end), end)
    assert isinstance(stale, Rejection)
    page = apply(page, c.FinishMaintenance("w", "u3", due_at=later), at=later)
    assert minutes(page, SPRING + timedelta(days=1)) == {SPRING: {MAINTENANCE: 180}}


def test_bar_knows_nothing_of_the_time_before_its_leaf_when_an_incident_is_told_late():
    # given a leaf that was made at noon, and an outage that began in the morning
    noon, morning = utc(SPRING, 12), utc(SPRING, 6)
    today = SPRING + timedelta(days=1)
    over = [("i", Claim("api", OUTAGE, morning, noon - MINUTE))]
    lasting = [("i", Claim("api", OUTAGE, morning, noon + MINUTE))]
    # then what was over by then is no trouble of the leaf's, as it is none in its percent
    assert bar_of(over, noon, today, BERLIN).affected_days == ()
    assert bar_of(over, noon, SPRING, BERLIN).affected_days == ()
    assert percent([over[0][1]], noon, today, BERLIN) == 100
    # and of the rest the part that it lived through
    [trouble] = bar_of(lasting, noon, today, BERLIN).affected_days
    assert trouble.minutes == {OUTAGE: 1}
