"""An owner's component tree. Source: SPEC section 6."""

from typing import Any

from falcon.asgi import Request, Response

from domain.page.commands import AddComponent
from domain.store.mint import mint
from web.bodies.owner import NewComponent
from web.resources.owner import Owner


class Components(Owner):
    """`POST /api/v1/status/:pageID/components`."""

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


def added(command: AddComponent) -> dict[str, Any]:
    """Return what is known of a node that was asked for."""
    return {
        "id": command.component_id,
        "name": command.name,
        "kind": command.kind,
        "parent": command.parent,
    }
