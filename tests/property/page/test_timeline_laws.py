"""Laws of timelines: whatever the order of posting, the order of occurrence counts.

Source: docs/behaviour.md, "Timelines".
"""

from datetime import UTC, datetime, timedelta

from hypothesis import event, given
from hypothesis import strategies as st

from domain.page import commands as c
from domain.page.apply import apply_all
from domain.page.decide.table import decide
from domain.page.state import Component, Page
from domain.page.timeline import open_seconds
from domain.results import Rejection
from domain.status import IncidentState, Status
from tests.property.page.timeline_model import Said, Timeline
from tests.property.strategies import statuses, unresolved_states

ZERO = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
LEAVES = ("A", "B")

namings = st.dictionaries(st.sampled_from(LEAVES), statuses, max_size=2)
states = unresolved_states | st.just(IncidentState.RESOLVED)
hours = st.integers(-1, 12)
posts = st.tuples(
    st.just("post"), st.integers(0, 2), states, namings, st.none() | hours, st.none() | hours
)
corrections = st.tuples(st.sampled_from(["start", "end"]), st.integers(0, 2), hours)
deletions = st.tuples(st.just("delete"), st.integers(0, 9))
steps = st.lists(posts | corrections | deletions, max_size=9)
openings = st.tuples(states, namings, st.booleans(), st.none() | hours)


def at_hour(number):
    return None if number is None else ZERO + number * HOUR


def given_statuses(named):
    return tuple(c.StatusGiven(leaf, status) for leaf, status in named.items())


class Told:
    """One incident on a page, and beside it the reading by the model."""

    def __init__(self, opening):
        state, named, has_body, ended = opening
        leaves = {leaf: Component(leaf, leaf, ZERO, status=Status.OPERATIONAL) for leaf in LEAVES}
        self.page, self.now = Page("p", created_at=ZERO, components=leaves), ZERO + 4 * HOUR
        self.timeline, self.updates = Timeline(), []
        self.state, start, end = state, ZERO, at_hour(ended)
        is_over = state is IncidentState.RESOLVED
        if (end and not is_over) or (end and not ZERO < end <= self.now):
            end = None
        body = "Text" if has_body else None
        command = c.OpenIncident("i", "u", "T", None, body, given_statuses(named), state, start)
        self.give(c.OpenIncident(**{**fields_of(command), "resolved_at": end}))
        self.timeline.entries.append(Said(start, "open" if is_over else state, named))
        if is_over:
            self.timeline.entries.append(Said(self.now, state, named, end))
        self.updates += ["u"] if has_body else []

    @property
    def incident(self):
        return self.page.incidents["i"]

    def give(self, command):
        """Give a command; return whether it was accepted."""
        decision = decide(self.page, command, self.now)
        if isinstance(decision, Rejection):
            event("refused")
            return False
        self.page = apply_all(self.page, decision)
        return True

    def take(self, step):
        match step:
            case ("post", wait, state, named, occurred, ended):
                self.now += wait * HOUR
                self.post(state, named, at_hour(occurred), at_hour(ended))
            case (kind, wait, hour):
                self.now += wait * HOUR
                self.correct(kind, at_hour(hour))
            case ("delete", number) if self.updates:
                assert self.give(c.DeleteUpdate("i", self.updates.pop(number % len(self.updates))))

    def post(self, state, named, occurred, ended):
        start, uid = self.incident.started_at, f"u{len(self.timeline.entries)}"
        at, shown = occurred or self.now, self.page.components
        wrong = occurred and not start <= occurred <= self.now
        is_over = state is IncidentState.RESOLVED
        wrong = wrong or (ended and not (is_over and start < ended <= self.now))
        times = {"occurred_at": occurred, "resolved_at": ended}
        command = c.PostUpdate("i", uid, state, "Text", given_statuses(named), **times)
        assert self.give(command) is not bool(wrong)
        if wrong:
            return
        if any(entry.at > at for entry in self.timeline.entries):
            event("earlier")
            assert self.page.components == shown
        else:
            self.state = state
        self.timeline.entries.append(Said(at, state, named, ended))
        self.updates.append(uid)

    def correct(self, kind, hour):
        entries, end = self.timeline.entries, self.timeline.end()
        if kind == "start":
            limits = [entry.at for entry in entries[1:]] + [self.now] + ([end] if end else [])
            limits += [entry.ended for entry in entries if entry.ended]
            is_right = hour <= min(limits)
            assert self.give(c.ChangeIncident("i", started_at=hour)) is is_right
            if is_right:
                entries[0].at = hour
        else:
            is_right = end is not None and entries[0].at < hour <= self.now
            assert self.give(c.ChangeIncident("i", resolved_at=hour)) is is_right
            if is_right:
                self.timeline.in_order()[-1].ended = hour


def fields_of(command):
    return {name: getattr(command, name) for name in command.__dataclass_fields__}


def chain(incident, leaf):
    """(status, since, until) of a leaf, of what follows without a gap as one."""
    found = []
    for claim in incident.claims:
        if claim.component_id != leaf:
            continue
        if found and found[-1][0] == claim.status and found[-1][2] == claim.from_at:
            found[-1] = (claim.status, found[-1][1], claim.until_at)
        else:
            found.append((claim.status, claim.from_at, claim.until_at))
    return found


@given(openings, steps)
def test_claims_and_times_are_those_of_the_second_reading_whatever_is_posted(opening, drawn):
    told = Told(opening)
    for step in drawn:
        told.take(step)
        incident, timeline = told.incident, told.timeline
        for leaf in LEAVES:
            assert chain(incident, leaf) == timeline.claims(leaf)
        assert incident.state is told.state
        assert incident.started_at == timeline.entries[0].at
        assert incident.resolved_at == timeline.end()
        if incident.is_resolved:
            assert open_seconds(incident) == int(timeline.duration())
        assert {update.id for update in incident.updates} == set(told.updates)
        times = [update.occurred_at for update in incident.updates]
        assert times == sorted(times)


@given(
    st.lists(st.tuples(states, namings), min_size=2, max_size=6),
    st.randoms(use_true_random=False),
)
def test_claims_are_the_same_when_the_same_entries_are_posted_in_another_order(drawn, random):
    # given entries that occurred hour after hour, and an opening that says nothing
    entries = [(at_hour(n + 1), *entry) for n, entry in enumerate(drawn)]
    shuffled = random.sample(entries, len(entries))
    readings = []
    # when they are posted in one order and in another, all of them late
    for order in (entries, shuffled):
        told = Told((IncidentState.INVESTIGATING, {}, True, None))
        told.now = at_hour(len(entries) + 1)
        for occurred, state, named in order:
            told.post(state, named, occurred, None)
        incident = told.incident
        readings.append(
            (
                [chain(incident, leaf) for leaf in LEAVES],
                incident.state,
                incident.resolved_at,
                [(u.occurred_at, u.state) for u in incident.updates],
                open_seconds(incident),
            )
        )
    # then the timeline is the same
    assert readings[0] == readings[1]
