"""The content of a message to one subscriber, before a channel gives it its form."""

from dataclasses import dataclass
from datetime import datetime

from domain.notifications.events import EventKind
from domain.status import Impact, IncidentKind, IncidentState, Status


@dataclass(frozen=True, slots=True)
class Affected:
    """A component that is affected; `name` includes its categories."""

    id: str
    name: str
    status: Status


@dataclass(frozen=True, slots=True)
class NewsEntry:
    """An event in a message, with the present text of its update (Markdown)."""

    kind: EventKind
    state: IncidentState
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TimelineUpdate:
    """A public update of an incident, for channels that tell all of them."""

    id: str
    state: IncidentState
    body: str
    occurred_at: datetime
    posted_at: datetime
    edited_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class IncidentNews:
    """An incident in a message: its present state, and its new entries, oldest first.

    `is_first` if the recipient hears of it for the first time. Withdrawn: it does not exist any
    more, its title and state are those of its last event.
    """

    id: str
    kind: IncidentKind
    title: str
    state: IncidentState
    impact: Impact
    started_at: datetime
    posted_at: datetime
    updated_at: datetime
    url: str
    entries: tuple[NewsEntry, ...]
    affected: tuple[Affected, ...] = ()
    resolved_at: datetime | None = None
    scheduled_start: datetime | None = None
    scheduled_end: datetime | None = None
    updates: tuple[TimelineUpdate, ...] = ()
    is_first: bool = True
    is_withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class MessagePage:
    """The page that a message is about; `impact` and `headline` are those of its overall status."""

    id: str
    name: str
    url: str
    time_zone: str
    impact: Impact
    headline: str
    accent: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A message to one subscriber: about one incident, or a digest of several.

    `id` is the same over all attempts. `manage_url` shows the choices and the button to leave; a
    POST of RFC 8058 to it leaves.
    """

    id: str
    page: MessagePage
    incidents: tuple[IncidentNews, ...]
    manage_url: str
    created_at: datetime
