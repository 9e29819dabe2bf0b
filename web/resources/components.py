"""An owner's component tree. Source: SPEC section 6."""

from typing import Any

from falcon.asgi import Request, Response
from msgspec import UNSET

from domain.page import tree
from domain.page.commands import AddComponent, ChangeComponent, DeleteComponent
from domain.page.state import Component
from domain.store.engine import run
from domain.store.load import load_components
from domain.store.mint import mint
from web.answers import write_data
from web.bodies.owner import ComponentChange, NewComponent, given_of
from web.bodies.settings import cleared
from web.errors import invalid
from web.resources.owner import Owner


class Components(Owner):
    """`GET` and `POST /api/v1/status/:pageID/components`."""

    async def on_get(self, req: Request, resp: Response, page_id: str) -> None:
        """List the tree, depth first."""
        page = await self.page(req, page_id)
        children = tree.children_of(await run(self.engine, load_components, page.id))
        write_data(resp, [shown(node) for node, _ in tree.walk(children)])

    async def on_post(self, req: Request, resp: Response, page_id: str) -> None:
        """Add a leaf or a category."""
        holder = await self.holder(req)
        raw, body = await self.body(req, NewComponent)
        command = AddComponent(
            component_id=mint("c"),
            name=body.name,
            kind=body.kind,
            parent=body.parent,
            position=body.position,
            description=body.description,
            status=body.status,
            show_uptime=body.show_uptime,
        )
        await self.write(req, resp, holder, command, added, stream_id=page_id, raw=raw, status=201)


class OneComponent(Owner):
    """`PATCH` and `DELETE /api/v1/status/:pageID/components/:cid`."""

    async def on_patch(self, req: Request, resp: Response, page_id: str, cid: str) -> None:
        """Change or move a node; what is not given stays."""
        holder = await self.holder(req)
        raw, body = await self.body(req, ComponentChange)
        given = given_of(body)
        if not given:
            raise invalid("Give at least one thing to change.")

        def describe(first: ChangeComponent) -> dict[str, Any]:
            return {"id": first.component_id, **given}

        command = command_of(cid, body)
        await self.write(req, resp, holder, command, describe, stream_id=page_id, raw=raw)

    async def on_delete(self, req: Request, resp: Response, page_id: str, cid: str) -> None:
        """Delete a node; what a category holds moves up to where it stood."""
        holder = await self.holder(req)
        command = DeleteComponent(cid)
        await self.write(
            req, resp, holder, command, lambda c: {"id": c.component_id}, stream_id=page_id
        )


def command_of(component_id: str, body: ComponentChange) -> ChangeComponent:
    """Return a change as the log keeps it."""
    return ChangeComponent(
        component_id=component_id,
        name=body.name,
        description=cleared(body.description),
        parent=cleared(body.parent),
        position=body.position,
        status=None if body.status is UNSET else body.status,
        unpins=body.status is None,
        show_uptime=body.show_uptime,
    )


def added(command: AddComponent) -> dict[str, Any]:
    """Return what is known of a node that was asked for."""
    return {
        "id": command.component_id,
        "name": command.name,
        "kind": command.kind,
        "parent": command.parent,
    }


def shown(node: Component) -> dict[str, Any]:
    """Return a node as JSON; the status of a category is its pin."""
    return {
        "id": node.id,
        "kind": node.kind,
        "parent": node.parent_id,
        "position": node.position,
        "name": node.name,
        "description": node.description,
        "status": node.status,
        "showUptime": node.show_uptime,
    }
