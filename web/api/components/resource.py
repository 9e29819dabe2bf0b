"""The component tree of a page. Source: docs/behaviour.md, "Component tree"."""

from typing import cast

from falcon.asgi import Request, Response
from msgspec import UNSET

from domain.page import tree
from domain.page.commands import AddComponent, ChangeComponent, DeleteComponent
from domain.runtime.new_ids import new_id
from domain.store.postgres.engine import run
from domain.store.postgres.load import load_components
from web.api.components import docs
from web.api.components.answers import ChangedNode, added_node, node_view
from web.api.owner_resource import OwnerResource
from web.api.owner_schemas import ComponentChange, NewComponent, provided_fields
from web.api.pages.settings_schemas import to_clearing_text
from web.http.errors import invalid
from web.http.responses import write_data
from web.http.wire import to_id_data
from web.openapi.describe import describes


class Components(OwnerResource):
    """`GET` and `POST /api/v1/status/:pageID/components`."""

    @describes(docs.LIST_COMPONENTS)
    async def on_get(self, req: Request, resp: Response, page_id: str) -> None:
        """List the tree, depth first."""
        page = await self.page(req, page_id)
        children = tree.children_of(await run(self.engine, load_components, page.id))
        write_data(resp, [node_view(component) for component, _ in tree.walk(children)])

    @describes(docs.ADD_COMPONENT)
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


class OneComponent(OwnerResource):
    """`PATCH` and `DELETE /api/v1/status/:pageID/components/:cid`."""

    @describes(docs.CHANGE_COMPONENT)
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

    @describes(docs.DELETE_COMPONENT)
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
