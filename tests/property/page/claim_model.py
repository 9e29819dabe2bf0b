"""A model of claims in plain steps: what leaves show, and which incident claims it.

Source: docs/behaviour.md, "Claims" and "Resolving an incident".
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from domain.status import Status

SEVERITY = ["operational", "maintenance", "degraded", "partial", "outage"]


@dataclass
class ClaimModel:
    """What every leaf shows, and what each incident (unresolved or not) claims of leaves."""

    shown: dict[str, Status]
    claims: dict[str, dict[str, Status]] = field(default_factory=dict)

    @classmethod
    def of(cls, leaves: Iterable[str]) -> "ClaimModel":
        return cls(dict.fromkeys(leaves, Status.OPERATIONAL))

    def open(self, incident, given):
        self.claims[incident] = {}
        self.say(incident, given)

    def update(self, incident, state, given):
        if incident not in self.claims:
            return
        if state == "resolved":
            self.let_go(incident, given)
            self.claims[incident] = {}
        else:
            self.say(incident, given)

    def delete(self, incident):
        self.let_go(incident, {})
        self.claims.pop(incident, None)

    def toggle(self, leaf, status):
        self.shown[leaf] = status

    def say(self, incident, given):
        self.claims[incident].update(given)
        self.shown.update(given)

    def let_go(self, incident, given):
        for leaf in self.claims.get(incident, {}):
            others = [
                held[leaf] for i, held in self.claims.items() if i != incident and leaf in held
            ]
            self.shown[leaf] = max(others, key=SEVERITY.index, default=Status.OPERATIONAL)
        self.shown.update(given)
