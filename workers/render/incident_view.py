"""Views of incidents: the values that a page's HTML and JSON show."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from domain.page import tree
from domain.page.state import Incident, Page, Update
from domain.page.timeline import entries_of, is_noted_later, open_seconds
from domain.status import Impact, IncidentKind, IncidentState, Status, worst
from workers.render.chips import Chip, build_chips

Statuses: TypeAlias = Mapping[str, Status]


@dataclass(frozen=True, slots=True)
class UpdateView:
    """The fields of an update that visitors see.

    The page's version is a hash of the views: an invisible field would change it too. `posted_at`
    is None if it is the minute of `occurred_at`.
    """

    id: str
    state: IncidentState
    body: str
    occurred_at: datetime
    posted_at: datetime | None
    edited_at: datetime | None


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An incident with its updates, newest first, and its leaves in tree order.

    `component_ids` are all of its leaves, and `affected` names them. `chips` are the few that stand
    on a card. `updates` and `chips` omit those that do not fit the document; the counts say how
    many. `latest` is the newest update, even if it was omitted. `open_seconds` is None while it is
    open, and of a maintenance that was called off.
    """

    id: str
    name: str
    kind: IncidentKind
    impact: str
    state: IncidentState
    started_at: datetime
    updated_at: datetime
    resolved_at: datetime | None
    open_seconds: int | None
    scheduled_start: datetime | None
    scheduled_end: datetime | None
    updates: tuple[UpdateView, ...]
    affected: tuple[tree.Affected, ...]
    component_ids: tuple[str, ...]
    latest: UpdateView | None
    chips: tuple[Chip, ...] = ()
    omitted_affected_count: int = 0
    omitted_update_count: int = 0
    is_called_off: bool = False

    @property
    def is_resolved(self) -> bool:
        """Whether the incident is resolved, or the maintenance finished."""
        return self.resolved_at is not None

    @property
    def tone(self) -> str:
        """The look of its impact: that of the mildest status with this impact."""
        if self.kind is IncidentKind.MAINTENANCE:
            return Status.MAINTENANCE
        impacts = {status.impact: status for status in reversed(Status)}
        return "nodata" if self.impact == Impact.NONE else impacts[Impact(self.impact)]


def incident_views(page: Page, incidents: Sequence[Incident]) -> tuple[IncidentView, ...]:
    """Return the views of incidents; each leaf has its last status in the incident."""
    return _views(page, incidents, last_statuses)


def history_views(page: Page, incidents: Sequence[Incident]) -> tuple[IncidentView, ...]:
    """Return the views of incidents; each leaf has its worst status in the incident."""
    return _views(page, incidents, worst_statuses)


def _views(
    page: Page, incidents: Sequence[Incident], statuses_of: Callable[[Incident], Statuses]
) -> tuple[IncidentView, ...]:
    groups = tree.groups_of_namesakes(page.components) if incidents else {}
    return tuple(
        _incident_view(page, incident, groups, statuses_of(incident)) for incident in incidents
    )


def _incident_view(
    page: Page, incident: Incident, groups: tree.Groups, by_leaf: Statuses
) -> IncidentView:
    statuses = in_tree_order(page, by_leaf)
    affected = tree.affected(page.components, groups, statuses)
    chips = build_chips(page.components, affected, statuses)
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
        open_seconds=open_seconds(incident),
        scheduled_start=incident.scheduled_start,
        scheduled_end=incident.scheduled_end,
        updates=updates,
        affected=affected,
        component_ids=tuple(leaf_id for leaf_id, _ in statuses),
        latest=updates[0] if updates else None,
        chips=chips,
        omitted_affected_count=len(statuses) - sum(chip.size for chip in chips),
        is_called_off=incident.is_called_off,
    )


def last_statuses(incident: Incident) -> Statuses:
    """Return the last status of each leaf of an incident."""
    # The leaves of a planned maintenance have no claims before its start, and never had any if it
    # was called off.
    planned = () if incident.is_called_off else incident.leaves
    statuses: dict[str, Status] = dict.fromkeys(planned, Status.MAINTENANCE)
    for update in incident.updates:
        statuses |= update.components
    claims = sorted(incident.claims, key=lambda c: (c.from_at, c.component_id))
    return statuses | {claim.component_id: claim.status for claim in claims}


def worst_statuses(incident: Incident) -> Statuses:
    """Return the worst status that an incident ever gave to each of its leaves."""
    statuses = dict(last_statuses(incident))
    pairs = [pair for entry in entries_of(incident) for pair in entry.components.items()]
    for leaf_id, status in (*pairs, *((c.component_id, c.status) for c in incident.claims)):
        statuses[leaf_id] = worst((status, statuses.get(leaf_id, status)))
    return statuses


def in_tree_order(page: Page, statuses: Statuses) -> list[tuple[str, Status]]:
    """Return leaf ids in tree order, each with its status.

    The order comes from the tree: the store does not keep the order of an update's statuses.
    Leaves that were deleted are left out.
    """
    leaf_ids = statuses.keys() & page.components.keys()
    ordered_ids = sorted(leaf_ids, key=lambda leaf_id: tree.tree_order(page.components, leaf_id))
    return [(leaf_id, statuses[leaf_id]) for leaf_id in ordered_ids]


def update_view(update: Update) -> UpdateView:
    """Return the view of an update."""
    return UpdateView(
        id=update.id,
        state=update.state,
        body=update.body,
        occurred_at=update.occurred_at,
        posted_at=update.posted_at if is_noted_later(update) else None,
        edited_at=update.edited_at,
    )
