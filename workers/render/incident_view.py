"""Views of incidents: the values that a page's HTML and JSON show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.page import tree
from domain.page.state import Incident, Page, Update
from domain.status import Impact, IncidentKind, IncidentState, Status
from workers.render.chips import Chip, build_chips


@dataclass(frozen=True, slots=True)
class UpdateView:
    """The fields of an update that visitors see.

    The page's version is a hash of the views: an invisible field would change it too.
    """

    id: str
    state: IncidentState
    body: str
    occurred_at: datetime
    is_edited: bool


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An incident with its updates, newest first, and its leaves in tree order.

    `component_ids` are all of its leaves, and `affected` names them. `chips` are the few that stand
    on a card. `updates` and `chips` omit those that do not fit the document; the counts say how
    many. `latest` is the newest update, even if it was omitted.
    """

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
    groups = tree.groups_of_namesakes(page.components) if incidents else {}
    return tuple(_incident_view(page, incident, groups) for incident in incidents)


def _incident_view(page: Page, incident: Incident, groups: tree.Groups) -> IncidentView:
    statuses = last_statuses(page, incident)
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


def last_statuses(page: Page, incident: Incident) -> list[tuple[str, Status]]:
    """Return an incident's leaf ids in tree order, each with its last status.

    The order comes from the tree: the store does not keep the order of an update's statuses.
    Leaves that were deleted are left out.
    """
    # The leaves of a planned maintenance have no claims before its start, and never had any if it
    # was called off.
    planned = () if incident.is_called_off else incident.leaves
    statuses: dict[str, Status] = dict.fromkeys(planned, Status.MAINTENANCE)
    for update in incident.updates:
        statuses |= update.components
    claims = sorted(incident.claims, key=lambda c: (c.from_at, c.component_id))
    statuses |= {claim.component_id: claim.status for claim in claims}
    leaf_ids = statuses.keys() & page.components.keys()
    ordered_ids = sorted(leaf_ids, key=lambda leaf_id: tree.tree_order(page.components, leaf_id))
    return [(leaf_id, statuses[leaf_id]) for leaf_id in ordered_ids]


def update_view(update: Update) -> UpdateView:
    """Return the view of an update."""
    is_edited = update.edited_at is not None
    return UpdateView(update.id, update.state, update.body, update.occurred_at, is_edited)
