"""Answers about incidents and maintenances."""

from typing import Required, TypedDict

from domain.calendar import iso
from domain.page.state import Incident, Update
from domain.status import Impact, IncidentKind, IncidentState
from web.http.responses import iso as iso_or_none
from web.http.wire import ComponentStatus, Id, Instant, component_statuses


class UpdateView(TypedDict):
    """One entry of a timeline, with the statuses that it gave."""

    id: Id
    state: IncidentState
    body: str
    occurredAt: Instant
    postedAt: Instant
    editedAt: Instant | None
    components: list[ComponentStatus]


class Plan(TypedDict):
    """The plan of a maintenance; null for an incident."""

    scheduledStart: Instant | None
    scheduledEnd: Instant | None
    autoStart: bool
    autoEnd: bool
    planned: list[Id]


class IncidentView(Plan):
    """An incident or a maintenance: `components` are its claims, updates newest first."""

    id: Id
    kind: IncidentKind
    title: str
    impact: Impact
    state: IncidentState
    startedAt: Instant
    postedAt: Instant
    updatedAt: Instant
    resolvedAt: Instant | None
    components: list[ComponentStatus]
    updates: list[UpdateView]


class IncidentList(TypedDict):
    """Some of a page's incidents, newest start first; more of them lie behind the cursor."""

    items: list[IncidentView]
    nextCursor: str | None


class ChangedIncident(TypedDict, total=False):
    """The fields that were sent, and the incident's id."""

    id: Required[str]
    title: str
    impact: Impact
    startedAt: Instant
    scheduledStart: Instant
    scheduledEnd: Instant
    autoStart: bool
    autoEnd: bool
    state: IncidentState


def incident_view(incident: Incident) -> IncidentView:
    """Return an incident as JSON."""
    return {
        "id": incident.id,
        "kind": incident.kind,
        "title": incident.title,
        "impact": incident.impact,
        "state": incident.state,
        "startedAt": iso(incident.started_at),
        "postedAt": iso(incident.posted_at),
        "updatedAt": iso(incident.updated_at),
        "resolvedAt": iso_or_none(incident.resolved_at),
        **plan(incident),
        "components": component_statuses(incident.held),
        "updates": [update_view(update) for update in reversed(incident.updates)],
    }


def plan(incident: Incident) -> Plan:
    """Return the schedule of a maintenance as JSON."""
    return {
        "scheduledStart": iso_or_none(incident.scheduled_start),
        "scheduledEnd": iso_or_none(incident.scheduled_end),
        "autoStart": incident.auto_start,
        "autoEnd": incident.auto_end,
        "planned": list(incident.leaves),
    }


def update_view(update: Update) -> UpdateView:
    """Return an update as JSON."""
    return {
        "id": update.id,
        "state": update.state,
        "body": update.body,
        "occurredAt": iso(update.occurred_at),
        "postedAt": iso(update.posted_at),
        "editedAt": iso_or_none(update.edited_at),
        "components": component_statuses(update.components),
    }
