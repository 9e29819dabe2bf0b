"""Laws of uptime: a second counts once, at its worst, and percents stay honest.

Source: docs/behaviour.md, "Uptime".
"""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from domain.calendar import day_of, ends_at, starts_at
from domain.page.state import Claim
from domain.page.uptime.percent import BAR_DAYS, downtime, percent, spans, window
from domain.status import Status
from tests.property.strategies import ZONES, instants, statuses

TODAY = date(2026, 3, 31)
HOUR = timedelta(hours=1)
zones = st.sampled_from(ZONES)


@st.composite
def claims(draw):
    from_at = draw(instants())
    length = draw(st.none() | st.integers(1, 40 * 86_400_000))
    until_at = None if length is None else from_at + timedelta(milliseconds=length)
    return Claim("c_1", draw(statuses), from_at, until_at)


many = st.lists(claims(), max_size=7)


def tenths_slowly(claimed, from_at, until_at):
    """Weighted downtime in tenths of a microsecond, found by looking at every stretch anew."""
    edges = {from_at, until_at}
    for claim in claimed:
        edges |= {at for at in (claim.from_at, claim.until_at) if at and from_at < at < until_at}
    total = 0
    for start, stop in pairwise(sorted(edges)):
        found = {
            claim.status
            for claim in claimed
            if claim.from_at <= start and (claim.until_at is None or claim.until_at >= stop)
        }
        weight = 10 if Status.OUTAGE in found else 3 if Status.PARTIAL in found else 0
        total += weight * ((stop - start) // timedelta(microseconds=1))
    return total


@given(many, instants(), instants())
def test_downtime_is_what_counting_slowly_says_when_claims_overlap(claimed, one, other):
    from_at, until_at = sorted((one, other))
    assert downtime(claimed, from_at, until_at) == tenths_slowly(claimed, from_at, until_at)


@given(many, st.lists(instants(), min_size=3, max_size=3))
def test_downtime_of_adjacent_windows_adds_up_when_a_window_is_cut(claimed, cuts):
    first, middle, last = sorted(cuts)
    parts = downtime(claimed, first, middle) + downtime(claimed, middle, last)
    assert parts == downtime(claimed, first, last)


@given(many, instants(), instants())
def test_spans_are_disjoint_ordered_and_inside_when_claims_overlap(claimed, one, other):
    from_at, until_at = sorted((one, other))
    found = spans(claimed, from_at, until_at)
    assert all(from_at <= s.from_at < s.until_at <= until_at for s in found)
    assert all(a.until_at <= b.from_at for a, b in pairwise(found))


@given(many, claims(), instants(), instants())
def test_downtime_never_shrinks_when_a_claim_is_added(claimed, more, one, other):
    from_at, until_at = sorted((one, other))
    assert downtime([*claimed, more], from_at, until_at) >= downtime(claimed, from_at, until_at)


@given(many, instants(), instants())
def test_no_second_counts_twice_when_every_claim_is_made_twice(claimed, one, other):
    from_at, until_at = sorted((one, other))
    assert downtime(claimed + claimed, from_at, until_at) == downtime(claimed, from_at, until_at)
    whole = 10 * ((until_at - from_at) // timedelta(microseconds=1))
    assert downtime(claimed, from_at, until_at) <= whole


@given(many, instants(-60, 89), zones)
@example([], datetime(2026, 3, 30, 23, 59, 59, 999_000, tzinfo=UTC), "UTC")
def test_percent_is_rounded_down_to_two_decimals_and_within_bounds_when_known(
    claimed, created_at, zone
):
    found = percent(claimed, created_at, TODAY, zone)
    if found is None:
        assert day_of(created_at, zone) >= TODAY
        return
    from_at, until_at = window(created_at, TODAY, zone)
    whole = 10 * ((until_at - from_at) // timedelta(microseconds=1))
    exact = 100 - 100 * downtime(claimed, from_at, until_at) / whole
    assert 0 <= found <= 100
    assert round(found, 2) == found
    assert -1e-9 <= exact - found < 0.01 + 1e-9


@given(many, instants(-60, 200), zones)
def test_percent_is_none_exactly_when_there_is_no_day_before_today(claimed, created_at, zone):
    is_new = day_of(created_at, zone) >= TODAY
    assert (percent(claimed, created_at, TODAY, zone) is None) == is_new


@given(instants(-200, 80), zones)
def test_window_ends_with_yesterday_and_covers_89_days_at_most_when_asked(created_at, zone):
    from_at, until_at = window(created_at, TODAY, zone)
    assert until_at == starts_at(TODAY, zone)
    assert from_at >= created_at
    assert TODAY - day_of(from_at, zone) <= timedelta(days=BAR_DAYS - 1)
    if created_at <= starts_at(TODAY - timedelta(days=BAR_DAYS), zone):
        assert day_of(from_at, zone) == TODAY - timedelta(days=BAR_DAYS - 1)


@given(many, claims(), instants(-60, 80), zones)
def test_percent_is_the_same_when_trouble_was_mild_or_is_of_today(claimed, more, created_at, zone):
    mild = Claim("c_1", Status.DEGRADED, more.from_at, more.until_at)
    planned = Claim("c_1", Status.MAINTENANCE, more.from_at, more.until_at)
    today = Claim("c_1", Status.OUTAGE, starts_at(TODAY, zone))
    before = percent(claimed, created_at, TODAY, zone)
    assert percent([*claimed, mild, planned, today], created_at, TODAY, zone) == before


def test_almost_perfect_is_not_called_perfect_when_rounded():
    start = datetime(2026, 3, 1, tzinfo=UTC)
    blink = Claim("c_1", Status.OUTAGE, start + HOUR, start + HOUR + timedelta(milliseconds=1))
    assert percent([blink], start, TODAY, "UTC") == 99.99
    assert percent([], start, TODAY, "UTC") == 100.0
    assert percent([Claim("c_1", Status.OUTAGE, start)], start, TODAY, "UTC") == 0.0
    assert percent([Claim("c_1", Status.PARTIAL, start)], start, TODAY, "UTC") == 70.0


@given(st.dates(date(2024, 1, 1), date(2027, 12, 31)), zones)
def test_days_follow_each_other_without_gap_when_clocks_change(day, zone):
    assert ends_at(day, zone) == starts_at(day + timedelta(days=1), zone)
    assert day_of(starts_at(day, zone), zone) == day
    assert day_of(starts_at(day, zone) - timedelta(microseconds=1), zone) < day
    hours = (ends_at(day, zone) - starts_at(day, zone)) / HOUR
    assert hours in ({23.5, 24, 24.5} if zone == "Australia/Lord_Howe" else {23, 24, 25})


def test_days_have_23_or_25_hours_when_clocks_change_in_berlin_and_havana():
    for zone, short, long in [
        ("Europe/Berlin", date(2026, 3, 29), date(2026, 10, 25)),
        ("America/Havana", date(2026, 3, 8), date(2026, 11, 1)),
    ]:
        assert ends_at(short, zone) - starts_at(short, zone) == 23 * HOUR
        assert ends_at(long, zone) - starts_at(long, zone) == 25 * HOUR


def test_outage_of_a_whole_short_day_weighs_23_hours_when_clocks_went_forward():
    day, zone = date(2026, 3, 29), "Europe/Berlin"
    outage = Claim("c_1", Status.OUTAGE, starts_at(day, zone), ends_at(day, zone))
    created_at = starts_at(date(2026, 3, 28), zone)
    # two days before today's start: 24 + 23 + 24 hours, of which 23 were lost
    wanted = int(10_000 * 48 / 71) / 100
    assert percent([outage], created_at, TODAY, zone) == wanted
