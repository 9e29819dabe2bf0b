"""The component tree: order, paths and rolled-up status."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from domain.page.state import Component
from domain.status import Status, worst
from domain.text import fold

Components: TypeAlias = Mapping[str, Component]
Children: TypeAlias = Mapping[str | None, list[Component]]
Groups: TypeAlias = Mapping[str, str | None]
Affected: TypeAlias = tuple[str | None, str, Status]


def children_of(components: Components) -> Children:
    """Return the nodes by parent id (None: the root), siblings in order."""
    groups: dict[str | None, list[Component]] = {}
    for node in sorted(components.values(), key=lambda node: (node.position, node.id)):
        groups.setdefault(node.parent_id, []).append(node)
    return groups


def leaves(components: Components) -> list[Component]:
    """Return all leaves in tree order (depth first)."""
    return [node for node, _ in walk(children_of(components)) if node.is_leaf]


def walk(
    children: Children, parent_id: str | None = None, path: tuple[str, ...] = ()
) -> Iterable[tuple[Component, tuple[str, ...]]]:
    """Yield every node in tree order, with the names of its categories."""
    for node in children.get(parent_id, ()):
        yield node, path
        if not node.is_leaf:
            yield from walk(children, node.id, (*path, node.name))


def group_of(path: tuple[str, ...]) -> str | None:
    """Return a node's path as text: "A / B"; None at the root."""
    return " / ".join(path) or None


def groups(components: Components) -> Groups:
    """Return the path of each leaf as text, by its id."""
    return {node.id: group_of(path) for node, path in walk(children_of(components)) if node.is_leaf}


def groups_of_namesakes(components: Components) -> Groups:
    """Return the paths of the leaves that share a name with others."""
    paths = groups(components)
    names = {leaf: fold(components[leaf].name) for leaf in paths}
    counts = Counter(names.values())
    return {leaf: group for leaf, group in paths.items() if counts[names[leaf]] > 1}


def affected(
    components: Components, groups: Groups, statuses: Iterable[tuple[str, Status]]
) -> tuple[Affected, ...]:
    """Return (group, name, status) of leaves with their statuses.

    The group is the leaf's path in `groups`, if it has one.
    """
    return tuple((groups.get(id_), components[id_].name, status) for id_, status in statuses)


def tree_order(components: Components, node_id: str) -> tuple[tuple[int, str], ...]:
    """Return the sort key of a node in tree order.

    It has the positions from the root down to this node.
    """
    node = components[node_id]
    above = tree_order(components, node.parent_id) if node.parent_id else ()
    return (*above, (node.position, node.id))


def shown_status(node: Component, children: Children) -> Status:
    """Return a leaf's status, a category's pin, or its worst child's status."""
    if node.is_leaf or node.status is not None:
        return node.status or Status.OPERATIONAL
    return worst(shown_status(child, children) for child in children.get(node.id, ()))


def category_level(components: Components, parent_id: str | None) -> int:
    """Return the number of categories above a node with this parent."""
    level = 0
    while parent_id is not None:
        level, parent_id = level + 1, components[parent_id].parent_id
    return level


def height(node: Component, children: Children) -> int:
    """Return the levels of categories of a node: 0 for a leaf.

    An empty category has one.
    """
    if node.is_leaf:
        return 0
    return 1 + max((height(child, children) for child in children.get(node.id, ())), default=0)


def is_within(components: Components, node_id: str | None, ancestor_id: str) -> bool:
    """Return whether a node is `ancestor_id` or below it."""
    while node_id is not None and node_id != ancestor_id:
        node_id = components[node_id].parent_id
    return node_id is not None
