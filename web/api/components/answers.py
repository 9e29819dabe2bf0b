"""Answers about the component tree of a page."""

from typing import Required, TypedDict

from domain.page.commands import AddComponent
from domain.page.state import Component, ComponentKind
from domain.status import Status
from web.http.wire import Id


class Node(TypedDict):
    """A leaf or a category; the status of a category is its pin."""

    id: Id
    kind: ComponentKind
    parent: Id | None
    position: int
    name: str
    description: str | None
    status: Status | None
    showUptime: bool


class AddedNode(TypedDict):
    """A new leaf or category."""

    id: Id
    name: str
    kind: ComponentKind
    parent: str | None


class ChangedNode(TypedDict, total=False):
    """What was given, and the component's id."""

    id: Required[str]
    name: str
    description: str | None
    parent: str | None
    position: int
    status: Status | None
    showUptime: bool


def added_node(command: AddComponent) -> AddedNode:
    """Return a new node before the decision."""
    return {
        "id": command.component_id,
        "name": command.name,
        "kind": command.kind,
        "parent": command.parent,
    }


def node_view(component: Component) -> Node:
    """Return a node of the tree as JSON."""
    return {
        "id": component.id,
        "kind": component.kind,
        "parent": component.parent_id,
        "position": component.position,
        "name": component.name,
        "description": component.description,
        "status": component.status,
        "showUptime": component.show_uptime,
    }
