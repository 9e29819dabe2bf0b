"""Answers about incidents and maintenances."""

import msgspec

from domain.page.state import Incident, Update
from domain.status import Impact, IncidentKind, IncidentState
from web.http.wire import Answer, ComponentStatus, Id, Instant, component_statuses, to_answer


class UpdateView(Answer, frozen=True):
    """One entry of a timeline, with the statuses that it gave."""

    id: Id
    state: IncidentState
    body: str
    occurred_at: Instant
    posted_at: Instant
    edited_at: Instant | None
    components: list[ComponentStatus]


class IncidentView(Answer, frozen=True):
    """An incident or a maintenance: `components` are its claims, updates newest first."""

    id: Id
    kind: IncidentKind
    title: str
    impact: Impact
    state: IncidentState
    started_at: Instant
    posted_at: Instant
    updated_at: Instant
    resolved_at: Instant | None
    scheduled_start: Instant | None
    scheduled_end: Instant | None
    auto_start: bool
    auto_end: bool
    leaves: list[Id] = msgspec.field(name="planned")
    components: list[ComponentStatus]
    updates: list[UpdateView]


class IncidentList(Answer, frozen=True):
    """Some of a page's incidents, newest start first; more of them lie behind the cursor."""

    items: list[IncidentView]
    next_cursor: str | None


def incident_view(incident: Incident) -> IncidentView:
    """Return an incident as JSON."""
    return to_answer(
        IncidentView,
        incident,
        components=component_statuses(incident.held),
        updates=[update_view(update) for update in reversed(incident.updates)],
    )


def update_view(update: Update) -> UpdateView:
    """Return an update as JSON."""
    return to_answer(UpdateView, update, components=component_statuses(update.components))
