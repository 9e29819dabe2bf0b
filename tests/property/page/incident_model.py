"""A model of incidents, maintenances and their claims, in plain steps.

Like `owner_model`, it returns None or the code of a refusal, and knows nothing of the code.

Source: docs/behaviour.md, "Claims", "Resolving an incident" and "Maintenance".
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.property.page.owner_model import TreeModel, worst
from tests.property.page.timeline_model import Said, Timeline

MS = timedelta(milliseconds=1)
IMPACTS = {"degraded": "minor", "partial": "major", "outage": "critical"}


@dataclass
class Case:
    """An incident or a maintenance; what it claimed, and when it ended, its timeline says."""

    kind: str
    title: str
    impact: str
    state: str
    started: datetime
    posted: datetime
    plan: dict[str, object] = field(default_factory=dict)  # start, end, auto_start, auto_end
    updates: dict[str, list] = field(default_factory=dict)  # id: state, body, edited at
    times: dict[str, datetime] = field(default_factory=dict)  # id: when it occurred
    timeline: Timeline = field(default_factory=Timeline)

    @property
    def waits(self):
        return self.state == "scheduled"

    @property
    def resolved(self):
        return self.timeline.end() if self.state == "resolved" else None

    @property
    def leaves(self):
        return self.timeline.planned

    @property
    def opened(self):
        """From when on updates may have occurred, as the API tells it."""
        return self.posted if self.plan else self.started

    @property
    def has_begun(self):
        return any(said.is_open for said in self.timeline.entries)

    def claims(self):
        return [(leaf, *claim) for leaf in self.named() for claim in self.timeline.claims(leaf)]

    def named(self):
        said = (leaf for entry in self.timeline.entries for leaf in entry.statuses)
        return dict.fromkeys([*self.leaves, *said])

    def held(self):
        return {leaf: status for leaf, status, _, until in self.claims() if until is None}

    def say(self, uid, said, body):
        """Add an entry, which is no update without a text or an id."""
        self.timeline.entries.append(said)
        if body is not None:
            self.updates[uid], self.times[uid] = [said.state, body, None], said.at
            self.updates = dict(sorted(self.updates.items(), key=lambda u: self.times[u[0]]))
        if self.plan:
            opened = [entry.at for entry in self.timeline.in_order() if entry.is_open]
            self.started = opened[0] if opened else self.started

    def forget(self, leaf):
        """A leaf is gone, and with it what was said of it."""
        self.timeline.planned[:] = [planned for planned in self.leaves if planned != leaf]
        for said in self.timeline.entries:
            said.statuses.pop(leaf, None)


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
        """`more` has a title, and maybe a body, an impact, when it started and when it ended."""
        began, body, ended = more["started"] or at, more["body"], more.get("ended")
        is_over = state == "resolved"
        if began > at or (ended and not (is_over and began < ended <= at)):
            return "VALIDATION"
        said = self.meant(given)
        impact = more["impact"] or IMPACTS.get(worst(said.values()), "none")
        case = self.cases[id_] = Case("incident", more["title"], impact, state, began, at)
        if is_over:
            case.say(None, Said(began, "investigating", said), None)
            case.say(uid, Said(at, state, said.copy(), ended), body)
        else:
            case.say(uid, Said(began, state, said), body)
            self.show(said)
        return None

    def schedule(self, at, id_, uid, title, body, references, plan):
        if plan["end"] <= plan["start"]:
            return "VALIDATION"
        case = Case("maintenance", title, "none", "scheduled", plan["start"], at, plan=plan)
        case.leaves.extend(dict.fromkeys(leaf for r in references for leaf in self.tree.meant(r)))
        case.say(uid, Said(at, "scheduled", {}), body)
        self.cases[id_] = case
        return None

    def post(self, at, id_, uid, state, body, given, occurred=None, ended=None):
        case = self.cases.get(id_)
        if case is None:
            return "NOT_FOUND"
        said = Said(max(occurred, case.opened) if occurred else at, state, self.meant(given), ended)
        if self.is_wrong_time(case, said, at, occurred):
            return "VALIDATION"
        if state == "scheduled" and (said.statuses or not case.waits):
            return "VALIDATION"
        newest = max((entry.at for entry in case.timeline.in_order()), default=said.at)
        is_earlier = state != "scheduled" and said.at < newest
        if is_earlier or (case.resolved and ended):
            self.show({} if is_earlier else said.statuses)
            case.say(uid, said, body or "")
        elif case.waits and said.is_open:
            self.begin(case, uid, said, body)
        elif state == "resolved":
            self.release(case, uid, said, body)
        else:
            if case.state == "resolved" and case.plan:
                case.plan = {**case.plan, "auto_end": False}
            self.show(said.statuses)
            self.tell(case, uid, said, body)
        return None

    def is_wrong_time(self, case, said, at, occurred):
        if occurred and not case.opened - MS < occurred <= at:
            return True
        if said.ended is None:
            return False
        is_over = said.state == "resolved" and case.has_begun
        return not (is_over and case.started < said.ended <= at)

    def tell(self, case, uid, said, body):
        """Add the newest entry, whose state the case takes."""
        if case.waits and said.state == "resolved":
            case.started = said.at
        case.say(uid, said, body or "")
        case.state = said.state

    def begin(self, case, uid, said, body):
        """Its leaves are in maintenance; a worse claim of another goes on showing."""
        planned = [leaf for leaf in case.leaves if leaf in self.tree.nodes]
        shown = {leaf: worst(["maintenance", self.others_claim(case, leaf)]) for leaf in planned}
        self.show({**shown, **said.statuses})
        self.tell(case, uid, said, body)

    def release(self, case, uid, said, body):
        self.show({leaf: self.others_claim(case, leaf) for leaf in case.held()} | said.statuses)
        self.tell(case, uid, said, body)

    def start(self, at, id_, uid, due=None):
        case = self.cases.get(id_)
        if case is None or case.kind != "maintenance":
            return "VALIDATION" if case else "NOT_FOUND"
        if not case.waits or (due and not (case.plan["auto_start"] and due == case.plan["start"])):
            return "CONFLICT"
        self.begin(case, uid, Said(at, "in_progress", {}), None)
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
        newest = max([at, *(entry.at for entry in case.timeline.in_order())])
        self.release(case, uid, Said(newest, "resolved", {}, at), None)
        return None

    def change(self, at, id_, given):
        """`given` has title, impact, started, resolved; of the plan start, end, auto_start, …."""
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
            case.started = case.timeline.entries[0].at = given["started"]
        if "resolved" in given:
            case.timeline.in_order()[-1].ended = given["resolved"]
        return None

    def wrong_change(self, case, given, at):
        planned = {"start", "end", "auto_start", "auto_end"} & set(given)
        started, ended = given.get("started"), given.get("resolved", case.resolved)
        others, last = case.timeline.entries[1:], case.timeline.in_order()[-1]
        limits = [at, *(entry.at for entry in others)] + ([ended] if ended else [])
        limits += [entry.ended for entry in others if entry.ended and entry is not last]
        is_late = started and started > min(limits)
        is_wrong = planned or is_late or self.is_wrong_end(case, given, at)
        return "VALIDATION" if is_wrong else None

    def is_wrong_end(self, case, given, at):
        if "resolved" not in given:
            return False
        started = case.started if case.plan else given.get("started", case.started)
        is_over = case.state == "resolved" and case.has_begun
        return not (is_over and started < given["resolved"] <= at)

    def wrong_plan(self, case, given, at):
        if "started" in given:
            return "VALIDATION"
        if {"start", "auto_start"} & set(given) and not case.waits:
            return "CONFLICT"
        if {"end", "auto_end"} & set(given) and case.state == "resolved":
            return "CONFLICT"
        if self.is_wrong_end(case, given, at):
            return "VALIDATION"
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
            case.forget(leaf)
