"""Laws of what was shown: bars and percents are those of reading minute by minute.

Source: docs/behaviour.md, "Uptime", "Bars" and "What was shown".
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import ends_at, starts_at
from domain.page import events as e
from domain.page.apply import apply
from domain.page.state import Claim, Component, Incident, Page
from domain.page.uptime.bar import bar_of
from domain.page.uptime.percent import percent
from domain.page.uptime.shown import TOGGLE, fold
from domain.status import Impact, IncidentState, Status, worst
from tests.property.strategies import ZONES, statuses
from workers.render.tree_view import rows_of

MINUTE = timedelta(minutes=1)
DAYS = 4
WELL = Status.OPERATIONAL
INCIDENTS = ("i_a", "i_b")
# In Berlin and in New York the clocks change on the second day.
FIRST_DAYS = (date(2026, 3, 28), date(2026, 10, 24), date(2026, 3, 7), date(2026, 6, 1))
minutes = st.integers(0, DAYS * 24 * 60 - 1)
words = st.tuples(st.just("say"), statuses, st.sampled_from([TOGGLE, TOGGLE, *INCIDENTS]))
deletions = st.tuples(st.just("delete"), st.sampled_from(INCIDENTS))
stories = st.lists(
    st.tuples(minutes, words | words | words | deletions), max_size=25, unique_by=lambda s: s[0]
).map(sorted)
claimed = st.lists(st.tuples(st.sampled_from(INCIDENTS), statuses, minutes, minutes), max_size=4)


@dataclass
class Naive:
    """A leaf read minute by minute: what it showed and why, and what was claimed."""

    shown: list = field(default_factory=list)
    now: tuple = (WELL, TOGGLE)

    def live_through(self, story):
        """Note each minute after another; a deletion looks back at all of them."""
        steps = dict(story)
        for minute in range((DAYS + 2) * 24 * 60):
            match steps.get(minute):
                case ("say", status, origin):
                    self.now = (status, origin)
                case ("delete", gone):
                    self.shown = [(WELL, TOGGLE) if o == gone else (s, o) for s, o in self.shown]
                    self.now = (self.now[0], TOGGLE if self.now[1] == gone else self.now[1])
            self.shown.append(self.now)


@dataclass
class Told:
    """A story as the code has it and as it is read naively, looked at on the last day."""

    page: Page
    claims: list
    naive: Naive
    began_at: datetime
    today: date
    zone: str

    @property
    def leaf(self):
        return self.page.components["api"]

    @property
    def rows(self):
        return rows_of(self.page, self.leaf, self.today)

    def minutes_of(self, day):
        """The numbers of a day's minutes, from the creation of the leaf on."""
        first = max(0, (starts_at(day, self.zone) - self.began_at) // MINUTE)
        return range(first, (ends_at(day, self.zone) - self.began_at) // MINUTE)

    def claimed_at(self, minute):
        at = self.began_at + minute * MINUTE
        return worst(c.status for _, c in self.claims if c.from_at <= at < c.until_at)

    @property
    def days(self):
        return [self.today - timedelta(days=n) for n in range(DAYS - 1, -1, -1)]

    def percent_of(self, lost_on):
        """The percent of days before today, of each of which so many tenths of minutes are lost."""
        days = self.days[:-1]
        whole = 10 * sum(len(self.minutes_of(day)) for day in days)
        return 10_000 * (whole - sum(map(lost_on, days))) // whole / 100


@st.composite
def told(draw):
    """A leaf that is created some hours into the first day, and what was said of it since."""
    zone, first = draw(st.sampled_from(ZONES)), draw(st.sampled_from(FIRST_DAYS))
    began_at = starts_at(first, zone) + draw(st.integers(0, 20 * 60)) * MINUTE
    story = draw(stories)
    api = Component("api", "API", began_at, status=WELL, origin=TOGGLE, origin_at=began_at)
    page = Page("p", time_zone=zone, created_at=began_at, components={"api": api})
    for id_ in INCIDENTS:
        incident = Incident(
            id_, id_, Impact.NONE, IncidentState.RESOLVED, began_at, began_at, began_at
        )
        page = apply(page, e.IncidentOpened(incident))
    for minute, (kind, *what) in story:
        at = began_at + minute * MINUTE
        is_deletion = kind == "delete"
        event = e.IncidentDeleted(*what, at) if is_deletion else e.StatusShown("api", *what, at)
        page = apply(page, event)
    naive = Naive()
    naive.live_through(story)
    claims = [
        (id_, Claim("api", status, began_at + min(ends) * MINUTE, began_at + max(ends) * MINUTE))
        for id_, status, *ends in draw(claimed)
        if ends[0] != ends[1]
    ]
    return Told(page, claims, naive, began_at, first + timedelta(days=DAYS - 1), zone)


@given(told())
def test_a_bar_has_the_worst_of_each_minute_when_anything_was_claimed_or_shown(story):
    bar = bar_of(story.claims, story.began_at, story.today, story.zone, story.rows)
    found = {trouble.day: trouble for trouble in bar.affected_days}
    for day in story.days:
        minutes_of = story.minutes_of(day)
        wanted = worst(
            worst([story.claimed_at(m), story.naive.shown[m][0]]) for m in minutes_of
        )  # fmt: skip
        assert (found[day].status if day in found else WELL) is wanted
        if day in found and day != story.today:
            assert found[day].more_minutes == lengths_besides(story, minutes_of)


def lengths_besides(story, minutes_of):
    """Minutes of toggles, and of what incidents showed without a claim as bad."""
    counts = {}
    for minute in minutes_of:
        status, origin = story.naive.shown[minute]
        is_besides = origin == TOGGLE or status.severity > story.claimed_at(minute).severity
        if status is not WELL and is_besides:
            counts[status] = counts.get(status, 0) + 1
    return counts


@given(told())
def test_the_percent_counts_claims_only_or_the_worse_of_claims_and_toggles(story):
    def lost(day, *, toggles):
        total = 0
        for minute in story.minutes_of(day):
            status, origin = story.naive.shown[minute]
            counted = status if toggles and origin == TOGGLE else WELL
            total += worst([story.claimed_at(minute), counted]).downtime_tenths
        return total

    claims = [claim for _, claim in story.claims]
    asked = (claims, story.began_at, story.today, story.zone)
    assert percent(*asked) == story.percent_of(lambda day: lost(day, toggles=False))
    assert percent(*asked, story.rows) == story.percent_of(lambda day: lost(day, toggles=True))


@given(told(), st.sets(st.integers(0, DAYS - 1)))
def test_folding_keeps_the_worst_of_a_day_and_its_length(story, numbers):
    # given the story with some of its days folded
    folded_days = {story.days[number] for number in numbers}
    kept = story.page.shown_rows.get("api", {})
    rows = [r for day, rows in kept.items() for r in (fold(rows) if day in folded_days else rows)]
    shown_days = {day: fold(rows) if day in folded_days else rows for day, rows in kept.items()}
    latest = [row for row in story.rows if row.until_at == ends_at(story.today, story.zone)]
    rows = [*rows, *(row for row in latest if row not in rows)]

    # then each day has the same worst status
    def statuses_of(rows):
        bar = bar_of(story.claims, story.began_at, story.today, story.zone, rows)
        return {trouble.day: trouble.status for trouble in bar.affected_days}

    assert statuses_of(rows) == statuses_of(story.rows)

    # and the larger of the claims' and of the rows' downtime counts on the days that are folded
    def lost(day):
        claimed_tenths = shown_tenths = both = 0
        for minute in story.minutes_of(day):
            status, origin = story.naive.shown[minute]
            claim = story.claimed_at(minute)
            claimed_tenths += claim.downtime_tenths
            shown_tenths += status.downtime_tenths
            both += worst([claim, status if origin == TOGGLE else WELL]).downtime_tenths
        is_folded = day in folded_days and shown_days.get(day)
        return max(claimed_tenths, shown_tenths) if is_folded else both

    claims = [claim for _, claim in story.claims]
    found = percent(claims, story.began_at, story.today, story.zone, rows)
    assert found == story.percent_of(lost)
