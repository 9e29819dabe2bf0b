"""Statuses, impacts and states: their wire names and their order.

Source: docs/behaviour.md, "Statuses and severity".
"""

from collections.abc import Iterable
from enum import StrEnum


class Status(StrEnum):
    """The statuses of a component, from mild to severe."""

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
    """The impact of an incident, from mild to severe."""

    NONE = "none"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


class IncidentState(StrEnum):
    """The progress of an incident; `scheduled` is for maintenances only."""

    SCHEDULED = "scheduled"
    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    IN_PROGRESS = "in_progress"
    MONITORING = "monitoring"
    RESOLVED = "resolved"


class IncidentKind(StrEnum):
    """The kind: an unplanned incident or a planned maintenance."""

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
    """Return an incident's impact: that of its worst component status."""
    return IMPACT_OF.get(worst(statuses), Impact.NONE)
