"""An incident as its owner is told of it."""

from typing import Any

from domain.page.state import Incident, Update
from web.answers import iso


def shown(incident: Incident) -> dict[str, Any]:
    """Return an incident as JSON: `components` is what it claims now."""
    return {
        "id": incident.id,
        "kind": incident.kind,
        "title": incident.title,
        "impact": incident.impact,
        "state": incident.state,
        "startedAt": iso(incident.started_at),
        "postedAt": iso(incident.posted_at),
        "updatedAt": iso(incident.updated_at),
        "resolvedAt": iso(incident.resolved_at),
        **plan(incident),
        "components": listed(incident.held),
        "updates": [words(update) for update in reversed(incident.updates)],
    }


def plan(incident: Incident) -> dict[str, Any]:
    """Return what is planned of a maintenance; of an incident nothing is."""
    return {
        "scheduledStart": iso(incident.scheduled_start),
        "scheduledEnd": iso(incident.scheduled_end),
        "autoStart": incident.auto_start,
        "autoEnd": incident.auto_end,
        "planned": list(incident.leaves),
    }


def words(update: Update) -> dict[str, Any]:
    """Return an update as JSON."""
    return {
        "id": update.id,
        "state": update.state,
        "body": update.body,
        "occurredAt": iso(update.occurred_at),
        "postedAt": iso(update.posted_at),
        "editedAt": iso(update.edited_at),
        "components": listed(update.components),
    }


def listed(statuses: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - a mapping of statuses
    """Return statuses of leaves as JSON."""
    return [{"component": leaf, "status": status} for leaf, status in statuses.items()]
