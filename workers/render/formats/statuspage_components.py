"""Components of Statuspage v2 JSON: one list with one level of groups.

Source: docs/behaviour.md, "Statuspage v2 JSON".
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from domain.calendar import day_of, iso
from domain.page import tree
from domain.page.state import Component, Page
from domain.status import Status

STATUSES: Final[Mapping[Status, str]] = {
    Status.OPERATIONAL: "operational",
    Status.DEGRADED: "degraded_performance",
    Status.PARTIAL: "partial_outage",
    Status.OUTAGE: "major_outage",
    Status.MAINTENANCE: "under_maintenance",
}
Object = dict[str, Any]


def build_components(page: Page) -> dict[str, Object]:
    """Return the components of a page by id: a group, then its leaves."""
    children = tree.children_of(page.components)
    components: dict[str, Object] = {}
    for position, node in enumerate(children.get(None, ()), start=1):
        if node.is_leaf:
            components[node.id] = _build_leaf(page, node, node.name, position)
        else:
            components |= _build_group(page, node, children, position)
    return components


def _build_group(
    page: Page, group: Component, children: tree.Children, position: int
) -> dict[str, Object]:
    nodes = tree.walk(children, group.id)
    paths = [(node, " / ".join((*path, node.name))) for node, path in nodes if node.is_leaf]
    leaves = {
        leaf.id: _build_leaf(page, leaf, name, place, group.id)
        for place, (leaf, name) in enumerate(paths, start=1)
    }
    changed_at = max(changed_at_of(node) for node in (group, *(leaf for leaf, _ in paths)))
    status = tree.shown_status(group, children)
    fields = _build_component(page, group, group.name, position, status, changed_at)
    own = {"showcase": False, "start_date": None, "group": True, "components": list(leaves)}
    return {group.id: fields | own, **leaves}


def _build_leaf(
    page: Page, leaf: Component, name: str, position: int, group_id: str | None = None
) -> Object:
    status = leaf.status or Status.OPERATIONAL
    fields = _build_component(page, leaf, name, position, status, changed_at_of(leaf))
    return fields | {"group_id": group_id}


def _build_component(
    page: Page,
    node: Component,
    name: str,
    position: int,
    status: Status,
    changed_at: datetime,
) -> Object:
    return {
        "id": node.id,
        "name": name,
        "status": STATUSES[status],
        "created_at": iso(node.created_at),
        "updated_at": iso(changed_at),
        "position": position,
        "description": node.description,
        "showcase": page.look.show_uptime and node.show_uptime,
        "start_date": day_of(node.created_at, page.time_zone).isoformat(),
        "group_id": None,
        "page_id": page.id,
        "group": False,
        "only_show_if_degraded": False,
    }


def changed_at_of(node: Component) -> datetime:
    """Return when a node was given its status; without one, when it was created."""
    return max(filter(None, (node.created_at, node.status_at)))
