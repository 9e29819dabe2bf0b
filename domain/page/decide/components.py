"""Decisions on changing, moving or deleting a node of the tree."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from domain.page import commands as c
from domain.page import events as e
from domain.page import tree
from domain.page.commands import AddComponent
from domain.page.decide.outcomes import invalid, not_found, show
from domain.page.limits import CATEGORIES, CATEGORY_LEVELS, FREE_LEAVES
from domain.page.origin import Word
from domain.page.room import no_room_in_tree
from domain.page.state import Component, ComponentKind, Page
from domain.page.uptime.shown import TOGGLE
from domain.results import Code, DuplicateIdError, Rejection
from domain.status import Status


def add_component(
    page: Page, command: AddComponent, at: datetime
) -> tuple[e.Event, ...] | Rejection:
    """Add a node within the limits of the tree."""
    if command.component_id in page.components:
        raise DuplicateIdError(command.component_id)
    levels = int(command.kind is ComponentKind.CATEGORY)
    rejection = parent_problem(page, command.parent, levels) or count_problem(
        page, command.kind, at
    )
    if rejection:
        return rejection
    siblings = tree.children_of(page.components).get(command.parent, [])
    position = len(siblings) if command.position is None else min(command.position, len(siblings))
    node = new_component(command, position, at)
    return no_room_in_tree(page, node) or (
        e.ComponentAdded(node, shift_positions(siblings, position)),
    )


def new_component(command: AddComponent, position: int, at: datetime) -> Component:
    """Return the new node; a leaf without a given status is operational."""
    is_leaf = command.kind is ComponentKind.LEAF
    return Component(
        id=command.component_id,
        name=command.name,
        created_at=at,
        kind=command.kind,
        parent_id=command.parent,
        position=position,
        description=command.description,
        status=command.status or (Status.OPERATIONAL if is_leaf else None),
        status_at=at if is_leaf else None,
        show_uptime=command.show_uptime,
        origin=TOGGLE if is_leaf else None,
        origin_at=at if is_leaf else None,
    )


def shift_positions(siblings: list[Component], position: int) -> Mapping[str, int]:
    """Return the changed positions of siblings after an insert at `position`."""
    positions = {node.id: index + (index >= position) for index, node in enumerate(siblings)}
    return {node.id: positions[node.id] for node in siblings if node.position != positions[node.id]}


def parent_problem(page: Page, parent: str | None, levels: int) -> Rejection | None:
    """Return why `parent` can't hold a node with `levels` categories, or None."""
    if parent is None:
        return None
    node = page.components.get(parent)
    if node is None or node.is_leaf:
        return invalid("parent", "The group (parent) must be a category of this page.")
    if levels and tree.category_level(page.components, parent) + levels > CATEGORY_LEVELS:
        return invalid(
            "parent",
            f"Choose a group (parent) higher up: categories have at most {CATEGORY_LEVELS} levels.",
        )
    return None


def count_problem(page: Page, kind: ComponentKind, at: datetime) -> Rejection | None:
    """Return why one more node of a kind is not allowed, or None."""
    count = sum(node.kind is kind for node in page.components.values())
    if kind is ComponentKind.CATEGORY:
        full = f"A page can have up to {CATEGORIES} categories."
        return Rejection(Code.COMPONENT_LIMIT, full) if count >= CATEGORIES else None
    cap = page.entitlement.leaves_at(at)
    if count < cap:
        return None
    more = " The Prime tier has no such limit." if cap == FREE_LEAVES else ""
    return Rejection(Code.COMPONENT_LIMIT, f"This page can have up to {cap} components.{more}")


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
    status = command.status if node.is_leaf else None
    toggle = {node.id: Word(status, TOGGLE)} if status else {}
    return (*set_nodes(page, nodes), *show(page, toggle, at))


def delete_component(page: Page, command: c.DeleteComponent, at: datetime) -> Decision:
    """Remove a node; its children take its position, in their order."""
    node = page.components.get(command.component_id)
    if node is None:
        return not_found("component")
    children = tree.children_of(page.components)
    siblings = children[node.parent_id]
    index = siblings.index(node)
    remaining = [*siblings[:index], *children.get(node.id, ()), *siblings[index + 1 :]]
    return (*set_nodes(page, renumber(remaining, node.parent_id)), e.ComponentDeleted(node.id, at))


def pin_problem(node: Component, command: c.ChangeComponent) -> Rejection | None:
    """Refuse to unpin a leaf: it always has a status."""
    if command.unpins and node.is_leaf:
        return invalid("status", "Choose a status: only a category can be without one (null).")
    return None


def move_problem(page: Page, node: Component, parent: str | None) -> Rejection | None:
    """Return why a node can't have this parent, or None."""
    if parent == node.parent_id:
        return None
    if parent in page.components and tree.is_within(page.components, parent, node.id):
        return invalid(
            "parent", "A component can't be moved into itself: choose another group (parent)."
        )
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
