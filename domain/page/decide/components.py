"""What follows from changing, moving or deleting a node of the component tree."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from domain.page import commands as c
from domain.page import events as e
from domain.page import tree
from domain.page.decide.component_creation import invalid, misplaced
from domain.page.decide.outcomes import not_found, show
from domain.page.state import Component, Page
from domain.page.text_limit import no_room_in_tree
from domain.results import Rejection

Decision = tuple[e.Event, ...] | Rejection


def change_component(page: Page, command: c.ChangeComponent, at: datetime) -> Decision:
    """Change what is given, keep the rest, and put the node where it is wanted."""
    node = page.components.get(command.component_id)
    if node is None:
        return not_found("component")
    parent = node.parent_id if command.parent is None else command.parent or None
    refused = pinless(node, command) or unmovable(page, node, parent)
    if refused:
        return refused
    new = changed(node, command)
    if refused := no_room_in_tree(page, new, node):
        return refused
    nodes = rearranged(page.components, new, parent, command.position)
    toggle = {node.id: command.status} if node.is_leaf and command.status else {}
    return (*set_nodes(page, nodes), *show(page, toggle, at))


def delete_component(page: Page, command: c.DeleteComponent, at: datetime) -> Decision:
    """Remove a node; its children take its place in their order, so that nothing is lost."""
    del at  # a tree has no past
    node = page.components.get(command.component_id)
    if node is None:
        return not_found("component")
    children = tree.children_of(page.components)
    siblings = children[node.parent_id]
    place = siblings.index(node)
    left = [*siblings[:place], *children.get(node.id, ()), *siblings[place + 1 :]]
    return (*set_nodes(page, numbered(left, node.parent_id)), e.ComponentDeleted(node.id))


def pinless(node: Component, command: c.ChangeComponent) -> Rejection | None:
    """Refuse to unpin a leaf: it always shows something."""
    if command.unpins and node.is_leaf:
        return invalid("status", "status can't be null here: only a category can be unpinned.")
    return None


def unmovable(page: Page, node: Component, parent: str | None) -> Rejection | None:
    """Refuse a place in itself, below no category, or where a moved category is too deep."""
    if parent == node.parent_id:
        return None
    if parent in page.components and tree.is_within(page.components, parent, node.id):
        return invalid("parent", "A component can't be its own parent, or that of one above it.")
    return misplaced(page, parent, tree.height(node, tree.children_of(page.components)))


def changed(node: Component, command: c.ChangeComponent) -> Component:
    """Return the node with what is given of its own; a leaf's status is shown by another event."""
    given = {"name": command.name, "show_uptime": command.show_uptime}
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if command.description is not None:
        changes["description"] = command.description or None
    if not node.is_leaf and (command.unpins or command.status):
        changes["status"] = None if command.unpins else command.status
    return replace(node, **changes)


def rearranged(
    components: tree.Components, node: Component, parent: str | None, position: int | None
) -> list[Component]:
    """Return the node with its siblings, those it leaves and those it joins, in their places."""
    children = tree.children_of(components)
    left = [other for other in children[node.parent_id] if other.id != node.id]
    stays = parent == node.parent_id
    joined = left if stays else children.get(parent, [])
    last = node.position if stays else len(joined)
    place = min(last if position is None else position, len(joined))
    closed = [] if stays else numbered(left, node.parent_id)
    return [*closed, *numbered([*joined[:place], node, *joined[place:]], parent)]


def numbered(siblings: Iterable[Component], parent: str | None) -> list[Component]:
    """Return nodes as the children of `parent`, in this order."""
    return [
        replace(node, parent_id=parent, position=position) for position, node in enumerate(siblings)
    ]


def set_nodes(page: Page, nodes: Iterable[Component]) -> tuple[e.Event, ...]:
    """Say which of `nodes` are not what they were, if any."""
    differ = tuple(node for node in nodes if page.components[node.id] != node)
    return (e.ComponentsSet(differ),) if differ else ()
