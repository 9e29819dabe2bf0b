"""What a page must say, from the models of its tree and its incidents.

Source: docs/behaviour.md, "The page for visitors", "Overall status" and "Uptime".
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

from tests.property.page.case_model import RANKS, Case
from tests.property.page.incident_model import IncidentModel
from tests.property.page.owner_model import SEVERITY, SettingsModel, as_read

HEADLINES = {
    "operational": "All Systems Operational", "maintenance": "Under Maintenance",
    "degraded": "Degraded Performance", "partial": "Partial System Outage",
    "outage": "Major System Outage",
}  # fmt: skip
LABELS = {
    "operational": "Online", "degraded": "Degraded", "partial": "Partial Outage",
    "outage": "Outage", "maintenance": "Maintenance",
}  # fmt: skip
STATES = {
    "scheduled": "Scheduled", "investigating": "Investigating", "identified": "Identified",
    "in_progress": "In progress", "monitoring": "Monitoring", "resolved": "Resolved",
}  # fmt: skip
WEIGHTS = {"outage": Fraction(1), "partial": Fraction(3, 10)}
DAYS = 90
NAMED = 2  # components, if more are affected


@dataclass
class PageModel:
    """A page on a day in a zone."""

    incidents: IncidentModel
    settings: SettingsModel
    created: datetime
    now: datetime
    later: int  # days after today

    @property
    def today(self):
        return self.now.astimezone(self.zone).date() + timedelta(days=self.later)

    @property
    def tree(self):
        return self.incidents.tree

    @property
    def zone(self):
        return ZoneInfo(self.settings.values["time_zone"])

    def begins(self, day):
        return datetime.combine(day, time(), self.zone).astimezone(UTC)

    # The hero.

    def headline(self):
        overall = self.incidents.overall()
        if not self.tree.leaves() and overall == "operational":
            return "Nothing is monitored yet"
        return self.settings.values["headlines"].get(overall, HEADLINES[overall])

    def summary(self):
        leaves = self.leaves_in_order()
        ill = [id_ for id_ in leaves if self.tree.nodes[id_].status != "operational"]
        if not ill:
            return self.summary_of_well(leaves)
        ill.sort(key=lambda id_: -SEVERITY.index(self.tree.nodes[id_].status))
        well = len(leaves) - len(ill)
        is_plan = self.incidents.overall() == "maintenance"
        trouble = "under maintenance" if is_plan else "affected"
        if not well and len(ill) > NAMED:
            return f"All {len(leaves)} components are {trouble}"
        names, more = [self.whole_name(id_) for id_ in ill[:NAMED]], len(ill) - NAMED
        parts = [*names, f"{more} more"] if more > 0 else names
        told = ", ".join(parts[:-1]) + " and " * (len(parts) > 1) + parts[-1]
        rest = f" · {well} of {len(leaves)} {are(well)} operational" if well else ""
        return f"{told} {are(len(ill))} {trouble}{rest}"

    def summary_of_well(self, leaves):
        if self.incidents.overall() != "operational":
            return self.active()[0][1]
        if not leaves:
            return "Components appear here as soon as the first one is added."
        calm = self.calm_days()
        spell = "in the last 14 days" if calm >= 14 else f"for {number(calm, 'day')}"
        return number(len(leaves), "component") + (f", no incident {spell}" if calm else "")

    def last_change(self):
        return self.tree.changed.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def calm_days(self):
        cases = [case for case in self.incidents.cases.values() if case.kind == "incident"]
        if any(case.state != "resolved" for case in cases):
            return 0
        ends = [self.created, *(case.resolved for case in cases)]
        return min((self.today - end.astimezone(self.zone).date()).days for end in ends)

    def leaves_in_order(self, parent=None):
        nodes = self.tree.nodes
        return [
            leaf
            for id_ in self.tree.order.get(parent, [])
            for leaf in ([id_] if nodes[id_].kind == "leaf" else self.leaves_in_order(id_))
        ]

    def whole_name(self, id_):
        """A name; with its categories, if another leaf has the same."""
        name = self.tree.nodes[id_].name
        if [as_read(leaf.name) for leaf in self.tree.leaves().values()].count(as_read(name)) < 2:
            return blank(name)
        above = [self.tree.nodes[node].name for node in reversed(self.tree.above(id_))]
        return blank(" / ".join(above))

    # Incidents.

    def active(self):
        cases = [c for c in self.newest("incident") if c[1].state != "resolved"]
        cases.sort(key=lambda pair: -RANKS.index(pair[1].impact))
        return [
            (id_, case.title, word(case.impact) + STATES[case.state], latest(case))
            for id_, case in cases
        ]

    def maintenances(self):
        cases = [c for c in self.newest("maintenance") if c[1].state != "resolved"]
        return [
            (id_, case.title, STATES[case.state])
            if case.waits
            else (id_, case.title, "Maintenance" + STATES[case.state])
            for id_, case in reversed(cases)
        ]

    def newest(self, kind):
        cases = [pair for pair in self.incidents.cases.items() if pair[1].kind == kind]
        return sorted(cases, key=lambda pair: (pair[1].started, pair[0]), reverse=True)

    def past(self):
        ended = [pair for pair in self.incidents.cases.items() if pair[1].state == "resolved"]
        ended.sort(key=lambda pair: (pair[1].resolved, pair[0]), reverse=True)
        return [(id_, case.title, closing(case)) for id_, case in ended]

    # Components.

    def label(self, status):
        return self.settings.values["labels"].get(status, LABELS[status])

    def rows(self):
        return sorted((blank(n.name), blank(self.row(id_))) for id_, n in self.tree.nodes.items())

    def row(self, id_):
        node, below = self.tree.nodes[id_], self.leaves_in_order(id_)
        if node.kind == "category" and not node.status and not below:
            return "No components"
        shown = self.tree.shows(id_)
        worst = max(
            map(self.tree.shows, self.tree.order.get(id_, [])), key=SEVERITY.index, default=shown
        )
        is_pinned = SEVERITY.index(shown) < SEVERITY.index(worst)
        return self.label(shown) + " (pinned)" * is_pinned

    def bars(self):
        if not self.settings.values["show_uptime"]:
            return {}
        leaves = self.tree.leaves().items()
        return {id_: (self.days(id_), self.percent(id_)) for id_, n in leaves if n.show_uptime}

    def claims(self, leaf):
        """(status, since, until) of all incidents."""
        cases = self.incidents.cases.values()
        return [claim for case in cases for claim in case.timeline.claims(leaf)]

    def days(self, leaf):
        first, claims = self.first_day(leaf), self.claims(leaf) + self.shown(leaf)
        days = [self.today - timedelta(days=DAYS - 1 - n) for n in range(DAYS)]
        created = self.tree.nodes[leaf].created
        return [self.worst_of(claims, day, created) if day >= first else "nodata" for day in days]

    def shown(self, leaf, *origins):
        """(status, since, until) of what the leaf showed, by any origin or some."""
        rows = self.tree.nodes[leaf].shown
        return [(s, a, b) for s, origin, a, b in rows if not origins or origin in origins]

    def first_day(self, leaf):
        return min(self.tree.nodes[leaf].created.astimezone(self.zone).date(), self.today)

    def worst_of(self, claims, day, created):
        start, end = max(self.begins(day), created), self.begins(day + timedelta(days=1))
        inside = [s for s, a, b in claims if max(a, start) < min(b or end, end)]
        return max(inside, key=SEVERITY.index, default="operational")

    def percent(self, leaf):
        if self.tree.nodes[leaf].created.astimezone(self.zone).date() >= self.today:
            return "—"
        start = max(
            self.begins(self.today - timedelta(days=DAYS - 1)), self.tree.nodes[leaf].created
        )
        end = self.begins(self.today)
        claims = self.claims(leaf)
        if self.settings.values["uptime_counts"] == "all":
            claims += self.shown(leaf, "toggle")
        edges = sorted(
            {start, end} | {t for _, a, b in claims for t in (a, b) if t and start < t < end}
        )
        lost = sum(self.weight(claims, a) * micros(b - a) for a, b in pairwise(edges))
        whole = micros(end - start)
        return f"{(10_000 * (whole - lost) // whole) / 100:.2f} %"

    def weight(self, claims, at):
        return max(
            (WEIGHTS.get(s, 0) for s, a, b in claims if a <= at and (b is None or at < b)),
            default=0,
        )


def micros(length):
    return length // timedelta(microseconds=1)


def latest(case: Case):
    """The newest message, if it is of the state in which the incident is."""
    state, body, _ = [*case.updates.values()][-1] if case.updates else (case.state, "", None)
    return body if state == case.state else ""


def closing(case: Case):
    if case.called_off:
        return "Called off"
    impact = "" if case.kind == "maintenance" else word(case.impact)
    return f"Resolved after {spell(int(case.timeline.duration()))}" + (
        f" · {impact}" if impact else ""
    )


def spell(seconds):
    """A length in whole minutes; below one in seconds, from 48 hours on in hours."""
    if seconds < 60:
        return f"{seconds} s"
    hours, minutes = divmod(seconds // 60, 60)
    parts = {"h": hours, "min": minutes} if hours < 48 else {"d": hours // 24, "h": hours % 24}
    return " ".join(f"{count} {unit}" for unit, count in parts.items() if count)


def word(impact):
    return "" if impact == "none" else impact.capitalize()


def blank(text):
    return " ".join(text.split())


def are(count):
    return "is" if count == 1 else "are"


def number(count, noun):
    return f"{count} {noun}" + "s" * (count != 1)
