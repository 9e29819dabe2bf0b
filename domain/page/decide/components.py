"""Decisions on changing, moving or deleting a node of the tree."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from domain.page import commands as c
from domain.page import events as e
from domain.page import tree
from domain.page.decide.component_creation import invalid, parent_problem
from domain.page.decide.outcomes import not_found, show
from domain.page.state import Component, Page
from domain.page.text_limit import no_room_in_tree
from domain.results import Rejection

Decision = tuple[e.Event, ...] | Rejection


def change_component(page: Page, command: c.ChangeComponent, at: datetime) -> Decision:
    """Change the given properties and move the node."""
    node = page.components.get(command.component_id)
    if node is None:
        return not_found("component")
    parent = node.parent_id if command.parent is None else command.parent or None
    rejection = pin_problem(node, command) or move_problem(page, node, parent)
    if rejection:
        return rejection
    new = apply_changes(node, command)
    if rejection := no_room_in_tree(page, new, node):
        return rejection
    nodes = rearrange(page.components, new, parent, command.position)
    toggle = {node.id: command.status} if node.is_leaf and command.status else {}
    return (*set_nodes(page, nodes), *show(page, toggle, at))


def delete_component(page: Page, command: c.DeleteComponent, at: datetime) -> Decision:
    """Remove a node; its children take its position, in their order."""
    del at  # unused: the tree has no history
    node = page.components.get(command.component_id)
    if node is None:
        return not_found("component")
    children = tree.children_of(page.components)
    siblings = children[node.parent_id]
    index = siblings.index(node)
    remaining = [*siblings[:index], *children.get(node.id, ()), *siblings[index + 1 :]]
    return (*set_nodes(page, renumber(remaining, node.parent_id)), e.ComponentDeleted(node.id))


def pin_problem(node: Component, command: c.ChangeComponent) -> Rejection | None:
    """Refuse to unpin a leaf: it always has a status."""
    if command.unpins and node.is_leaf:
        return invalid("status", "status can't be null here: only a category can be unpinned.")
    return None


def move_problem(page: Page, node: Component, parent: str | None) -> Rejection | None:
    """Return why a node can't have this parent, or None."""
    if parent == node.parent_id:
        return None
    if parent in page.components and tree.is_within(page.components, parent, node.id):
        return invalid("parent", "A component can't be its own parent, or that of one above it.")
    return parent_problem(page, parent, tree.height(node, tree.children_of(page.components)))


def apply_changes(node: Component, command: c.ChangeComponent) -> Component:
    """Return the node with the given properties.

    A separate event sets a leaf's status.
    """
    values = {"name": command.name, "show_uptime": command.show_uptime}
    changes: dict[str, Any] = {name: value for name, value in values.items() if value is not None}
    if command.description is not None:
        changes["description"] = command.description or None
    if not node.is_leaf and (command.unpins or command.status):
        changes["status"] = None if command.unpins else command.status
    return replace(node, **changes)


def rearrange(
    components: tree.Components, node: Component, parent: str | None, position: int | None
) -> list[Component]:
    """Return the node with its old and new siblings, positions updated."""
    children = tree.children_of(components)
    remaining = [other for other in children[node.parent_id] if other.id != node.id]
    same_parent = parent == node.parent_id
    new_siblings = remaining if same_parent else children.get(parent, [])
    last = node.position if same_parent else len(new_siblings)
    index = min(last if position is None else position, len(new_siblings))
    old_siblings = [] if same_parent else renumber(remaining, node.parent_id)
    return [*old_siblings, *renumber([*new_siblings[:index], node, *new_siblings[index:]], parent)]


def renumber(siblings: Iterable[Component], parent: str | None) -> list[Component]:
    """Return nodes as the children of `parent`, in this order."""
    return [
        replace(node, parent_id=parent, position=position) for position, node in enumerate(siblings)
    ]


def set_nodes(page: Page, nodes: Iterable[Component]) -> tuple[e.Event, ...]:
    """Return the event for those of `nodes` that have changed, if any."""
    changed_nodes = tuple(node for node in nodes if page.components[node.id] != node)
    return (e.ComponentsSet(changed_nodes),) if changed_nodes else ()
