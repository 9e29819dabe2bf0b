"""A model of incidents, maintenances and their claims, in plain steps.

Like `owner_model`, it returns None or the code of a refusal, and knows nothing of the code.

Source: docs/behaviour.md, "Claims", "Resolving an incident" and "Maintenance".
"""

from dataclasses import dataclass, field
from datetime import timedelta

from tests.property.page.case_model import IMPACTS, Case
from tests.property.page.owner_model import TreeModel, worst
from tests.property.page.timeline_model import Said

MS = timedelta(milliseconds=1)


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
        """`more` has a title, and maybe a body, an impact, when it started and when it ended."""
        began, body, ended = more["started"] or at, more["body"], more.get("ended")
        is_over = state == "resolved"
        if began > at or (ended and not (is_over and began < ended <= at)):
            return "VALIDATION"
        said = self.meant(given)
        impact = more["impact"] or IMPACTS.get(worst(said.values()), "none")
        case = Case("incident", more["title"], impact, state, began, at)
        case.is_rated = more["impact"] is not None
        self.add(at, id_, case)
        if is_over:
            case.say(None, Said(began, "investigating", said), None)
            case.say(uid, Said(at, state, said.copy(), ended), body)
        else:
            case.say(uid, Said(began, state, said), body)
            self.show(at, said, id_)
        return None

    def schedule(self, at, id_, uid, title, body, references, plan):
        if plan["end"] <= plan["start"]:
            return "VALIDATION"
        case = Case("maintenance", title, "none", "scheduled", plan["start"], at, plan=plan)
        case.leaves.extend(dict.fromkeys(leaf for r in references for leaf in self.tree.meant(r)))
        case.say(uid, Said(at, "scheduled", {}), body)
        self.add(at, id_, case)
        return None

    def add(self, at, id_, case):
        self.cases[id_], case.age = case, (at, id_)
        self.tree.change_seen(at)

    def post(self, at, id_, uid, state, body, given, repeat="post", **times):
        """`times` may have when it occurred, and when the trouble ended."""
        occurred, ended = times.get("occurred"), times.get("ended")
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
        is_past = is_earlier or bool(case.resolved and ended)
        shown = {} if is_earlier else said.statuses
        is_new = state != case.state or body or self.would_change(id_, shown)
        is_new = is_new or (case.would_read(said) if is_past else self.would_claim(case, said))
        if not is_new and repeat != "post":
            return "VALIDATION" if repeat == "refuse" else None
        if is_past:
            self.show(at, shown, id_)
            case.say(uid, said, body or "")
            self.tree.change_seen(at)
        elif case.waits and said.is_open:
            self.begin(at, id_, uid, said, body)
        elif state == "resolved":
            self.release(at, id_, uid, said, body)
        else:
            if case.state == "resolved" and case.plan:
                case.plan = {**case.plan, "auto_end": False}
            self.show(at, shown, id_)
            self.tell(at, case, uid, said, body)
        return None

    def would_change(self, id_, shown):
        """Whether a status would be another one, or said by another one."""
        nodes = self.tree.nodes
        return any((nodes[i].status, nodes[i].origin) != (shown[i], id_) for i in shown)

    def would_claim(self, case, said):
        """Whether a claim would be another one."""
        held = case.held() if said.is_open else said.statuses
        return any(held.get(leaf) != status for leaf, status in said.statuses.items())

    def is_wrong_time(self, case, said, at, occurred):
        if occurred and not case.opened - MS < occurred <= at:
            return True
        if said.ended is None:
            return False
        is_over = said.state == "resolved" and case.has_begun
        return not (is_over and case.started < said.ended <= at)

    def tell(self, at, case, uid, said, body):
        """Add the newest entry, whose state the case takes."""
        if case.waits and said.state == "resolved":
            case.started = said.at
        case.say(uid, said, body or "")
        case.state = said.state
        self.tree.change_seen(at)

    def begin(self, at, id_, uid, said, body, *, clock=False):
        """Its leaves are in maintenance; the clock hides nothing worse, and nothing of the past."""
        case = self.cases[id_]
        planned = [leaf for leaf in case.leaves if leaf in self.tree.nodes]
        is_over = case.plan["auto_end"] and case.plan["end"] <= self.tree.changed
        milder = ("operational", "maintenance")
        said.statuses = {**dict.fromkeys(planned, "maintenance"), **said.statuses}
        for leaf, status in said.statuses.items():
            if not clock or (self.tree.nodes[leaf].status in milder and not is_over):
                self.show(at, {leaf: status}, id_)
        self.tell(at, case, uid, said, body)

    def release(self, at, id_, uid, said, body):
        self.heal(at, id_, said.statuses)
        self.show(at, said.statuses, id_)
        self.tell(at, self.cases[id_], uid, said, body)

    def start(self, at, id_, uid, due=None):
        case = self.cases.get(id_)
        if case is None or case.kind != "maintenance":
            return "VALIDATION" if case else "NOT_FOUND"
        if not case.waits or (due and not (case.plan["auto_start"] and due == case.plan["start"])):
            return "CONFLICT"
        said = Said(at, "in_progress", {})
        self.begin(at, id_, uid, said, None, clock=due is not None)
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
        self.release(at, id_, uid, Said(newest, "resolved", {}, at if at < newest else None), None)
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
        case.is_rated |= "impact" in given
        self.tree.change_seen(at)
        if case.kind == "maintenance":
            case.plan = {name: given.get(name, value) for name, value in case.plan.items()}
            case.started = case.plan["start"] if case.waits else case.started
        elif "started" in given:
            case.started = case.timeline.entries[0].at = given["started"]
        if "resolved" in given:
            case.timeline.in_order()[-1].ended = given["resolved"]
        case.rate()
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
        if uid not in self.updates_of(id_):
            return "NOT_FOUND"
        self.updates_of(id_)[uid][1:] = [body, at]
        return self.tree.change_seen(at)

    def delete_update(self, at, id_, uid):
        if self.updates_of(id_).pop(uid, None) is None:
            return "NOT_FOUND"
        return self.tree.change_seen(at)

    def updates_of(self, id_):
        return self.cases[id_].updates if id_ in self.cases else {}

    def delete(self, at, id_):
        if id_ not in self.cases:
            return "NOT_FOUND"
        self.heal(at, id_)
        del self.cases[id_]
        for node in self.tree.leaves().values():
            node.forget(at, id_)
        return self.tree.change_seen(at)

    def delete_leaf(self, leaf):
        for case in self.cases.values():
            case.forget(leaf)
