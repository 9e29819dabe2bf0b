"""Chips of a card: its components by name, or by category if they are many."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from domain.page import tree
from domain.status import Status, worst

CHIPS_MAX: Final = 5


class Chip(NamedTuple):
    """A component, or a category with `size` components; `group` tells namesakes apart."""

    group: str | None
    name: str
    status: Status
    size: int = 1


def build_chips(
    components: tree.Components,
    affected: Sequence[tree.Affected],
    statuses: Sequence[tuple[str, Status]],
) -> tuple[Chip, ...]:
    """Return at most five chips for leaves in tree order.

    More leaves than that are counted by category: by the nearest one, by the topmost one if those
    are too many. Categories with more leaves come first.
    """
    if len(affected) <= CHIPS_MAX:
        return tuple(Chip(*leaf) for leaf in affected)
    paths = [(leaf_id, status, path_of(components, leaf_id)) for leaf_id, status in statuses]
    nearest = _count(components, ((path[-1], status) for _, status, path in paths))
    topmost = _count(components, ((path[0], status) for _, status, path in paths))
    chips = nearest if len(nearest) <= CHIPS_MAX else topmost
    return tuple(sorted(chips, key=lambda chip: -chip.size)[:CHIPS_MAX])


def path_of(components: tree.Components, leaf_id: str) -> list[str]:
    """Return the ids of a leaf's categories, topmost first; without any, its own."""
    path: list[str] = []
    parent_id = components[leaf_id].parent_id
    while parent_id is not None:
        path.insert(0, parent_id)
        parent_id = components[parent_id].parent_id
    return path or [leaf_id]


def _count(components: tree.Components, pairs: Iterable[tuple[str, Status]]) -> list[Chip]:
    by_node: dict[str, list[Status]] = {}
    for node_id, status in pairs:
        by_node.setdefault(node_id, []).append(status)
    return [
        Chip(None, components[node_id].name, worst(statuses), len(statuses))
        for node_id, statuses in by_node.items()
    ]
