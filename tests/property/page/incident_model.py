"""A model of incidents, maintenances and their claims, in plain steps.

Like `owner_model`, it returns None or the code of a refusal, and knows nothing of the code.

Source: docs/behaviour.md, "Claims", "Resolving an incident" and "Maintenance".
"""

from dataclasses import dataclass, field
from datetime import datetime

from tests.property.page.owner_model import TreeModel, worst

IMPACTS = {"degraded": "minor", "partial": "major", "outage": "critical"}
RANKS = ["none", "minor", "major", "critical"]


@dataclass
class Held:
    """That a status was claimed of a leaf from `since` until `until` (None: still)."""

    leaf: str
    status: str
    since: datetime
    until: datetime | None = None


@dataclass
class Case:
    """An incident or a maintenance."""

    kind: str
    title: str
    impact: str
    state: str
    started: datetime
    resolved: datetime | None = None
    plan: dict[str, object] = field(default_factory=dict)  # start, end, auto_start, auto_end
    leaves: list[str] = field(default_factory=list)
    updates: dict[str, list] = field(default_factory=dict)  # id: state, body, edited at
    claims: list[Held] = field(default_factory=list)
    named: dict[str, set[str]] = field(default_factory=dict)  # update: leaves that it claims
    is_rated: bool = False  # whether somebody gave its impact
    called_off: bool = False
    age: tuple = ()

    @property
    def waits(self):
        return self.state == "scheduled"

    def held(self):
        return {c.leaf: c.status for c in self.claims if c.until is None}

    def claim(self, leaf, status, at):
        if self.held().get(leaf) != status:
            self.let_go(at, leaf)
            self.claims.append(Held(leaf, status, at))
        if not self.is_rated:
            self.impact = max(self.impact, IMPACTS.get(status, "none"), key=RANKS.index)

    def speaks_of(self):
        """The leaves that it claims or claimed, for some time or in an entry that is told."""
        return {claim.leaf for claim in self.claims}.union(*self.named.values())

    def let_go(self, at, leaf=None):
        """End what is claimed (of one leaf); what lasted no time leaves no trace."""
        for claim in self.claims:
            if claim.until is None and leaf in (None, claim.leaf):
                claim.until = at
        self.forget_what_lasted_no_time()

    def forget_what_lasted_no_time(self):
        self.claims = [c for c in self.claims if c.until is None or c.since < c.until]

    def move_start(self, at):
        """Claims that it began with begin with it; none lasts from before it."""
        for claim in self.claims:
            if claim.since == self.started or claim.since < at:
                claim.since = at
        self.started = at
        self.forget_what_lasted_no_time()


