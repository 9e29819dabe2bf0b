"""An owner's pages. Creating and deleting are decided on the account. Source: SPEC section 6."""

from typing import Any

from falcon.asgi import Request, Response

from domain.account.commands import AddPage, RemovePage
from domain.hosts import is_reserved, subdomain_problem
from domain.page.commands import ChangePage
from domain.store.engine import run
from domain.store.mint import mint
from domain.store.owned import OwnedPage, pages_of
from domain.store.settings import Settings
from web.answers import iso, write_data
from web.bodies.owner import NewPage, PageChange, is_empty
from web.errors import ApiError, invalid
from web.resources.owner import Owner


class Pages(Owner):
    """`GET` and `POST /api/v1/status`."""

    async def on_get(self, req: Request, resp: Response) -> None:
        """List the account's pages with what the account pays for."""
        holder = await self.holder(req)
        pages = await run(self.engine, pages_of, holder.account_id)
        data = {
            "tier": holder.tier,
            "tierUntil": iso(holder.tier_until),
            "pages": [shown(page, self.settings) for page in pages],
        }
        write_data(resp, data)

    async def on_post(self, req: Request, resp: Response) -> None:
        """Create a page, on a subdomain of the base if one is asked for."""
        holder = await self.holder(req)
        raw, body = await self.body(req, NewPage)
        host = self.host_for(body.subdomain)
        command = AddPage(mint("p"), body.name, host)
        await self.write(req, resp, holder, command, self.created, raw=raw, status=201)

    def host_for(self, subdomain: str | None) -> str | None:
        """Return the full host of a subdomain. Raises ApiError 400 and 409."""
        if subdomain is None:
            return None
        label = subdomain.lower()
        if problem := subdomain_problem(label):
            raise invalid(problem, "subdomain")
        if is_reserved(label):
            reserved = f"{label} is reserved for the service itself."
            raise ApiError(409, "CONFLICT", reserved, {"subdomain": reserved})
        return f"{label}.{self.settings.base_domain}"

    def created(self, command: AddPage) -> dict[str, Any]:
        """Return what is known of a page that was asked for."""
        url = self.settings.page_url(command.host) if command.host else None
        return {"id": command.page_id, "name": command.name, "host": command.host, "url": url}


class OnePage(Owner):
    """`GET`, `PATCH` and `DELETE /api/v1/status/:pageID`."""

    async def on_get(self, req: Request, resp: Response, page_id: str) -> None:
        """Tell a page's settings."""
        write_data(resp, shown(await self.page(req, page_id), self.settings))

    async def on_patch(self, req: Request, resp: Response, page_id: str) -> None:
        """Change settings; what is not given stays."""
        holder = await self.holder(req)
        raw, body = await self.body(req, PageChange)
        if is_empty(body):
            raise invalid("Give at least one of name, isPublic.")
        command = ChangePage(body.name, body.is_public)
        given = {"name": body.name, "isPublic": body.is_public}
        echoed = {name: value for name, value in given.items() if value is not None}

        def describe(_: ChangePage) -> dict[str, Any]:
            return {"id": page_id, **echoed}

        await self.write(req, resp, holder, command, describe, stream_id=page_id, raw=raw)

    async def on_delete(self, req: Request, resp: Response, page_id: str) -> None:
        """Delete a page: its place and its hosts are free, its address answers 404."""
        holder = await self.holder(req)
        command = RemovePage(page_id)
        await self.write(req, resp, holder, command, lambda c: {"id": c.page_id})


def shown(page: OwnedPage, settings: Settings) -> dict[str, Any]:
    """Return a page's settings as JSON."""
    return {
        "id": page.id,
        "name": page.name,
        "description": page.description,
        "host": page.host,
        "url": settings.page_url(page.host) if page.host else None,
        "isPublic": page.is_public,
        "timeZone": page.time_zone,
        "expiresAt": iso(page.expires_at),
        "createdAt": iso(page.created_at),
    }
