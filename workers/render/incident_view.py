"""An incident as visitors and programs are told of it, as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.page import tree
from domain.page.state import Incident, Page, Update
from domain.status import IncidentKind, IncidentState, Status


@dataclass(frozen=True, slots=True)
class UpdateView:
    """What visitors read of an update; the rest must not reach the version."""

    id: str
    state: IncidentState
    body: str
    occurred_at: datetime
    is_edited: bool


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An incident with its words, newest first, and the leaves that it spoke of in tree order."""

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
    # The newest one; of `affected` and `updates` so many are not there, for want of room.
    latest: UpdateView | None
    unnamed: int = 0
    untold: int = 0

    @property
    def is_resolved(self) -> bool:
        """Whether the work on it has ended."""
        return self.resolved_at is not None


def incident_views(page: Page, incidents: Sequence[Incident]) -> tuple[IncidentView, ...]:
    """Return what incidents say; a part is told with the last status it was given."""
    groups = tree.groups_of_namesakes(page.components) if incidents else {}
    return tuple(_incident_view(page, incident, groups) for incident in incidents)


def _incident_view(page: Page, incident: Incident, groups: tree.Groups) -> IncidentView:
    said = said_of_leaves(page, incident)
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
        affected=tree.affected(page.components, groups, said),
        component_ids=tuple(id_ for id_, _ in said),
        latest=updates[0] if updates else None,
    )


def said_of_leaves(page: Page, incident: Incident) -> list[tuple[str, Status]]:
    """Return the leaves that an incident spoke of, in tree order, each with its last status.

    The order in which it spoke is not kept by the store: it would differ after a rebuild.
    """
    said: dict[str, Status] = dict.fromkeys(incident.leaves, Status.MAINTENANCE)
    for update in incident.updates:
        said |= update.components
    in_time = sorted(incident.claims, key=lambda c: (c.from_at, c.component_id))
    said |= {claim.component_id: claim.status for claim in in_time}
    known = said.keys() & page.components.keys()
    in_order = sorted(known, key=lambda leaf: tree.place(page.components, leaf))
    return [(leaf, said[leaf]) for leaf in in_order]


def update_view(update: Update) -> UpdateView:
    """Return what an update says."""
    is_edited = update.edited_at is not None
    return UpdateView(update.id, update.state, update.body, update.occurred_at, is_edited)