@dataclass
class IncidentModel:
    """All cases of a page, over its tree."""

    tree: TreeModel
    cases: dict[str, Case] = field(default_factory=dict)

    def meant(self, given):
        return {leaf: status for ref, status in given for leaf in self.tree.meant(ref)}

    def show(self, at, given, origin):
        for leaf, status in given.items():
            self.tree.say(at, leaf, status, origin)

    def toggle(self, at, reference, status):
        leaves = self.tree.meant(reference)
        self.show(at, dict.fromkeys(leaves, status), "toggle")
        return None if leaves else "NOT_FOUND"

    def heal(self, at, gone, named=()):
        """An incident is over: where it spoke last, the worst of what is left is shown."""
        if self.cases[gone].state == "resolved":
            return
        left = [c for id_, c in self.cases.items() if id_ != gone and c.state != "resolved"]
        left.sort(key=lambda case: case.age, reverse=True)  # of equal claims the newest counts
        for leaf, node in self.tree.leaves().items():
            if node.origin == gone and leaf not in named:
                status = worst(c.held()[leaf] for c in left if leaf in c.held())
                origins = (c.age[-1] for c in left if c.held().get(leaf) == status)
                self.tree.say(at, leaf, status, next(origins, "toggle"))

    def overall(self):
        """The worst of what leaves show, and of incidents that never spoke of one that exists."""
        shown = [node.status for node in self.tree.leaves().values()]
        lifting = {impact: status for status, impact in IMPACTS.items()}
        silent = [c for c in self.cases.values() if not c.speaks_of() & set(self.tree.nodes)]
        kinds = [c for c in silent if c.kind == "incident" and c.state != "resolved"]
        return worst([*shown, *(lifting.get(c.impact, "operational") for c in kinds)])

    def open_case(self, at, id_, uid, given, state, **more):
        """`more` has a title, and maybe a body, an impact and when it started."""
        began, body = more["started"] or at, more["body"]
        if began > at:
            return "VALIDATION"
        said, impact = self.meant(given), more["impact"]
        case = Case("incident", more["title"], impact or "none", state, began)
        case.is_rated = impact is not None
        self.add(at, id_, case)
        if body:
            case.updates[uid] = [state, body, None]
            case.named[uid] = set(said) if state != "resolved" else set()
        for leaf, status in said.items():
            case.claim(leaf, status, began)
        if state == "resolved":
            case.resolved = at
            case.let_go(at)
        else:
            self.show(at, said, id_)
        return None

    def schedule(self, at, id_, uid, title, body, references, plan):
        if plan["end"] <= plan["start"]:
            return "VALIDATION"
        case = Case("maintenance", title, "none", "scheduled", plan["start"], plan=plan)
        case.leaves = list(dict.fromkeys(leaf for r in references for leaf in self.tree.meant(r)))
        if body:
            case.updates[uid] = ["scheduled", body, None]
        self.add(at, id_, case)
        return None

    def add(self, at, id_, case):
        self.cases[id_], case.age = case, (at, id_)
        self.tree.change_seen(at)

    def post(self, at, id_, uid, state, body, given, repeat="post"):
        case = self.cases.get(id_)
        if case is None:
            return "NOT_FOUND"
        said = self.meant(given)
        is_new = state != case.state or body or self.would_change(id_, said)
        if not is_new and repeat != "post":
            return "VALIDATION" if repeat == "refuse" else None
        if state == "scheduled" and (said or not case.waits):
            return "VALIDATION"
        if case.waits and state not in ("scheduled", "resolved"):
            self.begin(at, id_, said)
        elif state == "resolved":
            self.release(at, id_, said)
        elif state != "scheduled":
            if case.state == "resolved" and case.kind == "maintenance":
                case.plan = {**case.plan, "auto_end": False}
            for leaf, status in said.items():
                case.claim(leaf, status, at)
            self.show(at, said, id_)
        self.tell(case, uid, state, body, at)
        case.named[uid] = set(said) if state != "resolved" else set()
        return None

    def would_change(self, id_, said):
        """Whether a status would be another one, or said by another one."""
        case, nodes = self.cases[id_], self.tree.nodes
        held = case.held()
        shown = any((nodes[i].status, nodes[i].origin) != (said[i], id_) for i in said)
        return shown or (case.state != "resolved" and any(held.get(i) != said[i] for i in said))

    def tell(self, case, uid, state, body, at):
        if (case.waits and state != "scheduled") or (case.called_off and state != "resolved"):
            case.started = at
        self.tree.change_seen(at)
        case.updates[uid] = [state, body or "", None]
        case.resolved = (case.resolved or at) if state == "resolved" else None
        case.called_off = case.kind == "maintenance" and case.resolved == case.started
        case.state = state

    def begin(self, at, id_, said, *, clock=False):
        """Its leaves are in maintenance; the clock hides nothing worse, and nothing of the past."""
        case = self.cases[id_]
        planned = [leaf for leaf in case.leaves if leaf in self.tree.nodes]
        is_over = case.plan["auto_end"] and case.plan["end"] <= self.tree.changed
        milder = ("operational", "maintenance")
        for leaf, status in {**dict.fromkeys(planned, "maintenance"), **said}.items():
            case.claim(leaf, status, at)
            if not clock or (self.tree.nodes[leaf].status in milder and not is_over):
                self.show(at, {leaf: status}, id_)

    def release(self, at, id_, said):
        self.heal(at, id_, said)
        self.show(at, said, id_)
        self.cases[id_].let_go(at)

    def start(self, at, id_, uid, due=None):
        case = self.cases.get(id_)
        if case is None or case.kind != "maintenance":
            return "VALIDATION" if case else "NOT_FOUND"
        if not case.waits or (due and not (case.plan["auto_start"] and due == case.plan["start"])):
            return "CONFLICT"
        self.begin(at, id_, {}, clock=due is not None)
        self.tell(case, uid, "in_progress", None, at)
        return None

    def finish(self, at, id_, uid, due=None):
        case = self.cases.get(id_)
        if case is None or case.kind != "maintenance":
            return "VALIDATION" if case else "NOT_FOUND"
        if case.waits or case.state == "resolved":
            return "CONFLICT"
        plan = case.plan
        if due and not (plan["auto_end"] and due == plan["end"] and due > case.started):
            return "CONFLICT"
        self.release(at, id_, {})
        self.tell(case, uid, "resolved", None, at)
        return None

    def change(self, at, id_, given):
        """`given` has title, impact, started, and of the plan start, end, auto_start, auto_end."""
        case = self.cases.get(id_)
        if case is None:
            return "NOT_FOUND"
        check = self.wrong_plan if case.kind == "maintenance" else self.wrong_change
        if refused := check(case, given, at):
            return refused
        case.title, case.impact = given.get("title", case.title), given.get("impact", case.impact)
        case.is_rated |= "impact" in given
        self.tree.change_seen(at)
        if case.kind == "maintenance":
            case.plan = {name: given.get(name, value) for name, value in case.plan.items()}
            case.started = case.plan["start"] if case.waits else case.started
        elif "started" in given:
            case.move_start(given["started"])
        return None

    def wrong_change(self, case, given, at):
        planned = {"start", "end", "auto_start", "auto_end"} & set(given)
        too_late = "started" in given and given["started"] > (case.resolved or at)
        return "VALIDATION" if planned or too_late else None

    def wrong_plan(self, case, given, at):
        if "started" in given:
            return "VALIDATION"
        if {"start", "auto_start"} & set(given) and not case.waits:
            return "CONFLICT"
        if {"end", "auto_end"} & set(given) and case.state == "resolved":
            return "CONFLICT"
        plan = {**case.plan, **given}
        start = plan["start"] if case.waits else case.started
        is_empty = {"start", "end"} & set(given) and plan["end"] <= start
        is_past = any(
            given.get(f"auto_{edge}") and edge not in given and plan[edge] <= at
            for edge in ("start", "end")
        )
        return "VALIDATION" if is_empty or is_past else None

    def edit(self, at, id_, uid, body):
        if uid not in self.updates_of(id_):
            return "NOT_FOUND"
        self.updates_of(id_)[uid][1:] = [body, at]
        return self.tree.change_seen(at)

    def delete_update(self, at, id_, uid):
        if self.updates_of(id_).pop(uid, None) is None:
            return "NOT_FOUND"
        self.cases[id_].named.pop(uid, None)
        return self.tree.change_seen(at)

    def updates_of(self, id_):
        return self.cases[id_].updates if id_ in self.cases else {}

    def delete(self, at, id_):
        if id_ not in self.cases:
            return "NOT_FOUND"
        self.heal(at, id_)
        del self.cases[id_]
        return None

    def delete_leaf(self, leaf):
        for case in self.cases.values():
            case.claims = [claim for claim in case.claims if claim.leaf != leaf]
            case.leaves = [planned for planned in case.leaves if planned != leaf]
