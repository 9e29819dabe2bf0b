"""status.json and status-version.json: the page for programs.

Source: docs/behaviour.md, "Public endpoints".
"""

from typing import Any

import msgspec

from domain.calendar import iso
from workers.render.incident_view import IncidentView, UpdateView
from workers.render.tree_view import NodeView
from workers.render.view import PageView


def status_json(view: PageView, version: str) -> bytes:
    """Return status.json."""
    return msgspec.json.encode(
        {
            "page": {"name": view.name, "url": view.url},
            "version": version,
            "status": {"indicator": view.indicator, "description": view.headline},
            "components": [_component(leaf) for leaf in view.leaves],
            "incidents": [_incident(incident) for incident in view.active],
            "maintenances": [_maintenance(window) for window in view.maintenances],
            "uptimeRule": view.uptime_rule,
        }
    )


def version_json(version: str) -> bytes:
    """Return status-version.json: the fingerprint under both names in use."""
    return msgspec.json.encode({"version": version, "v": version})


def _component(leaf: NodeView) -> dict[str, Any]:
    return {
        "id": leaf.id,
        "name": leaf.name,
        "status": leaf.status,
        "label": leaf.label,
        "group": leaf.group,
        "uptime": leaf.uptime,
    }


def _incident(incident: IncidentView) -> dict[str, Any]:
    return {
        "id": incident.id,
        "name": incident.name,
        "impact": incident.impact,
        "state": incident.state,
        "startedAt": iso(incident.started_at),
        "updatedAt": iso(incident.updated_at),
        "latestUpdate": _update(incident.latest) if incident.latest else None,
    }


def _update(update: UpdateView) -> dict[str, Any]:
    return {
        "id": update.id,
        "state": update.state,
        "body": update.body,
        "createdAt": iso(update.occurred_at),
    }


def _maintenance(window: IncidentView) -> dict[str, Any]:
    return {
        "id": window.id,
        "name": window.name,
        "state": window.state,
        "scheduledStart": iso(window.scheduled_start) if window.scheduled_start else None,
        "scheduledEnd": iso(window.scheduled_end) if window.scheduled_end else None,
        "components": list(window.component_ids),
    }
