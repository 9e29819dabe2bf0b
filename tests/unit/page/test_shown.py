"""What leaves showed: which rows are kept, of whom, and how they are folded."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.page import commands as c
from domain.page.apply import apply_all
from domain.page.decide.table import decide
from domain.page.state import Component, Page
from domain.page.uptime import shown
from domain.page.uptime.shown import DAY_ORIGINS, DAY_ROWS, KEPT_DAYS, TOGGLE, Shown, fit_rows
from domain.status import IncidentState, Status

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
TODAY = NOW.date()
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
OUTAGE, PARTIAL, DEGRADED, WELL = (
    Status.OUTAGE, Status.PARTIAL, Status.DEGRADED, Status.OPERATIONAL,
)  # fmt: skip


@pytest.fixture
def page():
    api = Component("api", "API", NOW, status=WELL, status_at=NOW, origin=TOGGLE, origin_at=NOW)
    return Page("p", created_at=NOW, components={"api": api})


def tell(page, *said):
    """The page after commands, each with its hours after now."""
    for hours, command in said:
        events = decide(page, command, NOW + hours * HOUR)
        assert isinstance(events, tuple)
        page = apply_all(page, events)
    return page


def toggle(status):
    return c.SetStatus("API", status)


def incident(id_, status, **more):
    said = (c.StatusGiven("API", status),)
    return c.OpenIncident(id_, f"u_{id_}", "Down", None, None, said, **more)


def update(id_, number, state, *statuses, **more):
    said = tuple(c.StatusGiven("API", status) for status in statuses)
    return c.PostUpdate(id_, f"u_{id_}_{number}", state, "Words", said, **more)


def rows(page):
    """What was shown, in hours from now."""
    return [
        (row.status, row.origin, (row.from_at - NOW) / HOUR, (row.until_at - NOW) / HOUR)
        for days in page.shown_rows.values()
        for _, kept in sorted(days.items())
        for row in kept
    ]


def test_what_a_leaf_showed_is_kept_with_its_origin_when_something_else_is_said(page):
    # given a toggle, an incident, another toggle during it, and the end of both
    told = tell(
        page,
        (1, toggle(DEGRADED)),
        (2, incident("i", OUTAGE)),
        (3, toggle(PARTIAL)),
        (4, update("i", 1, IncidentState.RESOLVED)),
        (5, toggle(WELL)),
    )
    # then each is kept, and the time in which the leaf was well is not
    assert rows(told) == [
        (DEGRADED, TOGGLE, 1, 2),
        (OUTAGE, "i", 2, 3),
        (PARTIAL, TOGGLE, 3, 5),
    ]


def test_one_row_is_kept_when_the_same_is_said_again_by_the_same_origin(page):
    told = tell(page, *((n / 4, toggle(OUTAGE)) for n in range(4)), (2, toggle(WELL)))
    assert rows(told) == [(OUTAGE, TOGGLE, 0, 2)]


def test_nothing_of_what_was_shown_changes_when_something_that_ended_is_reported(page):
    # given an incident that was shown for an hour
    before = tell(
        page, (0, incident("i", OUTAGE)), (1, update("i", 1, IncidentState.RESOLVED)),
    )  # fmt: skip
    # when one is reported that is over, an end is corrected, and an entry is placed in the past
    over = incident(
        "j", OUTAGE, state=IncidentState.RESOLVED, started_at=NOW, resolved_at=NOW + HOUR
    )
    after = tell(
        before,
        (2, over),
        (3, c.ChangeIncident("i", resolved_at=NOW + HOUR / 2)),
        (4, update("i", 2, IncidentState.MONITORING, PARTIAL, occurred_at=NOW + HOUR / 4)),
    )
    # then what was shown is the same
    assert rows(after) == rows(before) == [(OUTAGE, "i", 0, 1)]


@pytest.mark.parametrize("is_resolved", [False, True])
def test_what_an_incident_showed_goes_with_it_when_it_is_deleted(page, is_resolved):
    # given an incident between toggles
    end = [(2, update("i", 1, IncidentState.RESOLVED))] if is_resolved else []
    told = tell(page, (0, toggle(DEGRADED)), (1, incident("i", OUTAGE)), *end)
    # when it is deleted
    gone = tell(told, (3, c.DeleteIncident("i")), (4, toggle(WELL)))
    # then only what the toggle showed is left
    assert rows(gone) == [(DEGRADED, TOGGLE, 0, 1)]


def test_no_entry_of_a_leaf_is_left_when_all_its_rows_go_with_an_incident(page):
    # given a leaf that showed nothing but an incident; a loaded page then has no entry of it
    gone = tell(page, (0, incident("i", OUTAGE)), (1, c.DeleteIncident("i")))
    assert gone.shown_rows == {}


def test_a_toggle_counts_from_the_deletion_on_when_a_deleted_incident_is_still_shown(page):
    # given an incident that left a leaf degraded when it was resolved
    told = tell(
        page, (0, incident("i", OUTAGE)), (1, update("i", 1, IncidentState.RESOLVED, DEGRADED)),
    )  # fmt: skip
    gone = tell(told, (2, c.DeleteIncident("i")), (3, toggle(WELL)))
    assert rows(gone) == [(DEGRADED, TOGGLE, 2, 3)]


def test_what_a_leaf_showed_goes_with_it_when_it_is_deleted(page):
    told = tell(page, (0, toggle(OUTAGE)), (1, toggle(WELL)), (2, c.DeleteComponent("api")))
    assert not told.shown_rows


def test_nothing_is_kept_of_a_status_when_an_older_version_has_set_it(page):
    # given a leaf whose status was set without its origin
    old = replace(page.components["api"], status=OUTAGE, status_at=NOW + HOUR)
    told = tell(replace(page, components={"api": old}), (2, toggle(WELL)))
    assert not told.shown_rows


def test_rows_are_cut_at_the_page_s_midnight_and_reach_back_92_days(page):
    berlin = replace(page, time_zone="Europe/Berlin")
    told = tell(berlin, (0, toggle(OUTAGE)), (100 * 24, toggle(WELL)))
    days = told.shown_rows["api"]
    assert len(days) == KEPT_DAYS + 1
    assert max(days) == date(2026, 9, 18)
    midnights = {row.from_at.hour for day, kept in days.items() for row in kept if day > min(days)}
    assert midnights == {22}


def flapping(count, origin=TOGGLE, status=OUTAGE):
    """So many rows of a second each, two minutes apart."""
    starts = (NOW - 10 * HOUR + n * 2 * MINUTE for n in range(count))
    return [Shown(status, origin, at, at + MINUTE / 60) for at in starts]


def add_all(kept, zone="UTC"):
    days = {}
    for row in kept:
        days = shown.add_row(days, row, zone)
    return days[TODAY]


def test_a_day_is_folded_when_it_has_more_than_200_rows():
    # given as many rows as are kept: each is there
    kept = flapping(DAY_ROWS + 50)
    assert add_all(kept[:DAY_ROWS]) == tuple(kept[:DAY_ROWS])
    # when there are more, then they are one row, with the length of all of them
    [row] = add_all(kept)
    assert (row.status, row.origin, row.length) == (OUTAGE, TOGGLE, (DAY_ROWS + 50) * MINUTE / 60)
    assert (row.from_at, row.until_at) == (kept[0].from_at, kept[-1].until_at)


def test_origins_beyond_fifty_count_as_toggles_when_a_day_is_folded():
    # given more origins than are told apart
    origins = [f"i_{n % (DAY_ORIGINS + 10)}" for n in range(DAY_ROWS + 1)]
    kept = [row._replace(origin=o) for row, o in zip(flapping(DAY_ROWS + 1), origins, strict=True)]
    # when they are folded
    folded = add_all(kept)
    # then the first are, the others count as toggles, and no time is lost
    assert {row.origin for row in folded} == {TOGGLE, *origins[: DAY_ORIGINS - 1]}
    assert sum((row.length for row in folded), timedelta()) == (DAY_ROWS + 1) * MINUTE / 60


def test_the_oldest_days_are_folded_then_left_out_when_a_page_has_too_many_rows():
    # given ten rows on each of ten days
    days = {TODAY - timedelta(days=n): tuple(flapping(10)) for n in range(10)}
    # then all are kept while they fit; else the oldest are folded; else they go
    assert fit_rows({"api": days}, 100) == {"api": days}
    some = fit_rows({"api": days}, 60)["api"]
    assert set(some) == set(days)
    assert [len(some[day]) for day in sorted(some)] == [1] * 6 + [10] * 4
    few = fit_rows({"api": days}, 5)["api"]
    assert sorted(few) == sorted(days)[-5:]
