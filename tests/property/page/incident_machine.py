"""Everything that an owner, a monitor and the clock can tell a page, as a state machine."""

from random import Random

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from domain.page import commands as c
from domain.status import Impact, IncidentState, Status
from tests.property.chances import (
    bodies,
    booleans,
    either,
    given_statuses,
    hours,
    listed,
    maybe,
    number,
    one,
    ordinals,
    references,
    repeats,
    some,
    states,
    states_told,
    tiers,
)
from tests.property.page.owner_machine import HOUR, MS, THINGS, PageMachine, may

rarely_ago = either(one(None), one(None), number(-1, 3))


class OwnerMachine(PageMachine):
    """A page's life, incidents and maintenances included."""

    @initialize(tier=st.sampled_from(tiers), start=st.integers(-4, 4))
    def begin(self, tier, start):
        """A page on which something happens already."""
        for name, kind in (("Site", "category"), ("Mail", "leaf"), ("Sub", "category")):
            self.add(kind, None if name == "Site" else 0, name, None, None, {})
        for name in ("API", "Web"):
            self.add("leaf", 0, name, 0, None, {})
        self.open(None, "Words.", [("API", Status.OUTAGE)], states_told[0], 1)
        self.schedule("Words.", ["API", "Web"], start, 2, auto_start=True, auto_end=True)
        self.tell_of_keys("create", 0, None, None)
        self.tell_of_keys("create", 0, None, None)
        self.pass_time(MS, tier)

    @rule(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 20))
    def happens(self, seed, count):
        """So many things happen, by chance. One rule: Hypothesis would leave most rules out."""
        dice = Random(seed)
        for _ in range(count):
            name, draw = dice.choice(THINGS)
            given = draw(dice)
            note(f"{name} {given}")
            getattr(self, name)(**given)

    # Incidents.

    @may(often=2, impact=one(None, *Impact), body=bodies, given=given_statuses,
        state=one(*states_told), ago=maybe(number(-1, 5)), ended=rarely_ago,
    )  # fmt: skip
    def open(self, impact, body, given, state, ago, ended=None):
        id_, uid, given = self.new("i"), self.new("u"), self.said(given)
        started, ended = self.ago(ago), self.ago(ended)
        listed = tuple(c.StatusGiven(*pair) for pair in given)
        more = {
            "title": "Down", "impact": impact, "body": body, "started": started, "ended": ended,
        }  # fmt: skip
        self.tell(
            c.OpenIncident(id_, uid, "Down", impact, body, listed, state, started, ended),
            lambda at: self.incidents.open_case(at, id_, uid, given, state, **more),
        )

    def ago(self, hours):
        """The instant so many hours ago."""
        return None if hours is None else self.now - hours * HOUR

    @may(often=4, n=ordinals, state=states, body=bodies, given=given_statuses, repeat=repeats,
        occurred=rarely_ago, ended=rarely_ago,
    )  # fmt: skip
    def post(self, n, state, body, given, repeat, occurred, ended):
        id_, occurred, ended = self.one_case(n), self.ago(occurred), self.ago(ended)
        self.post_on(id_, state, body, given, repeat, occurred, ended)

    @may(often=2, n=ordinals, body=bodies, given=given_statuses, repeat=repeats)
    def post_again(self, n, body, given, repeat):
        """An update in the state of its incident, as a monitor sends it every minute."""
        id_ = self.one_case(n)
        if id_ in self.incidents.cases:
            case = self.incidents.cases[id_]
            held = [pair for pair in case.held().items() if n % 2]
            self.post_on(id_, case.state, body if n % 3 else None, given if n % 5 else held, repeat)

    def post_on(self, id_, state, body, given, repeat, occurred=None, ended=None):
        uid, given = self.new("u"), self.said(given)
        listed = tuple(c.StatusGiven(*pair) for pair in given)
        self.tell(
            c.PostUpdate(
                id_,
                uid,
                IncidentState(state),
                body,
                listed,
                repeat,
                occurred_at=occurred,
                resolved_at=ended,
            ),
            lambda at: self.incidents.post(
                at, id_, uid, state, body, given, repeat, occurred=occurred, ended=ended
            ),
        )

    @may(n=ordinals, is_edit=booleans)
    def word(self, n, is_edit):
        uid = self.nth("u", n)
        id_ = self.words_of().get(uid, self.one_case(n))
        if is_edit:
            command = c.EditUpdate(id_, uid, "Better.")
            self.tell(command, lambda at: self.incidents.edit(at, id_, uid, "Better."))
        else:
            command = c.DeleteUpdate(id_, uid)
            self.tell(command, lambda at: self.incidents.delete_update(at, id_, uid))

    @may(n=ordinals)
    def delete_incident(self, n):
        id_ = self.one_case(n)
        self.tell(c.DeleteIncident(id_), lambda at: self.incidents.delete(at, id_))

    @may(often=2, n=ordinals,
        given=some(title=one("Other"), impact=one(*Impact), started=hours, resolved=hours,
                   start=hours, end=hours, auto_start=booleans, auto_end=booleans),
    )  # fmt: skip
    def change_incident(self, n, given):
        self.change_case(self.one_case(n), given)

    @may(often=2, n=ordinals, start=hours, lasts=number(1, 4))
    def plan_anew(self, n, start, lasts):
        self.change_case(self.nth("m", n), {"start": start, "end": start + lasts})

    @may(often=2, n=ordinals, ago=number(0, 2))
    def correct_start(self, n, ago):
        self.change_case(self.nth("i", n), {"started": -ago})

    def change_case(self, id_, given):
        """Instants are given in hours from now."""
        for name in {"started", "resolved", "start", "end"} & set(given):
            given[name] = self.now + given[name] * HOUR
        self.seen(id_, given)
        wire = {
            "started": "started_at", "resolved": "resolved_at",
            "start": "scheduled_start", "end": "scheduled_end",
        }  # fmt: skip
        command = c.ChangeIncident(id_, **{wire.get(n, n): value for n, value in given.items()})
        self.tell(command, lambda at: self.incidents.change(at, id_, given))

    # Maintenances.

    @may(
        body=bodies, leaves=listed(references, 3), start=hours, lasts=number(0, 4),
        auto_start=booleans, auto_end=booleans,
    )  # fmt: skip
    def schedule(self, body, leaves, start, lasts, auto_start, auto_end):
        id_, uid = self.new("m"), self.new("u")
        named = tuple(r if isinstance(r, str) else self.nth("c", r) for r in leaves)
        at = self.now + start * HOUR
        plan = {"start": at, "end": at + lasts * HOUR}
        self.seen(id_, plan)
        autos = {"auto_start": auto_start, "auto_end": auto_end}
        self.tell(
            c.ScheduleMaintenance(
                id_, uid, "Disks", plan["start"], plan["end"], body, named, **autos
            ),
            lambda at: self.incidents.schedule(at, id_, uid, "Disks", body, named, plan | autos),
        )

    def seen(self, id_, plan):
        self.plans += [(e, id_, plan[e]) for e in ("start", "end") if e in plan]

    @may(often=2, n=ordinals, edge=one("start", "end"))
    def by_hand(self, n, edge):
        self.at_edge(edge, self.nth(*("m", n) if n % 7 else ("i", n)), None)

    @may(often=3, n=number(0, 11), is_stale=booleans)
    def by_the_clock(self, n, is_stale):
        """What a beat appends: for a plan that is due, or was until it was changed meanwhile."""
        plans = self.plans if is_stale else self.due_next()
        if not plans:
            return
        edge, id_, due_at = plans[-1 - n % len(plans)]
        self.wait_until(due_at)
        self.at_edge(edge, id_, due_at)

    def due_next(self):
        """The next edge of every window that is not over."""
        cases = self.incidents.cases.items()
        windows = [(id_, case) for id_, case in cases if case.plan and not case.resolved]
        edges = [("start" if case.waits else "end", id_, case) for id_, case in windows]
        return [(edge, id_, case.plan[edge]) for edge, id_, case in edges]

    def at_edge(self, edge, id_, due_at):
        uid = self.new("u")
        kind = c.StartMaintenance if edge == "start" else c.FinishMaintenance
        say = self.incidents.start if edge == "start" else self.incidents.finish
        command = kind(id_, uid, due_at=due_at)
        self.tell(command, lambda at: say(at, id_, uid, due_at), due_at)

    def wait_until(self, at):
        self.now = max(self.now, at)
