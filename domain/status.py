"""Statuses, impacts and states: their wire names and their order.

Source: docs/behaviour.md, "Statuses and severity". Their looks are in templates/: colours, words,
glyphs and shapes.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Self


class Impact(StrEnum):
    """The impact of an incident, from mild to severe."""

    NONE = "none"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"

    @property
    def severity(self) -> int:
        """Rank among impacts; 0 is none, 3 critical."""
        return tuple(Impact).index(self)


class Status(StrEnum):
    """The statuses of a component, from mild to severe."""

    impact: Impact  # of an incident that claims it
    downtime_tenths: int  # the share of its time that counts as downtime

    OPERATIONAL = "operational", Impact.NONE, 0
    MAINTENANCE = "maintenance", Impact.NONE, 0
    DEGRADED = "degraded", Impact.MINOR, 0
    PARTIAL = "partial", Impact.MAJOR, 3
    OUTAGE = "outage", Impact.CRITICAL, 10

    def __new__(cls, name: str, impact: Impact = Impact.NONE, downtime_tenths: int = 0) -> Self:
        """Create a status from its row; its name on the wire is its value."""
        status = str.__new__(cls, name)
        status._value_ = name
        status.impact, status.downtime_tenths = impact, downtime_tenths
        return status

    @property
    def severity(self) -> int:
        """Rank among statuses; 0 is operational, 4 an outage."""
        return SEVERITY[self]


SEVERITY = {status: rank for rank, status in enumerate(Status)}
# The order in which people read them: what is planned comes last.
LISTED = (*(s for s in Status if s is not Status.MAINTENANCE), Status.MAINTENANCE)


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


def worst(statuses: Iterable[Status]) -> Status:
    """Return the most severe of `statuses`; operational when there are none."""
    return max(statuses, key=SEVERITY.__getitem__, default=Status.OPERATIONAL)


def impact_of(statuses: Iterable[Status]) -> Impact:
    """Return an incident's impact: that of its worst component status."""
    return worst(statuses).impact
