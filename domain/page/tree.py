"""The component tree: its order, its paths, what a category shows, and what a reference means."""

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
    """Group the nodes by parent id (None: the root), siblings in their order."""
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
    """Yield every node in tree order, each with the names of the categories above it."""
    for node in children.get(parent_id, ()):
        yield node, path
        if not node.is_leaf:
            yield from walk(children, node.id, (*path, node.name))


def group_of(path: tuple[str, ...]) -> str | None:
    """Return where a node stands, in words: "A / B"; None at the root."""
    return " / ".join(path) or None


def groups(components: Components) -> Groups:
    """Return in words where each leaf stands, by its id."""
    return {node.id: group_of(path) for node, path in walk(children_of(components)) if node.is_leaf}


def groups_of_namesakes(components: Components) -> Groups:
    """Return where the leaves stand that can't be told from others by their name alone."""
    stand = groups(components)
    names = {leaf: fold(components[leaf].name) for leaf in stand}
    bearers = Counter(names.values())
    return {leaf: group for leaf, group in stand.items() if bearers[names[leaf]] > 1}


def affected(
    components: Components, groups: Groups, said: Iterable[tuple[str, Status]]
) -> tuple[Affected, ...]:
    """Return leaves as people know them, each with what is said of it: its group, where `groups`
    has one, its name, and its status.
    """
    return tuple((groups.get(id_), components[id_].name, status) for id_, status in said)


def place(components: Components, node_id: str) -> tuple[tuple[int, str], ...]:
    """Return what nodes sort by in tree order: positions from the root down to this one."""
    node = components[node_id]
    above = place(components, node.parent_id) if node.parent_id else ()
    return (*above, (node.position, node.id))


def shown_status(node: Component, children: Children) -> Status:
    """Return what a node shows: a leaf's status, a category's pin, else its worst child."""
    if node.is_leaf or node.status is not None:
        return node.status or Status.OPERATIONAL
    return worst(shown_status(child, children) for child in children.get(node.id, ()))


def overall(components: Components) -> Status:
    """Return the worst status of any leaf; a pin changes nothing here.

    Source: docs/behaviour.md, "Overall status".
    """
    return worst(node.status or Status.OPERATIONAL for node in components.values() if node.is_leaf)


def category_level(components: Components, parent_id: str | None) -> int:
    """Return how many categories stand above a node whose parent is `parent_id`."""
    level = 0
    while parent_id is not None:
        level, parent_id = level + 1, components[parent_id].parent_id
    return level


def height(node: Component, children: Children) -> int:
    """Return how many levels of categories a node is: none for a leaf, one for an empty one."""
    if node.is_leaf:
        return 0
    return 1 + max((height(child, children) for child in children.get(node.id, ())), default=0)


def is_within(components: Components, node_id: str | None, ancestor_id: str) -> bool:
    """Tell whether a node is `ancestor_id`, or stands somewhere below it."""
    while node_id is not None and node_id != ancestor_id:
        node_id = components[node_id].parent_id
    return node_id is not None


def resolve(components: Components, reference: str) -> list[str]:
    """Return the ids of the leaves that a reference means: one id, or all that bear the name.

    Unknown references and categories mean none.

    Source: docs/behaviour.md, "Component references".
    """
    node = components.get(reference)
    if node is not None:
        return [node.id] if node.is_leaf else []
    name = fold(reference)
    return [node.id for node in components.values() if node.is_leaf and fold(node.name) == name]


def resolve_all(
    components: Components, given: Iterable[tuple[str, Status]]
) -> Mapping[str, Status]:
    """Return the status that each leaf gets from a list of references; the last one wins."""
    return {leaf: status for ref, status in given for leaf in resolve(components, ref)}
