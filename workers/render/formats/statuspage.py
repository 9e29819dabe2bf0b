"""Statuspage v2 JSON: the public documents below `/api/v2/`, for clients of Atlassian Statuspage.

Every array is always there. The order is that of Statuspage: incidents newest first; what is
planned or runs begins with what starts first.

Source: docs/behaviour.md, "Statuspage v2 JSON".
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from domain.artifacts import KIB, MIB
from domain.calendar import iso
from domain.page.state import Incident
from domain.runtime.settings import load_settings
from domain.status import IncidentKind, IncidentState, Status
from domain.store.postgres.engine import Connection
from domain.store.postgres.incidents import incidents_after
from workers.render.eager import RenderContext
from workers.render.formats.statuspage_components import Object, build_components
from workers.render.formats.statuspage_incidents import IncidentContext, build_incident
from workers.render.room import DocumentBudget

INDICATORS: Final[Mapping[Status, str]] = {
    Status.OPERATIONAL: "none",
    Status.MAINTENANCE: "maintenance",
    Status.DEGRADED: "minor",
    Status.PARTIAL: "major",
    Status.OUTAGE: "critical",
}
INCIDENTS_MAX: Final = 50
# Messages of a document, with the statuses of their components.
MESSAGES_BYTES: Final = 512 * KIB
# Incidents of a document beside their messages; the first one is there in any case.
INCIDENTS_BYTES: Final = 1 * MIB


@dataclass(frozen=True, slots=True)
class DocumentInputs:
    """The inputs for the parts of a document."""

    conn: Connection
    context: RenderContext
    incidents: IncidentContext


Part = Callable[[DocumentInputs], Object]


def render_v2(conn: Connection, context: RenderContext, rest: str) -> bytes:
    """Return a document by its path below `/api/`, such as `v2/summary.json`."""
    components = build_components(context.page)
    incidents = IncidentContext(context.page, url_of(context), components)
    inputs = DocumentInputs(conn, context, incidents)
    document = build_page(context)
    for part in DOCUMENTS[rest.removeprefix("v2/").removesuffix(".json")]:
        document |= part(inputs)
    fit_messages(document)
    return msgspec.json.encode(document)


def build_page(context: RenderContext) -> Object:
    """Return the part that all documents have."""
    return {
        "page": {
            "id": context.page.id,
            "name": context.page.name,
            "url": url_of(context),
            "time_zone": context.page.time_zone,
            "updated_at": iso(context.view.updated_at),
        }
    }


def url_of(context: RenderContext) -> str:
    """Return the page's URL; the product's own while the page has no host."""
    return context.view.url or f"{load_settings().base_url}/"


def build_status(inputs: DocumentInputs) -> Object:
    """Return the overall status."""
    view = inputs.context.view
    return {
        "status": {"indicator": INDICATORS[view.indicator], "description": view.headline},
    }


def list_components(inputs: DocumentInputs) -> Object:
    """Return all components."""
    return {"components": list(inputs.incidents.components.values())}


def list_incidents(inputs: DocumentInputs) -> Object:
    """Return the newest incidents of any state."""
    return {"incidents": build_list(inputs, load_newest(inputs, IncidentKind.INCIDENT))}


def list_unresolved(inputs: DocumentInputs) -> Object:
    """Return the newest incidents that are not resolved."""
    newest_first = sorted(
        unresolved_of(inputs, IncidentKind.INCIDENT),
        key=lambda incident: (incident.started_at, incident.id),
        reverse=True,
    )
    return {"incidents": build_list(inputs, newest_first)}


def list_maintenances(inputs: DocumentInputs) -> Object:
    """Return the newest maintenances of any state."""
    newest = load_newest(inputs, IncidentKind.MAINTENANCE)
    return {"scheduled_maintenances": build_list(inputs, newest)}


def list_planned(inputs: DocumentInputs) -> Object:
    """Return the maintenances that have not begun."""
    return build_plans(inputs, is_planned=(True,))


def list_running(inputs: DocumentInputs) -> Object:
    """Return the maintenances that have begun."""
    return build_plans(inputs, is_planned=(False,))


def list_unfinished(inputs: DocumentInputs) -> Object:
    """Return the maintenances that have begun or not, and have not ended."""
    return build_plans(inputs, is_planned=(True, False))


def build_plans(inputs: DocumentInputs, is_planned: tuple[bool, ...]) -> Object:
    """Return maintenances that have not ended, earliest start first."""
    plans = sorted(
        unresolved_of(inputs, IncidentKind.MAINTENANCE),
        key=lambda incident: (incident.started_at, incident.id),
    )
    chosen = (p for p in plans if (p.state is IncidentState.SCHEDULED) in is_planned)
    return {"scheduled_maintenances": build_list(inputs, chosen)}


def unresolved_of(inputs: DocumentInputs, kind: IncidentKind) -> list[Incident]:
    """Return the incidents of a kind that are not resolved."""
    incidents = inputs.context.page.incidents.values()
    return [one for one in incidents if one.kind is kind and not one.is_resolved]


def load_newest(inputs: DocumentInputs, kind: IncidentKind) -> list[Incident]:
    """Return the newest incidents of a kind, however old, newest first."""
    return incidents_after(inputs.conn, inputs.context.page.id, kind, None, INCIDENTS_MAX).incidents


def build_list(inputs: DocumentInputs, incidents: Iterable[Incident]) -> list[Object]:
    """Return the first incidents that fit a document beside their messages."""
    budget, fitting = DocumentBudget(INCIDENTS_BYTES), list[Object]()
    for incident in list(incidents)[:INCIDENTS_MAX]:
        fields = build_incident(inputs.incidents, incident)
        messages = sum(message_bytes(update) for update in fields["incident_updates"])
        if not budget.fits(len(msgspec.json.encode(fields)) - messages) and fitting:
            break
        fitting.append(fields)
    return fitting


def fit_messages(document: Object) -> None:
    """Remove the oldest messages of a document that do not fit, with their components."""
    incidents = [*document.get("incidents", ()), *document.get("scheduled_maintenances", ())]
    updates = [update for incident in incidents for update in incident["incident_updates"]]
    budget = DocumentBudget(MESSAGES_BYTES)
    newest_first = sorted(updates, key=lambda update: str(update["display_at"]), reverse=True)
    fitting = budget.take_fitting((update, message_bytes(update)) for update in newest_first)
    for update in newest_first[len(fitting) :]:
        update |= {"body": "", "affected_components": None}


def message_bytes(update: Object) -> int:
    """Return how many bytes a message takes, with the statuses of its components."""
    return sum(len(msgspec.json.encode(update[name])) for name in ("body", "affected_components"))


# The parts of each document, beside its page.
DOCUMENTS: Mapping[str, tuple[Part, ...]] = {
    "summary": (list_components, list_unresolved, list_unfinished, build_status),
    "status": (build_status,),
    "components": (list_components,),
    "incidents": (list_incidents,),
    "incidents/unresolved": (list_unresolved,),
    "scheduled-maintenances": (list_maintenances,),
    "scheduled-maintenances/upcoming": (list_planned,),
    "scheduled-maintenances/active": (list_running,),
}
