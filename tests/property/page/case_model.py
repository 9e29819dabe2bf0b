"""A model of one incident or maintenance, and of what follows from its timeline.

Source: docs/behaviour.md, "Timelines" and "Impact".
"""

from dataclasses import dataclass, field
from datetime import datetime

from tests.property.page.timeline_model import Timeline

IMPACTS = {"degraded": "minor", "partial": "major", "outage": "critical"}
RANKS = ["none", "minor", "major", "critical"]


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
    is_rated: bool = False  # whether somebody gave its impact
    age: tuple = ()

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
        return bool(self.timeline.open_times())

    @property
    def called_off(self):
        return bool(self.plan) and self.state == "resolved" and not self.has_begun

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
        if self.plan and self.has_begun:
            self.started = self.timeline.open_times()[0][0]
        self.rate()

    def rate(self):
        """Unless somebody gave it, the impact is the worst that it claimed."""
        claimed = [IMPACTS.get(status, "none") for _, status, *_ in self.claims()]
        if not self.is_rated:
            self.impact = max([self.impact, *claimed], key=RANKS.index)

    def speaks_of(self):
        """The leaves that it claims or claimed, for some time or in an entry."""
        told = [said.statuses for said in self.timeline.entries if said.state != "resolved"]
        return {leaf for leaf, *_ in self.claims()}.union(*told)

    def would_read(self, said):
        """Whether a further entry would change what the timeline says."""
        more = Timeline([*self.timeline.entries, said], self.leaves)
        leaves = {*self.named(), *said.statuses}
        return more.tells(leaves) != self.timeline.tells(leaves)

    def forget(self, leaf):
        """A leaf is gone, and with it what was said of it."""
        self.timeline.planned[:] = [planned for planned in self.leaves if planned != leaf]
        for said in self.timeline.entries:
            said.statuses.pop(leaf, None)
