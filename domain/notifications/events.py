"""Public events: the changes of incidents that subscribers hear of.

Source: docs/behaviour.md, "Notifications".
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.status import Impact, IncidentKind, IncidentState


class EventKind(StrEnum):
    """The kind of a public event."""

    OPENED = "opened"
    UPDATED = "updated"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"
    PLANNED = "planned"
    CHANGED = "changed"
    CALLED_OFF = "called_off"
    BEGUN = "begun"
    ENDED = "ended"
    REMINDER = "reminder"

    @property
    def is_end(self) -> bool:
        """Whether nothing follows it, unless the incident is reopened."""
        return self in ENDS


ENDS = (EventKind.RESOLVED, EventKind.WITHDRAWN, EventKind.CALLED_OFF, EventKind.ENDED)


@dataclass(frozen=True, slots=True)
class PublicEvent:
    """A public event, with its incident as it was after it.

    `concerns` are the ids of all leaves that the incident has claimed and of the categories above
    them; empty if it names none, and so concerns all.
    """

    kind: EventKind
    incident_id: str
    incident_kind: IncidentKind
    title: str
    state: IncidentState
    impact: Impact
    concerns: tuple[str, ...]
    at: datetime
    update_id: str | None = None
