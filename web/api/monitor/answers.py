"""Answers to monitors. Source: docs/behaviour.md, "Monitor's API"."""

from typing import Any, TypedDict

from domain.status import Impact, IncidentState, Status
from web.http.wire import Id, Instant


class LeafStatus(TypedDict):
    """A component and what it shows."""

    id: Id
    name: str
    status: Status


class OpenTrouble(TypedDict):
    """An incident that is not resolved."""

    id: Id
    title: str
    impact: Impact
    state: IncidentState
    startedAt: Instant


class PageSummary(TypedDict):
    """What is published now: the worst status, every leaf, and unresolved incidents."""

    overall: Status
    components: list[LeafStatus]
    incidents: list[OpenTrouble]


def page_summary(status_document: dict[str, Any]) -> PageSummary:
    """Return the parts of status.json for monitors."""
    return {
        "overall": status_document["status"]["indicator"],
        "components": [
            {"id": leaf["id"], "name": leaf["name"], "status": leaf["status"]}
            for leaf in status_document["components"]
        ],
        "incidents": [
            {
                "id": incident["id"],
                "title": incident["name"],
                "impact": incident["impact"],
                "state": incident["state"],
                "startedAt": incident["startedAt"],
            }
            for incident in status_document["incidents"]
        ],
    }
