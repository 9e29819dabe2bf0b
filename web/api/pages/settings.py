"""An owner's page and its settings. Deleting is decided on the account.

Source: docs/behaviour.md, "Settings of a page".
"""

import re
from typing import cast

from falcon.asgi import Request, Response

from domain.account.commands import RemovePage
from domain.account.domain_commands import MountHost
from domain.page.commands import ChangePage
from domain.page.logo import decode_logo
from web.api.domains.host_input import mount_command
from web.api.domains.resource import MountOwner
from web.api.owner_schemas import given_of
from web.api.pages import docs as said
from web.api.pages import logo_answers as logos
from web.api.pages.answers import ChangedPage, domain_set, page_view
from web.api.pages.settings_schemas import BODY_BYTES, PageChange, command_of
from web.http.errors import invalid
from web.http.responses import write_data
from web.http.wire import named
from web.openapi.describe import describes

ETAG = re.compile(r'"?([\w.+/=-]{1,64})"?')


class OnePage(MountOwner):
    """`GET`, `PATCH` and `DELETE /api/v1/status/:pageID`."""

    @describes(said.READ_PAGE)
    async def on_get(self, req: Request, resp: Response, page_id: str) -> None:
        """Tell a page's settings."""
        write_data(resp, page_view(await self.page(req, page_id), self.settings))

    @describes(said.CHANGE_PAGE)
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

        def describe(_: ChangePage) -> ChangedPage:
            return cast("ChangedPage", {"id": page_id, **given})

        await self.write(req, resp, holder, command, describe, stream_id=page_id, raw=raw)

    async def set_domain(
        self, req: Request, resp: Response, page_id: str, domain: str, raw: bytes
    ) -> None:
        """Mount a domain that is to be primary once it is active.

        Source: docs/behaviour.md, "Mounting a host".
        """
        holder = await self.holder(req)
        command = mount_command(page_id, domain, "domain", self.settings, wants_primary=True)

        def told(first: MountHost) -> ChangedPage:
            return domain_set(page_id, self.asked_for(first))

        await self.write(req, resp, holder, command, told, raw=raw)
        mount = await self.tell(resp, holder, page_id, lambda m: m.host == command.host)
        if mount is not None:
            write_data(resp, domain_set(page_id, mount), resp.status_code)

    @describes(said.DELETE_PAGE)
    async def on_delete(self, req: Request, resp: Response, page_id: str) -> None:
        """Delete a page: its place and its hosts are free, its address answers 404."""
        holder = await self.holder(req)
        command = RemovePage(page_id)
        await self.write(req, resp, holder, command, lambda c: named(c.page_id))


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
