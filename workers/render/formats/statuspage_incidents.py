"""Incidents and maintenances of Statuspage v2 JSON, with their updates.

Clients take the newest update for the state of an incident. So an entry without a message is an
update with an empty body, if it is the opening or changes the state.

Source: docs/behaviour.md, "Statuspage v2 JSON".
"""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from domain.calendar import iso
from domain.page.reading import Entry
from domain.page.state import BareEntry, Incident, Page, Update
from domain.page.timeline import complete_entries
from domain.status import IncidentKind, IncidentState, Status
from workers.render.formats.statuspage_components import STATUSES, Object
from workers.render.incident_view import in_tree_order, last_statuses

UPDATES_MAX: Final = 20
INCIDENT_STATES: Final[Mapping[IncidentState, str]] = {
    IncidentState.SCHEDULED: "investigating",  # of a maintenance only
    IncidentState.INVESTIGATING: "investigating",
    IncidentState.IDENTIFIED: "identified",
    IncidentState.IN_PROGRESS: "identified",
    IncidentState.MONITORING: "monitoring",
    IncidentState.RESOLVED: "resolved",
}
MAINTENANCE_STATES: Final[Mapping[IncidentState, str]] = {
    IncidentState.SCHEDULED: "scheduled",
    IncidentState.INVESTIGATING: "in_progress",
    IncidentState.IDENTIFIED: "in_progress",
    IncidentState.IN_PROGRESS: "in_progress",
    IncidentState.MONITORING: "verifying",
    IncidentState.RESOLVED: "completed",
}
Statuses = Mapping[str, Status]
Change = tuple[str, Status, Status]  # a leaf with its old and its new status


class Step(NamedTuple):
    """An entry of a timeline with the changes of leaves in it."""

    entry: Entry
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class IncidentContext:
    """The inputs for the incidents of a page."""

    page: Page
    url: str
    components: Mapping[str, Object]


def build_incident(context: IncidentContext, incident: Incident) -> Object:
    """Return an incident or a maintenance, with its 20 newest updates, newest first."""
    states = states_of(incident)
    steps = list(read_steps(incident, context.components))
    updates = [build_update(context, incident, step) for step in shown_steps(incident, steps)]
    monitoring_times = [
        s.entry.occurred_at for s in steps if s.entry.state is IncidentState.MONITORING
    ]
    leaves = in_tree_order(context.page, last_statuses(incident))
    fields = {
        "id": incident.id,
        "name": incident.title,
        "status": states[incident.state],
        "created_at": iso(incident.posted_at),
        "updated_at": iso(incident.updated_at),
        "monitoring_at": iso(monitoring_times[-1]) if monitoring_times else None,
        "resolved_at": iso(incident.resolved_at) if incident.resolved_at else None,
        "impact": incident.impact.value,
        "shortlink": f"{context.url}incidents/{incident.id}",
        "started_at": iso(incident.started_at),
        "page_id": context.page.id,
        "incident_updates": updates[::-1][:UPDATES_MAX],
        "components": [context.components[leaf_id] for leaf_id, _ in leaves],
    }
    return fields | (_build_plan(incident) if is_maintenance(incident) else {})


def _build_plan(incident: Incident) -> Object:
    start = incident.scheduled_start or incident.started_at
    end = incident.scheduled_end or incident.resolved_at or start
    return {
        "impact": "maintenance",
        "started_at": iso(incident.posted_at),
        "scheduled_for": iso(start),
        "scheduled_until": iso(end),
    }


def is_maintenance(incident: Incident) -> bool:
    """Return whether an incident is a maintenance."""
    return incident.kind is IncidentKind.MAINTENANCE


def states_of(incident: Incident) -> Mapping[IncidentState, str]:
    """Return the names of the states of an incident of its kind."""
    return MAINTENANCE_STATES if is_maintenance(incident) else INCIDENT_STATES


def read_steps(incident: Incident, components: Container[str]) -> Iterator[Step]:
    """Yield the entries of an incident in their order, with the changes of leaves.

    A leaf that the incident has not named before was operational. A resolution ends the claims that
    it does not name, on `components` that exist.
    """
    statuses_so_far: dict[str, Status] = {}
    plan: Statuses = dict.fromkeys(incident.leaves, Status.MAINTENANCE)
    open_leaves: set[str] = set()
    for entry in timeline_of(incident):
        statuses: dict[str, Status] = dict(entry.components)
        if entry.state is IncidentState.RESOLVED:
            ended_leaves = (leaf for leaf in open_leaves if leaf in components)
            statuses = {**dict.fromkeys(ended_leaves, Status.OPERATIONAL), **statuses}
            plan, open_leaves = {}, set()
        elif entry.state is not IncidentState.SCHEDULED:
            statuses, plan = {**plan, **statuses}, {}
            open_leaves |= statuses.keys()
        changes = (
            (leaf, statuses_so_far.get(leaf, Status.OPERATIONAL), status)
            for leaf, status in statuses.items()
        )
        yield Step(entry, tuple(sorted(changes)))
        statuses_so_far |= statuses


def timeline_of(incident: Incident) -> list[Entry]:
    """Return the entries of an incident, one at least; the first is its opening."""
    entries = complete_entries(incident)
    is_plan = is_maintenance(incident)
    if entries and not (is_plan and entries[0].occurred_at > incident.posted_at):
        return entries
    state = IncidentState.SCHEDULED if is_plan else incident.state
    return [BareEntry(state, incident.posted_at, {}), *entries]


def shown_steps(incident: Incident, steps: list[Step]) -> Iterator[Step]:
    """Yield the opening, the messages, and the entries that change the state."""
    states, state = states_of(incident), None
    for step in steps:
        if isinstance(step.entry, Update) or states[step.entry.state] != state:
            yield step
            state = states[step.entry.state]


def build_update(context: IncidentContext, incident: Incident, step: Step) -> Object:
    """Return an update; without a message its id follows from incident and time."""
    entry = step.entry
    posted_at, edited_at, body = entry.occurred_at, None, ""
    if isinstance(entry, Update):
        posted_at, edited_at, body = entry.posted_at, entry.edited_at, entry.body
    return {
        "id": update_id_of(incident, entry),
        "status": states_of(incident)[entry.state],
        "body": body,
        "incident_id": incident.id,
        "created_at": iso(posted_at),
        "updated_at": iso(edited_at or posted_at),
        "display_at": iso(entry.occurred_at),
        "affected_components": build_affected(context, step.changes),
        "deliver_notifications": False,
        "custom_tweet": None,
        "tweet_id": None,
    }


def update_id_of(incident: Incident, entry: Entry) -> str:
    """Return the id of an update, also of one without a message."""
    if isinstance(entry, Update):
        return entry.id
    return f"u{incident.id[1:]}{int_of(entry.occurred_at)}{entry.state}"


def int_of(at: datetime) -> int:
    """Return a time in milliseconds since 1970."""
    return int(at.timestamp() * 1_000)


def build_affected(
    context: IncidentContext, changes: tuple[Change, ...]
) -> list[dict[str, Any]] | None:
    """Return the leaves of an update, deleted ones by id; None without any."""
    affected = [
        {
            "code": leaf,
            "name": context.components[leaf]["name"] if leaf in context.components else leaf,
            "old_status": STATUSES[old],
            "new_status": STATUSES[new],
        }
        for leaf, old, new in changes
    ]
    return affected or None
