"""Decision on adding a node to the component tree."""

from collections.abc import Mapping
from datetime import datetime

from domain.page import events as e
from domain.page import tree
from domain.page.commands import AddComponent
from domain.page.limits import CATEGORIES, CATEGORY_LEVELS, FREE_LEAVES
from domain.page.state import Component, ComponentKind, Page
from domain.page.text_limit import no_room_in_tree
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
        return invalid("parent", "The parent must be a category of this page.")
    if levels and tree.category_level(page.components, parent) + levels > CATEGORY_LEVELS:
        return invalid(
            "parent", f"This parent is too deep: categories go up to {CATEGORY_LEVELS} levels."
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


def invalid(field: str, error: str) -> Rejection:
    """Return the rejection of a value, with its field."""
    return Rejection(Code.VALIDATION, error, {field: error})
