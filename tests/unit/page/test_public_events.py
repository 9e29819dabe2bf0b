"""Which writes subscribers hear of. Source: docs/behaviour.md, "Public events"."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.notifications.events import EventKind
from domain.page import commands as c
from domain.page.apply import apply_all
from domain.page.decide.table import decide
from domain.page.public_events import find_public_events
from domain.page.state import ComponentKind, Entitlement, Page, Tier
from domain.status import Impact, IncidentState, Status

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DOWN = (c.StatusGiven("api", Status.OUTAGE),)
RESOLVED = IncidentState.RESOLVED


class Story:
    """A page, and the public events of its commands, an hour apart."""

    def __init__(self):
        self.page, self.at = Page("p"), NOW
        self.tell(
            c.CreatePage("a", "Acme", Entitlement(Tier.PRIME)),
            c.AddComponent("eu", "EU", ComponentKind.CATEGORY),
            c.AddComponent("api", "API", parent="eu"),
            c.AddComponent("db", "Database"),
        )

    def tell(self, *commands):
        """Apply commands; return their events."""
        events = []
        for command in commands:
            decision = decide(self.page, command, self.at)
            assert isinstance(decision, tuple), decision
            before, self.page = self.page, apply_all(self.page, decision)
            events += find_public_events(before, self.page, command, self.at)
            self.at += HOUR
        return events

    def kinds(self, *commands):
        return [event.kind for event in self.tell(*commands)]


@pytest.fixture
def story():
    return Story()


OPEN = c.OpenIncident("i", "u1", "Down", None, "We look.", DOWN)
PLAN = c.ScheduleMaintenance("w", "u1", "Disks", NOW + 9 * HOUR, NOW + 20 * HOUR, "Soon", ("api",))


def test_an_incident_is_heard_from_its_opening_to_its_end(story):
    events = story.tell(
        OPEN,
        c.PostUpdate("i", "u2", IncidentState.IDENTIFIED, "Found."),
        c.PostUpdate("i", "u3", RESOLVED, "Done."),
        c.PostUpdate("i", "u4", RESOLVED, "Why it happened."),
        c.PostUpdate("i", "u5", IncidentState.MONITORING, "It is back."),
    )
    k = EventKind
    assert [e.kind for e in events] == [k.OPENED, k.UPDATED, k.RESOLVED, k.UPDATED, k.UPDATED]
    opened = events[0]
    assert (opened.update_id, opened.impact) == ("u1", Impact.CRITICAL)
    assert opened.concerns == ("api", "eu")  # the leaf, and the category above it


def test_leaves_that_were_claimed_once_stay_concerned(story):
    story.tell(OPEN)
    more = (c.StatusGiven("api", Status.OPERATIONAL), c.StatusGiven("db", Status.DEGRADED))
    [event] = story.tell(c.PostUpdate("i", "u2", IncidentState.IDENTIFIED, "Db", more))
    assert event.concerns == ("api", "db", "eu")


@pytest.mark.parametrize(
    ("last", "kind"),
    [
        (c.StartMaintenance("w", "u2"), EventKind.BEGUN),
        (c.PostUpdate("w", "u2", IncidentState.IN_PROGRESS), EventKind.BEGUN),
        (c.PostUpdate("w", "u2", RESOLVED, "Not today."), EventKind.CALLED_OFF),
        (c.ChangeIncident("w", scheduled_end=NOW + 30 * HOUR), EventKind.CHANGED),
        (c.PostUpdate("w", "u2", IncidentState.SCHEDULED, "Bring tea."), EventKind.UPDATED),
        (c.DeleteIncident("w"), EventKind.WITHDRAWN),
    ],
)
def test_a_maintenance_is_heard_of_when_it_is_planned_and_when_that_changes(story, last, kind):
    assert story.kinds(PLAN, last) == [EventKind.PLANNED, kind]


def test_a_maintenance_ends_by_hand_and_by_the_clock(story):
    start = c.StartMaintenance("w", "u2")
    assert story.kinds(PLAN, start, c.FinishMaintenance("w", "u3"))[-1] is EventKind.ENDED


@pytest.mark.parametrize(
    "silent",
    [
        c.SetStatus("db", Status.OUTAGE),
        c.EditUpdate("i", "u1", "We look harder."),
        c.DeleteUpdate("i", "u1"),
        c.ChangeIncident("i", title="Other words", impact=Impact.MINOR),
        c.ChangeIncident("i", started_at=NOW - HOUR),
        c.DeleteComponent("api"),
        c.ChangePage("Acme Inc."),
    ],
)
def test_nobody_hears_of_toggles_edits_and_corrections(story, silent):
    story.tell(OPEN)
    assert story.tell(silent) == []


@pytest.mark.parametrize("notify", [None, True, False])
def test_default_is_true_but_for_what_is_over(story, notify):
    # given an incident that is reported after its end
    over = c.OpenIncident(
        "o", "u1", "Short", None, "Over.", DOWN, RESOLVED, NOW - HOUR, NOW, notify=notify
    )
    assert story.kinds(over) == ([EventKind.RESOLVED] if notify else [])
    # and one that began long ago
    early = c.OpenIncident("i", "u2", "Long", None, "It lasts.", DOWN, started_at=NOW - 99 * HOUR)
    assert story.kinds(early) == [EventKind.OPENED]
    # when an entry is placed before others
    state, at = IncidentState.IDENTIFIED, NOW - HOUR
    story.tell(c.PostUpdate("i", "u3", IncidentState.MONITORING, "Watch."))
    earlier = c.PostUpdate("i", "u4", state, "We knew.", occurred_at=at, notify=notify)
    assert story.kinds(earlier) == ([EventKind.UPDATED] if notify else [])


def test_notify_is_obeyed_the_end_included(story):
    story.tell(OPEN)
    assert story.tell(c.PostUpdate("i", "u2", RESOLVED, "Done.", notify=False)) == []


def test_a_maintenance_keeps_its_notify_until_it_is_changed(story):
    # given a maintenance that is planned in silence
    story.tell(
        c.ScheduleMaintenance("w", "u1", "Disks", NOW + 9 * HOUR, NOW + 20 * HOUR, notify=False)
    )
    start, end = c.StartMaintenance("w", "u2"), c.FinishMaintenance("w", "u3")
    assert story.tell(start) == []
    # when its owner wants it told after all
    assert story.tell(c.ChangeIncident("w", notify=True)) == []
    assert story.kinds(end) == [EventKind.ENDED]


def test_nothing_is_withdrawn_when_it_is_over(story):
    story.tell(OPEN, c.PostUpdate("i", "u2", RESOLVED, "Done."))
    assert story.tell(c.DeleteIncident("i")) == []
