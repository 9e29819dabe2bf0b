"""An owner's page and its settings. Deleting is decided on the account. Source: SPEC section 6."""

import re
from typing import Any

from falcon.asgi import Request, Response

from domain.account.commands import RemovePage
from domain.account.mount_commands import MountHost
from domain.page.commands import ChangePage
from domain.page.logo import decode_logo
from domain.page.settings import etag_of
from domain.page.state import Look
from domain.status import Status
from domain.store.owned import OwnedPage
from domain.store.settings import Settings
from web.answers import iso, write_data
from web.bodies.owner import given_of
from web.bodies.settings import BODY_BYTES, PageChange, command_of
from web.errors import invalid
from web.mounting import mount_command
from web.resources.mounts import MountOwner
from web.views import logos
from web.views.mounts import domain_view

ETAG = re.compile(r'"?([\w.+/=-]{1,64})"?')


class OnePage(MountOwner):
    """`GET`, `PATCH` and `DELETE /api/v1/status/:pageID`."""

    async def on_get(self, req: Request, resp: Response, page_id: str) -> None:
        """Tell a page's settings."""
        write_data(resp, shown(await self.page(req, page_id), self.settings))

    async def on_patch(self, req: Request, resp: Response, page_id: str) -> None:
        """Change settings; what is not given stays."""
        holder = await self.holder(req)
        raw, body = await self.body(req, PageChange, BODY_BYTES)
        given = given_of(body)
        if not given:
            raise invalid("Give at least one setting to change.")
        if body.domain is not None:
            if len(given) > 1 or req.get_header("If-Match") is not None:
                raise invalid("domain must come alone: it is a mount, no setting.", "domain")
            await self.set_domain(req, resp, page_id, body.domain, raw)
            return
        command = command_of(body, wanted_etag(req))
        if command.logo:  # told as GET tells it: the picture itself is known to who sent it
            host = (await self.page(req, page_id)).host
            given["logo"] = logos.shown(decode_logo(command.logo), host, self.settings)

        def describe(_: ChangePage) -> dict[str, Any]:
            return {"id": page_id, **given}

        await self.write(req, resp, holder, command, describe, stream_id=page_id, raw=raw)

    async def set_domain(
        self, req: Request, resp: Response, page_id: str, domain: str, raw: bytes
    ) -> None:
        """Mount a domain that is to be primary once it is active. Source: SPEC section 6."""
        holder = await self.holder(req)
        command = mount_command(page_id, domain, "domain", self.settings, wants_primary=True)

        def told(first: MountHost) -> dict[str, Any]:
            return {**domain_view(page_id, self.asked_for(first))}

        await self.write(req, resp, holder, command, told, raw=raw)
        mount = await self.tell(resp, holder, page_id, lambda m: m.host == command.host)
        if mount is not None:
            write_data(resp, domain_view(page_id, mount), resp.status_code)

    async def on_delete(self, req: Request, resp: Response, page_id: str) -> None:
        """Delete a page: its place and its hosts are free, its address answers 404."""
        holder = await self.holder(req)
        command = RemovePage(page_id)
        await self.write(req, resp, holder, command, lambda c: {"id": c.page_id})


def wanted_etag(req: Request) -> str | None:
    """Return the etag that settings must have; None without one. Raises ApiError 400.

    Whether they have it is decided in the drain, where nothing comes between.
    """
    header = req.get_header("If-Match", default="*").strip()
    if header == "*":
        return None
    if found := ETAG.fullmatch(header):
        return found[1]
    raise invalid("If-Match must be one etag, as GET tells it.")


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
        **shown_look(page.look),
        "logo": logos.shown(page.logo, page.host, settings),
        "etag": etag_of(page),
        "suspended": page.is_suspended,
        "suspendedReason": page.suspended_reason,
        "expiresAt": iso(page.expires_at),
        "createdAt": iso(page.created_at),
    }


def shown_look(look: Look) -> dict[str, Any]:
    """Return how a page looks as JSON; a label or headline of null is the default."""
    return {
        "labels": {status: look.labels.get(status) for status in Status},
        "headlines": {status: look.headlines.get(status) for status in Status},
        "theme": {"mode": look.mode, "accent": look.accent},
        "showUptime": look.show_uptime,
        "showFooter": look.show_footer,
    }
