"""Who gets what, against a small model of docs/behaviour.md, "Public events" and "Delivery".

Writes, edits, deletions, subscriptions, choices, failures, hidden pages and time in any order. The
core tells what an incident is at each event; who hears of it, and in which message, is the model's.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from sqlalchemy import text

from domain.page import commands as c
from domain.page.state import ComponentKind
from domain.status import IncidentKind, IncidentState, Status
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.load import load_page
from tests.property.strategies import statuses
from tests.support.drained_page import DrainedPage
from tests.support.subscribing import Recorder, expand, let_pass, notify, subscribe
from workers.notify.outcome import Retry

IMPACTS = ["none", "minor", "major", "critical"]
numbers = st.integers(0, 1)
notifies = st.sampled_from([None, None, True, False])
# Mostly one choice at a time: several together leave little to hear of.
choices = st.sampled_from(
    [
        {},
        {},
        {"updates": "ends"},
        {"impact": "minor"},
        {"impact": "critical"},
        {"components": "web"},
        {"components": "eu"},
        {"kinds": "incidents"},
        {"kinds": "maintenances"},
        {"updates": "ends", "components": "api"},
        {"impact": "major", "updates": "ends"},
    ]
)
OPEN_STATES = [IncidentState.IDENTIFIED, IncidentState.MONITORING, IncidentState.RESOLVED]


@dataclass
class Gets:
    """A delivery of the model."""

    incident: str
    kind: str
    update: str | None
    status: str = "waiting"


@dataclass
class Subscriber:
    """A subscriber of the model: its choices, its deliveries, and whether it may get a message."""

    id: str
    choices: dict
    gets: list[Gets] = field(default_factory=list)
    is_resting: bool = False

    def has_heard(self, incident, *, of=("waiting", "sent")):
        return any(g.incident == incident and g.status in of for g in self.gets)


class Notifications(RuleBasedStateMachine):
    """A page with two leaves, one of them in a category, and its subscribers."""

    def __init__(self) -> None:
        super().__init__()
        self.page = DrainedPage("api", "web")
        page_id = self.page.id
        self.page.append(c.AddComponent(self.name("c", "eu"), "EU", ComponentKind.CATEGORY))
        self.page.append(c.ChangeComponent(self.page.leaves["api"], parent=self.name("c", "eu")))
        self.page.drain()
        self.subscribers: dict[int, Subscriber] = {}
        self.updates: dict[str, list[str]] = {}
        self.is_public, self.count, self.fails = True, 0, False
        for number, first in enumerate(({}, {"updates": "ends"})):
            self.subscribers[number] = Subscriber(subscribe(page_id, minutes_ago=0, **first), first)

    def name(self, prefix, part):
        return f"{prefix}_{self.page.id}_{part}"

    def new_update(self, incident):
        self.count += 1
        self.updates.setdefault(incident, []).append(self.name("u", self.count))
        return self.updates[incident][-1]

    def incident(self, number):
        with sync_engine().connect() as conn:
            page, _ = load_page(conn, self.page.id, [self.name("i", number)])
        return page.incidents.get(self.name("i", number)), page

    def tell(self, number, command, kind_after, *, notify_default=True):
        """Give a command; `kind_after(before, after)` names its event, if it makes one."""
        before, _ = self.incident(number)
        self.page.append(command)
        self.page.drain()
        expand()
        after, page = self.incident(number)
        if before == after:
            return
        kind = kind_after(before, after)
        notifies = getattr(command, "notify", None)
        if kind and (notify_default if notifies is None else notifies):
            for subscriber in self.subscribers.values():
                self.deliver(subscriber, kind, after or before, page, command)

    def deliver(self, subscriber, kind, incident, page, command):
        """Put an event into the deliveries of a subscriber who hears of it."""
        has_heard = subscriber.has_heard(incident.id)
        if self.hears(subscriber, kind, incident, page, has_heard):
            update = getattr(command, "update_id", None)
            update = update if any(u.id == update for u in incident.updates) else None
            status = "waiting" if self.is_public else "suppressed"
            subscriber.gets.append(Gets(incident.id, kind, update, status))

    def hears(self, subscriber, kind, incident, page, has_heard):
        chosen = subscriber.choices
        if chosen.get("kinds", "all") not in ("all", f"{incident.kind}s"):
            return False
        if kind == "withdrawn" and not has_heard:
            return False
        if not has_heard:
            if IMPACTS.index(incident.impact) < IMPACTS.index(chosen.get("impact", "none")):
                return False
            leaves = {claim.component_id for claim in incident.claims} | set(incident.leaves)
            leaves |= {leaf for entry in incident.updates for leaf in entry.components}
            leaves |= {leaf for entry in incident.bare_entries for leaf in entry.components}
            above = {page.components[leaf].parent_id for leaf in leaves}
            wanted = chosen.get("components")
            if wanted and leaves and not (leaves | above) & set(wanted):
                return False
        is_end = kind in ("resolved", "withdrawn", "ended", "called_off")
        return chosen.get("updates", "all") == "all" or is_end or not has_heard

    # What is done to the page.

    @rule(number=numbers, leaf=st.none() | st.sampled_from(["api", "web"]), status=statuses,
          notify=notifies)  # fmt: skip
    def open(self, number, leaf, status, notify):
        id_ = self.name("i", number)
        if self.incident(number)[0] is None:
            given = (c.StatusGiven(leaf, status),) if leaf else ()
            command = c.OpenIncident(
                id_, self.new_update(id_), "Down", None, "We look.", given, notify=notify
            )
            self.tell(number, command, lambda _, __: "opened")

    @rule(number=numbers, state=st.sampled_from(OPEN_STATES), leaf=st.none() | st.just("web"),
          status=statuses, notify=notifies)  # fmt: skip
    def update(self, number, state, leaf, status, notify):
        incident, _ = self.incident(number)
        if incident is None:
            self.open(number, leaf, status, notify)
        elif incident.kind is IncidentKind.INCIDENT:
            given = (c.StatusGiven(leaf, status),) if leaf else ()
            command = c.PostUpdate(
                incident.id, self.new_update(incident.id), state, "News.", given, notify=notify
            )
            self.tell(number, command, lambda b, a: (
                "resolved" if a.is_resolved and not b.is_resolved else "updated"))  # fmt: skip

    @rule(number=numbers)
    def edit_and_mute(self, number):
        incident, _ = self.incident(number)
        if incident is not None and len(incident.updates) > 1:
            self.tell(number, c.EditUpdate(incident.id, incident.updates[0].id, "Other."), none)
            self.tell(number, c.DeleteUpdate(incident.id, incident.updates[-1].id), none)

    @rule(number=numbers, notify=notifies)
    def delete(self, number, notify):
        incident, _ = self.incident(number)
        if incident is not None:
            command = c.DeleteIncident(incident.id, notify=notify)
            kept = incident.notifies
            self.tell(number, command, lambda b, _: None if b.is_resolved else "withdrawn",
                      notify_default=kept)  # fmt: skip

    @rule(number=numbers, notify=notifies)
    def plan(self, number, notify):
        if self.incident(number)[0] is None:
            id_, start = self.name("i", number), datetime.now(UTC) + timedelta(days=9)
            more = {"components": ("api",), "notify": notify}
            end = start + timedelta(hours=1)
            update = self.new_update(id_)
            command = c.ScheduleMaintenance(id_, update, "Disks", start, end, "Soon.", **more)
            self.tell(number, command, lambda _, __: "planned")

    @rule(number=numbers)
    def go_on(self, number):
        incident, _ = self.incident(number)
        if incident is not None and incident.kind is IncidentKind.MAINTENANCE:
            is_waiting = incident.state is IncidentState.SCHEDULED
            kind = c.StartMaintenance if is_waiting else c.FinishMaintenance
            command = kind(incident.id, self.new_update(incident.id))
            word = "begun" if is_waiting else "ended"
            self.tell(number, command, lambda _, __: word, notify_default=incident.notifies)

    @rule()
    def toggle_and_hide_or_show(self):
        self.page.append(c.SetStatus("web", Status.DEGRADED))
        self.is_public = not self.is_public
        self.page.append(c.ChangePage(is_public=self.is_public))
        self.page.drain()

    # What subscribers do.

    @rule(number=st.integers(0, 3), choices=choices)
    def subscribe(self, number, choices):
        ids = {**self.page.leaves, "eu": self.name("c", "eu")}
        chosen = dict(choices)
        if "components" in chosen:
            chosen["components"] = [ids[chosen["components"]]]
        id_ = subscribe(self.page.id, minutes_ago=0, **chosen)
        if former := self.subscribers.get(number):
            with sync_engine().begin() as conn:
                conn.execute(text("DELETE FROM subscribers WHERE id = :id"), {"id": former.id})
        self.subscribers[number] = Subscriber(id_, chosen)

    # What the notifier does.

    @rule()
    def fail(self):
        """The next attempt of each subscriber fails."""
        self.fails = True

    @rule(passes=st.booleans())
    def send(self, passes):
        if passes:
            let_pass(self.page.id, minutes=5)
            for subscriber in self.subscribers.values():
                subscriber.is_resting = False
        recorder = Recorder(*[Retry("answered 500")] * (len(self.subscribers) * self.fails))
        notify(self.page, recorder)
        for subscriber in self.subscribers.values():
            assert recorder.sent(subscriber.id) == self.expected(subscriber)
        if self.fails:  # and at once a second time: nothing overtakes what failed
            let_pass(self.page.id, minutes=5)
        self.fails = False

    def expected(self, subscriber):
        """The messages of a subscriber, which are noted as sent."""
        waiting = [g for g in subscriber.gets if g.status == "waiting"]
        if subscriber.is_resting or not waiting:
            return []
        news: dict[str, list[str]] = {}
        for gets in waiting:
            gets.status = self.status_after(subscriber, gets)
        for gets in [g for g in waiting if g.status == "sent"]:
            news.setdefault(gets.incident, []).append(gets.kind)
        if news and self.fails:
            for gets in waiting:
                gets.status = "waiting" if gets.status == "sent" else gets.status
            return []
        subscriber.is_resting = bool(news)
        return [news] if news else []

    def status_after(self, subscriber, gets):
        if not self.is_public:
            return "suppressed"
        with sync_engine().connect() as conn:
            page, _ = load_page(conn, self.page.id, [gets.incident])
        incident = page.incidents.get(gets.incident)
        if incident is None:
            was_sent = subscriber.has_heard(gets.incident, of=("sent",))
            return "sent" if gets.kind == "withdrawn" and was_sent else "dropped"
        is_muted = gets.update and gets.update not in {u.id for u in incident.updates}
        return "dropped" if gets.kind == "updated" and is_muted else "sent"


def none(_before, _after):
    """No event."""


TestNotifications = pytest.mark.usefixtures("store")(Notifications.TestCase)
TestNotifications.settings = settings(max_examples=20, stateful_step_count=50, deadline=None)
