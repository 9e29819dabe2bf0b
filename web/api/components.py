"""The component tree of a page. Source: docs/behaviour.md, "Component tree"."""

from typing import Required, TypedDict, cast

from falcon.asgi import Request, Response
from msgspec import UNSET

from domain.page import tree
from domain.page.commands import AddComponent, ChangeComponent, DeleteComponent
from domain.page.state import Component, ComponentKind
from domain.runtime.new_ids import new_id
from domain.status import Status
from domain.store.postgres.engine import run
from domain.store.postgres.load import load_components
from web.api.area import Area, Names, Payload, name_sentence, quoted, reference_sentence
from web.api.owner_resource import WritingResource
from web.api.owner_schemas import ComponentChange, NewComponent, provided_fields
from web.api.pages.settings_schemas import to_clearing_text
from web.http.errors import invalid
from web.http.responses import write_data
from web.http.wire import Id, Named, to_id_data
from web.openapi.describe import Example, Operation, PathParameter, describes
from web.openapi.operations import TAIL


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
    """The fields that were sent, and the component's id."""

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


TAG = "Components"
LEAF = "c_" + TAIL.format("b")
CATEGORY = "c_" + TAIL.format("c")
API = {
    "id": LEAF,
    "kind": "leaf",
    "parent": None,
    "position": 0,
    "name": "API",
    "description": None,
    "status": "operational",
    "showUptime": True,
}

LIST_COMPONENTS = Operation(
    name="listComponents",
    tag=TAG,
    summary="List the tree, depth first.",
    note="The `status` of a category is its pin.",
    data=list[Node],
    examples=(Example("one component", data=[API]),),
)
ADD_COMPONENT = Operation(
    name="addComponent",
    tag=TAG,
    summary="Add a component or a category.",
    note="400: `parent` is no category of this page, or this would be a fourth level.",
    body=NewComponent,
    data=AddedNode,
    status=201,
    refusals=("COMPONENT_LIMIT", "TEXT_LIMIT"),
    examples=(
        Example(
            "a component",
            body={"name": "API", "description": "What apps speak to"},
            data={"id": LEAF, "name": "API", "kind": "leaf", "parent": None},
        ),
        Example(
            "a component in a category",
            body={"name": "Search", "parent": CATEGORY, "status": "degraded"},
            data={"id": LEAF, "name": "Search", "kind": "leaf", "parent": CATEGORY},
        ),
    ),
)
CHANGE_COMPONENT = Operation(
    name="changeComponent",
    tag=TAG,
    summary="Change or move a component; what is not given stays.",
    note="The answer tells what was given. 400: `parent` is no category of this page, is the"
    " component or below it, or would make a fourth level; `status` null on a leaf.",
    body=ComponentChange,
    data=ChangedNode,
    refusals=("TEXT_LIMIT",),
    examples=(
        Example(
            "a quick toggle", body={"status": "partial"}, data={"id": LEAF, "status": "partial"}
        ),
        Example(
            "a move",
            body={"parent": CATEGORY, "position": 0},
            data={"id": LEAF, "parent": CATEGORY, "position": 0},
        ),
    ),
)
DELETE_COMPONENT = Operation(
    name="deleteComponent",
    tag=TAG,
    summary="Delete a component; what a category holds moves up to where it stood.",
    data=Named,
    examples=(Example("a component", data={"id": LEAF}),),
)


class Components(WritingResource):
    """`GET` and `POST /api/v1/status/:pageID/components`."""

    @describes(LIST_COMPONENTS)
    async def on_get(self, req: Request, resp: Response, page_id: str) -> None:
        """List the tree, depth first."""
        page = await self.page(req, page_id)
        children = tree.children_of(await run(self.engine, load_components, page.id))
        write_data(resp, [node_view(component) for component, _ in tree.walk(children)])

    @describes(ADD_COMPONENT)
    async def on_post(self, req: Request, resp: Response, page_id: str) -> None:
        """Add a leaf or a category."""
        holder = await self.holder(req)
        raw, body = await self.body(req, NewComponent)
        command = AddComponent(
            component_id=new_id("c"),
            name=body.name,
            kind=body.kind,
            parent=body.parent,
            position=body.position,
            description=body.description,
            status=body.status,
            show_uptime=body.show_uptime,
        )
        await self.write(
            req, resp, holder, command, added_node, stream_id=page_id, raw=raw, status=201
        )


class OneComponent(WritingResource):
    """`PATCH` and `DELETE /api/v1/status/:pageID/components/:cid`."""

    @describes(CHANGE_COMPONENT)
    async def on_patch(self, req: Request, resp: Response, page_id: str, cid: str) -> None:
        """Change or move a node; absent fields stay unchanged."""
        holder = await self.holder(req)
        raw, body = await self.body(req, ComponentChange)
        changes = provided_fields(body)
        if not changes:
            raise invalid("Give at least one thing to change.")

        def describe(first: ChangeComponent) -> ChangedNode:
            return cast("ChangedNode", {"id": first.component_id, **changes})

        command = to_command(cid, body)
        await self.write(req, resp, holder, command, describe, stream_id=page_id, raw=raw)

    @describes(DELETE_COMPONENT)
    async def on_delete(self, req: Request, resp: Response, page_id: str, cid: str) -> None:
        """Delete a node; the children of a category move up to its position."""
        holder = await self.holder(req)
        command = DeleteComponent(cid)
        await self.write(
            req, resp, holder, command, lambda c: to_id_data(c.component_id), stream_id=page_id
        )


def to_command(component_id: str, body: ComponentChange) -> ChangeComponent:
    """Return the command of a component change."""
    return ChangeComponent(
        component_id=component_id,
        name=body.name,
        description=to_clearing_text(body.description),
        parent=to_clearing_text(body.parent),
        position=body.position,
        status=None if body.status is UNSET else body.status,
        unpins=body.status is None,
        show_uptime=body.show_uptime,
    )


def component_sentence(payload: Payload, names: Names) -> str:
    """Return the change of a component."""
    node = quoted(names.get(payload.get("component_id", "")), "a component that is gone")
    if payload.get("status"):
        return f"Set {node} to {payload['status']}"
    return f"Unpinned {node}" if payload.get("unpins") else f"Changed the component {node}"


AREA = Area(
    {
        "/api/v1/status/{page_id}/components": Components,
        "/api/v1/status/{page_id}/components/{cid}": OneComponent,
    },
    {"cid": PathParameter("componentId", "A component of the page.", LEAF)},
    sentences={
        "AddComponent": name_sentence("Added the component", "name"),
        "ChangeComponent": component_sentence,
        "DeleteComponent": reference_sentence("Deleted", "the component", "component_id"),
    },
)
