"""Incidents as visitors and programs see them, as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.page import tree
from domain.page.state import Incident, Page, Update
from domain.status import IncidentKind, IncidentState, Status


@dataclass(frozen=True, slots=True)
class UpdateView:
    """The visible part of an update; the rest must not reach the version."""

    id: str
    state: IncidentState
    body: str
    occurred_at: datetime
    is_edited: bool


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An incident with updates, newest first, and leaves in tree order."""

    id: str
    name: str
    kind: IncidentKind
    impact: str
    state: IncidentState
    started_at: datetime
    updated_at: datetime
    resolved_at: datetime | None
    scheduled_start: datetime | None
    scheduled_end: datetime | None
    updates: tuple[UpdateView, ...]
    affected: tuple[tree.Affected, ...]
    component_ids: tuple[str, ...]
    # The newest update; `unnamed` and `untold` count the omitted `affected` and `updates`.
    latest: UpdateView | None
    unnamed: int = 0
    untold: int = 0

    @property
    def is_resolved(self) -> bool:
        """True once the work on it has ended."""
        return self.resolved_at is not None


def incident_views(page: Page, incidents: Sequence[Incident]) -> tuple[IncidentView, ...]:
    """Return the views of incidents; each leaf has its last status."""
    groups = tree.groups_of_namesakes(page.components) if incidents else {}
    return tuple(_incident_view(page, incident, groups) for incident in incidents)


def _incident_view(page: Page, incident: Incident, groups: tree.Groups) -> IncidentView:
    statuses = last_statuses(page, incident)
    updates = tuple(update_view(update) for update in reversed(incident.updates))
    return IncidentView(
        id=incident.id,
        name=incident.title,
        kind=incident.kind,
        impact=incident.impact,
        state=incident.state,
        started_at=incident.started_at,
        updated_at=incident.updated_at,
        resolved_at=incident.resolved_at,
        scheduled_start=incident.scheduled_start,
        scheduled_end=incident.scheduled_end,
        updates=updates,
        affected=tree.affected(page.components, groups, statuses),
        component_ids=tuple(id_ for id_, _ in statuses),
        latest=updates[0] if updates else None,
    )


def last_statuses(page: Page, incident: Incident) -> list[tuple[str, Status]]:
    """Return an incident's leaves in tree order, each with its last status.

    The store does not keep the order of the statuses: it would differ after a rebuild.
    """
    statuses: dict[str, Status] = dict.fromkeys(incident.leaves, Status.MAINTENANCE)
    for update in incident.updates:
        statuses |= update.components
    claims = sorted(incident.claims, key=lambda c: (c.from_at, c.component_id))
    statuses |= {claim.component_id: claim.status for claim in claims}
    leaf_ids = statuses.keys() & page.components.keys()
    ordered_ids = sorted(leaf_ids, key=lambda leaf: tree.tree_order(page.components, leaf))
    return [(leaf, statuses[leaf]) for leaf in ordered_ids]


def update_view(update: Update) -> UpdateView:
    """Return the view of an update."""
    is_edited = update.edited_at is not None
    return UpdateView(update.id, update.state, update.body, update.occurred_at, is_edited)
