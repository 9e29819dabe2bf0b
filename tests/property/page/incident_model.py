"""A model of incidents, maintenances and their claims, in plain steps.

Like `owner_model`, it returns None or the code of a refusal, and knows nothing of the code.

Source: docs/behaviour.md, "Claims", "Resolving an incident" and "Maintenance".
"""

from dataclasses import dataclass, field
from datetime import datetime

from tests.property.page.owner_model import TreeModel, worst

IMPACTS = {"degraded": "minor", "partial": "major", "outage": "critical"}


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

    @property
    def waits(self):
        return self.state == "scheduled"

    def held(self):
        return {claim.leaf: claim.status for claim in self.claims if claim.until is None}

    def claim(self, leaf, status, at):
        if self.held().get(leaf) != status:
            self.let_go(at, leaf)
            self.claims.append(Held(leaf, status, at))

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

    def show(self, given):
        for leaf, status in given.items():
            self.tree.nodes[leaf].status = status

    def toggle(self, reference, status):
        leaves = self.tree.meant(reference)
        self.show(dict.fromkeys(leaves, status))
        return None if leaves else "NOT_FOUND"

    def others_claim(self, case, leaf):
        others = (c for c in self.cases.values() if c is not case and c.state != "resolved")
        return worst(c.held()[leaf] for c in others if leaf in c.held())

    def open_case(self, at, id_, uid, given, state, **more):
        """`more` has a title, and maybe a body, an impact and when it started."""
        began, body = more["started"] or at, more["body"]
        if began > at:
            return "VALIDATION"
        said = self.meant(given)
        impact = more["impact"] or IMPACTS.get(worst(said.values()), "none")
        case = self.cases[id_] = Case("incident", more["title"], impact, state, began)
        if body:
            case.updates[uid] = [state, body, None]
        for leaf, status in said.items():
            case.claim(leaf, status, began)
        if state == "resolved":
            case.resolved = at
            case.let_go(at)
        else:
            self.show(said)
        return None

    def schedule(self, id_, uid, title, body, references, plan):
        if plan["end"] <= plan["start"]:
            return "VALIDATION"
        case = Case("maintenance", title, "none", "scheduled", plan["start"], plan=plan)
        case.leaves = list(dict.fromkeys(leaf for r in references for leaf in self.tree.meant(r)))
        if body:
            case.updates[uid] = ["scheduled", body, None]
        self.cases[id_] = case
        return None

    def post(self, at, id_, uid, state, body, given):
        case = self.cases.get(id_)
        if case is None:
            return "NOT_FOUND"
        said = self.meant(given)
        if state == "scheduled" and (said or not case.waits):
            return "VALIDATION"
        if case.waits and state not in ("scheduled", "resolved"):
            self.begin(case, said, at)
        elif state == "resolved":
            self.release(case, said, at)
        elif state != "scheduled":
            if case.state == "resolved" and case.kind == "maintenance":
                case.plan = {**case.plan, "auto_end": False}
            for leaf, status in said.items():
                case.claim(leaf, status, at)
            self.show(said)
        self.tell(case, uid, state, body, at)
        return None

    def tell(self, case, uid, state, body, at):
        if case.waits and state != "scheduled":
            case.started = at
        case.updates[uid] = [state, body or "", None]
        case.resolved = (case.resolved or at) if state == "resolved" else None
        case.state = state

    def begin(self, case, said, at):
        """Its leaves are in maintenance; a worse claim of another goes on showing."""
        planned = [leaf for leaf in case.leaves if leaf in self.tree.nodes]
        shown = {leaf: worst(["maintenance", self.others_claim(case, leaf)]) for leaf in planned}
        for leaf, status in {**dict.fromkeys(planned, "maintenance"), **said}.items():
            case.claim(leaf, status, at)
        self.show({**shown, **said})

    def release(self, case, said, at):
        self.show({leaf: self.others_claim(case, leaf) for leaf in case.held()} | said)
        case.let_go(at)

    def start(self, at, id_, uid, due=None):
        case = self.cases.get(id_)
        if case is None or case.kind != "maintenance":
            return "VALIDATION" if case else "NOT_FOUND"
        if not case.waits or (due and not (case.plan["auto_start"] and due == case.plan["start"])):
            return "CONFLICT"
        self.begin(case, {}, at)
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
        self.release(case, {}, at)
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
        if id_ not in self.cases or uid not in self.cases[id_].updates:
            return "NOT_FOUND"
        self.cases[id_].updates[uid][1:] = [body, at]
        return None

    def delete_update(self, id_, uid):
        if id_ not in self.cases or uid not in self.cases[id_].updates:
            return "NOT_FOUND"
        del self.cases[id_].updates[uid]
        return None

    def delete(self, id_):
        case = self.cases.pop(id_, None)
        if case is None:
            return "NOT_FOUND"
        self.show({leaf: self.others_claim(case, leaf) for leaf in case.held()})
        return None

    def delete_leaf(self, leaf):
        for case in self.cases.values():
            case.claims = [claim for claim in case.claims if claim.leaf != leaf]
            case.leaves = [planned for planned in case.leaves if planned != leaf]
