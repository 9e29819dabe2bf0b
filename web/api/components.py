"""The component tree of a page. Source: docs/behaviour.md, "Component tree"."""

import msgspec
from falcon.asgi import Request, Response

from domain.page import tree
from domain.page.commands import AddComponent, ChangeComponent, DeleteComponent
from domain.page.state import ComponentKind
from domain.runtime.new_ids import new_id
from domain.status import Status
from domain.store.postgres.engine import run
from domain.store.postgres.load import load_components
from web.api.audit_sentences import name_sentence, quoted, reference_sentence
from web.api.owner_resource import ComponentChange, NewComponent, WritingResource
from web.http.commands import build_command
from web.http.responses import write_data
from web.http.wire import Answer, Id, Named, to_answer
from web.openapi.describe import Example, Operation, PathParameter, describes, echo_of
from web.openapi.operations import TAIL, Area, Names, Payload


class Node(Answer, frozen=True):
    """A leaf or a category; the status of a category is its pin."""

    id: Id
    kind: ComponentKind
    parent_id: Id | None = msgspec.field(name="parent")
    position: int
    name: str
    description: str | None
    status: Status | None
    show_uptime: bool


class AddedNode(Answer, frozen=True):
    """A new leaf or category."""

    component_id: Id = msgspec.field(name="id")
    name: str
    kind: ComponentKind
    parent: str | None


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
    summary="Change or move a component; absent fields stay.",
    note="The answer tells what was given. 400: `parent` is no category of this page, is the"
    " component or below it, or would make a fourth level; `status` null on a leaf.",
    body=ComponentChange,
    data=echo_of(ComponentChange),
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
        write_data(resp, [to_answer(Node, component) for component, _ in tree.walk(children)])

    @describes(ADD_COMPONENT)
    async def on_post(self, req: Request, resp: Response, page_id: str) -> None:
        """Add a leaf or a category."""
        holder = await self.holder(req)
        raw, body = await self.body(req, NewComponent)
        command = build_command(AddComponent, body, component_id=new_id("c"))
        await self.write(
            req, resp, holder, command, describe_added, stream_id=page_id, raw=raw, status=201
        )


def describe_added(command: AddComponent) -> AddedNode:
    """Return a new node before the decision."""
    return to_answer(AddedNode, command)


class OneComponent(WritingResource):
    """`PATCH` and `DELETE /api/v1/status/:pageID/components/:cid`."""

    @describes(CHANGE_COMPONENT)
    async def on_patch(self, req: Request, resp: Response, page_id: str, cid: str) -> None:
        """Change or move a node; absent fields stay unchanged."""
        holder = await self.holder(req)
        raw, body, changes = await self.read_change(req, ComponentChange)
        command, answer = to_command(cid, body), {"id": cid, **changes}
        await self.write(req, resp, holder, command, lambda _: answer, stream_id=page_id, raw=raw)

    @describes(DELETE_COMPONENT)
    async def on_delete(self, req: Request, resp: Response, page_id: str, cid: str) -> None:
        """Delete a node; the children of a category move up to its position."""
        holder = await self.holder(req)
        command = DeleteComponent(cid)
        await self.write(
            req, resp, holder, command, lambda c: Named(c.component_id), stream_id=page_id
        )


def to_command(component_id: str, body: ComponentChange) -> ChangeComponent:
    """Return the command of a component change."""
    return build_command(
        ChangeComponent,
        body,
        component_id=component_id,
        status=body.status or None,
        unpins=body.status is None,
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
