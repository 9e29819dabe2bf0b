"""The hero: the overall status in a sentence, with the components that are affected.

Source: docs/behaviour.md, "The page for visitors".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.calendar import day_of
from domain.page import tree
from domain.page.state import Page
from domain.status import IncidentKind, Status
from domain.store.postgres.load import TIMELINE_DAYS
from workers.render.incident_view import IncidentView
from workers.render.tree_view import NodeView

NAMED_MAX: Final = 2  # components that are named when there are more than these


@dataclass(frozen=True, slots=True)
class HeroView:
    """The content of the hero.

    `kind` is `empty`, `well`, `incident` (no component is affected), `maintenance`, `part` or
    `all`. `names` are the worst affected components, each with its group if it has a namesake.
    `calm_days` are the whole days since the last incident, up to 14.
    """

    kind: str
    names: tuple[tuple[str | None, str], ...]
    affected_count: int
    leaf_count: int
    incident: str | None = None
    calm_days: int = 0

    @property
    def unnamed_count(self) -> int:
        """The affected components that are not named."""
        return self.affected_count - len(self.names)

    @property
    def well_count(self) -> int:
        """The components that are operational."""
        return self.leaf_count - self.affected_count


def hero_view(
    page: Page,
    today: date,
    indicator: Status,
    leaves: Sequence[NodeView],
    active: Sequence[IncidentView],
) -> HeroView:
    """Return the hero of a page on a day; `active` are its incidents, the worst first."""
    affected = [leaf for leaf in leaves if leaf.status is not Status.OPERATIONAL]
    affected.sort(key=lambda leaf: -leaf.status.severity)
    worst_few = affected[:NAMED_MAX]
    groups = tree.groups_of_namesakes(page.components) if worst_few else {}
    kind = _kind(indicator, leaves, affected)
    return HeroView(
        kind=kind,
        names=tuple((groups.get(leaf.id), leaf.name) for leaf in worst_few),
        affected_count=len(affected),
        leaf_count=len(leaves),
        incident=active[0].name if kind == "incident" and active else None,
        calm_days=calm_days(page, today) if kind == "well" else 0,
    )


def _kind(indicator: Status, leaves: Sequence[NodeView], affected: Sequence[NodeView]) -> str:
    if not affected:
        if indicator is not Status.OPERATIONAL:
            return "incident"
        return "well" if leaves else "empty"
    if indicator is Status.MAINTENANCE:
        return "maintenance"
    is_out = all(leaf.status is Status.OUTAGE for leaf in leaves)
    return "all" if is_out else "part"


def calm_days(page: Page, today: date) -> int:
    """Return the days since the last incident or the page's creation, 14 at most.

    It is 0 while an incident is open.
    """
    incidents = [i for i in page.incidents.values() if i.kind is IncidentKind.INCIDENT]
    if any(not incident.is_resolved for incident in incidents):
        return 0
    ends = [i.resolved_at for i in incidents] + [page.created_at]
    days = [(today - day_of(end, page.time_zone)).days for end in ends if end]
    return max(0, min((TIMELINE_DAYS, *days)))
