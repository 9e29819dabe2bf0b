"""The operator's verbs for a page's components."""

from collections.abc import Sequence

import click

from domain.page import tree
from domain.page.commands import AddComponent, DeleteComponent
from domain.page.state import Component, ComponentKind
from domain.runtime.new_ids import new_id
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.load import load_components
from ops.cli.arguments import check_description, check_name, choose_thing
from ops.cli.pages import find_page
from ops.cli.terminal import confirm_deletion, json_option, print_list, yes_option
from ops.cli.writes import write
from ops.operator_error import say
from web.http.wire import to_answer

Node = tuple[Component, tuple[str, ...]]


def nodes_of(page_id: str) -> Sequence[Node]:
    """Return a page's nodes in tree order, with the names of their categories."""
    with sync_engine().connect() as conn:
        return list(tree.walk(tree.children_of(load_components(conn, page_id))))


@click.group()
def component() -> None:
    """Build a page's tree."""


@component.command("add")
@click.argument("page")
@click.argument("name")
@click.option("--category", is_flag=True, help="A category instead of a leaf.")
@click.option("--parent", help="The id of the category it goes into.")
@click.option("--description")
def add(
    page: str, name: str, *, category: bool, parent: str | None, description: str | None
) -> None:
    """Add a component NAME to PAGE (an id, a host or a subdomain)."""
    kind = ComponentKind.CATEGORY if category else ComponentKind.LEAF
    component_id, text = new_id("c"), check_description(description)
    command = AddComponent(component_id, check_name(name), kind, parent, description=text)
    write(find_page(page).id, command)
    say(component_id)


@component.command("list")
@click.argument("page")
@json_option
def list_components(page: str, *, is_json: bool) -> None:
    """List the tree of PAGE, depth first; the status of a category is its pin."""
    print_list(nodes_of(find_page(page).id), to_columns, to_view, is_json=is_json)


def to_columns(node: Node) -> tuple[str, ...]:
    """Return a node for the terminal."""
    leaf, path = node
    return leaf.id, leaf.kind, leaf.status or "-", " / ".join((*path, leaf.name))


def to_view(node: Node) -> object:
    """Return a node as the API does."""
    from web.api import components  # Falcon, which few verbs need

    return to_answer(components.Node, node[0])


@component.command("delete")
@click.argument("page")
@click.argument("component")
@yes_option
def delete(page: str, component: str, *, is_confirmed: bool) -> None:
    """Delete COMPONENT (an id or a name) of PAGE; children of a category move up."""
    page_id = find_page(page).id
    nodes = [node for node, _ in nodes_of(page_id)]
    node = choose_thing(nodes, component, "component", page)
    confirm_deletion(f"the component {node.name} of {page}", is_confirmed=is_confirmed)
    write(page_id, DeleteComponent(node.id))
    say(f"The component {node.name} of {page} is deleted.")
