"""A second reading of timelines: of each moment by itself, without a pass over the entries.

Source: docs/behaviour.md, "Timelines".
"""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise


@dataclass
class Said:
    """An entry: when it occurred, its state and statuses, and the end that it gives."""

    at: datetime
    state: str
    statuses: dict[str, str]
    ended: datetime | None = None

    @property
    def is_open(self):
        return self.state not in ("resolved", "scheduled")


@dataclass
class Timeline:
    """The entries of an incident in the order of posting, its opening first."""

    entries: list[Said] = field(default_factory=list)
    planned: list[str] = field(default_factory=list)  # leaves, of a maintenance

    def in_order(self):
        """The entries that say how it stands: planning does not."""
        told = [entry for entry in self.entries if entry.state != "scheduled"]
        return sorted(told, key=lambda entry: entry.at)

    def statuses(self, index, entry):
        """What an entry says of leaves; what begins a maintenance says it of those planned."""
        planned = self.planned if index == 0 else ()
        return {**dict.fromkeys(planned, "maintenance"), **entry.statuses}

    def ends(self):
        """(index, end) of each resolution, which may be several entries in a row."""
        ordered, found = self.in_order(), []
        for index, entry in enumerate(ordered):
            if entry.is_open:
                continue
            if index and not ordered[index - 1].is_open:
                first, end = found.pop()
                found.append((first, entry.ended or end))
            else:
                found.append((index, entry.ended or entry.at))
        return found

    def end(self):
        """When it ended, if nothing was said since."""
        ends, ordered = self.ends(), self.in_order()
        return ends[-1][1] if ends and not ordered[-1].is_open else None

    def lasts(self, index, moment):
        """Whether what an entry said still counts at a moment."""
        return all(end > moment for later, end in self.ends() if later > index)

    def is_open(self, moment):
        """Whether the incident was open."""
        return any(
            entry.is_open and entry.at <= moment and self.lasts(index, moment)
            for index, entry in enumerate(self.in_order())
        )

    def claim(self, leaf, moment):
        """The status that it claimed of a leaf."""
        naming = [
            (index, self.statuses(index, entry)[leaf])
            for index, entry in enumerate(self.in_order())
            if entry.is_open and entry.at <= moment and leaf in self.statuses(index, entry)
        ]
        if not naming or not self.lasts(naming[-1][0], moment):
            return None
        return naming[-1][1]

    def changes(self):
        """The instants at which anything may change."""
        ends = [end for _, end in self.ends()]
        return sorted({entry.at for entry in self.entries} | set(ends))

    def claims(self, leaf):
        """(status, since, until) of a leaf; until is None for what is still claimed."""
        found = []
        for since, until in pairwise([*self.changes(), None]):
            status = self.claim(leaf, since)
            if status and found and found[-1][0] == status and found[-1][2] == since:
                found[-1] = (status, found[-1][1], until)
            elif status:
                found.append((status, since, until))
        return found

    def open_times(self):
        """(since, until) of each time in which it was open; until is None if it still is."""
        found = []
        for since, until in pairwise([*self.changes(), None]):
            if self.is_open(since):
                is_longer = found and found[-1][1] == since
                found.append((found.pop()[0] if is_longer else since, until))
        return found

    def duration(self):
        """How long it was open, in seconds, if it is over."""
        return sum((until - since).total_seconds() for since, until in self.open_times())

    def tells(self, leaves):
        """All that follows from the entries."""
        claims = {leaf: self.claims(leaf) for leaf in leaves}
        return claims, self.open_times(), self.end()
