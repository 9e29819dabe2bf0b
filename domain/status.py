"""Statuses, impacts and states: their wire names, and which is worse.

Source: docs/behaviour.md, "Statuses and severity".
"""

from collections.abc import Iterable
from enum import StrEnum


class Status(StrEnum):
    """What a component can show, mild to bad."""

    OPERATIONAL = "operational"
    MAINTENANCE = "maintenance"
    DEGRADED = "degraded"
    PARTIAL = "partial"
    OUTAGE = "outage"

    @property
    def severity(self) -> int:
        """Rank among statuses; 0 is operational, 4 an outage."""
        return SEVERITY[self]


SEVERITY = {status: rank for rank, status in enumerate(Status)}


class Impact(StrEnum):
    """How much an incident hurts, mild to bad."""

    NONE = "none"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


class IncidentState(StrEnum):
    """How far the work on an incident is; `scheduled` belongs to maintenances alone."""

    SCHEDULED = "scheduled"
    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    IN_PROGRESS = "in_progress"
    MONITORING = "monitoring"
    RESOLVED = "resolved"


class IncidentKind(StrEnum):
    """An incident happens; a maintenance is planned."""

    INCIDENT = "incident"
    MAINTENANCE = "maintenance"


IMPACT_OF = {
    Status.DEGRADED: Impact.MINOR,
    Status.PARTIAL: Impact.MAJOR,
    Status.OUTAGE: Impact.CRITICAL,
}


def worst(statuses: Iterable[Status]) -> Status:
    """Return the most severe of `statuses`; operational when there are none."""
    return max(statuses, key=SEVERITY.__getitem__, default=Status.OPERATIONAL)


def impact_of(statuses: Iterable[Status]) -> Impact:
    """Derive an incident's impact from the worst status that it gives to a leaf."""
    return IMPACT_OF.get(worst(statuses), Impact.NONE)
