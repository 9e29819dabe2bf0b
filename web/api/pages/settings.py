"""A page and its settings. The account decides on deletion.

Source: docs/behaviour.md, "Settings of a page".
"""

import re
from typing import Any

from falcon.asgi import Request, Response

from domain.account.commands import MountHost, RemovePage
from domain.page.logo import decode_logo
from web.api.domains.resource import CustomDomainResource
from web.api.domains.schemas import build_mount_command
from web.api.owner_schemas import provided_fields
from web.api.pages import docs
from web.api.pages import logo_answers as logos
from web.api.pages.answers import domain_change_view, page_view
from web.api.pages.settings_schemas import BODY_BYTES, PageChange, to_command
from web.http.errors import invalid
from web.http.responses import write_data
from web.http.wire import Named
from web.openapi.describe import describes

ETAG = re.compile(r'"?([\w.+/=-]{1,64})"?')


class OnePage(CustomDomainResource):
    """`GET`, `PATCH` and `DELETE /api/v1/status/:pageID`."""

    @describes(docs.READ_PAGE)
    async def on_get(self, req: Request, resp: Response, page_id: str) -> None:
        """Return the settings of a page."""
        write_data(resp, page_view(await self.page(req, page_id), self.settings))

    @describes(docs.CHANGE_PAGE)
    async def on_patch(self, req: Request, resp: Response, page_id: str) -> None:
        """Change settings; absent fields stay unchanged."""
        holder = await self.holder(req)
        raw, body = await self.body(req, PageChange, BODY_BYTES)
        changes = provided_fields(body)
        if not changes:
            raise invalid("Give at least one setting to change.")
        if body.domain is not None:
            if len(changes) > 1 or req.get_header("If-Match") is not None:
                raise invalid("domain must come alone: it is a mount, no setting.", "domain")
            await self.set_domain(req, resp, page_id, body.domain, raw)
            return
        command = to_command(body, parse_if_match(req))
        if command.logo:  # the answer has the view of GET, without the image itself
            host = (await self.page(req, page_id)).host
            changes["logo"] = logos.logo_view(decode_logo(command.logo), host, self.settings)

        answer = {"id": page_id, **changes}
        await self.write(req, resp, holder, command, lambda _: answer, stream_id=page_id, raw=raw)

    async def set_domain(
        self, req: Request, resp: Response, page_id: str, domain: str, raw: bytes
    ) -> None:
        """Mount a domain that becomes primary when it is active.

        Source: docs/behaviour.md, "Mounting a host".
        """
        holder = await self.holder(req)
        command = build_mount_command(page_id, domain, "domain", self.settings, wants_primary=True)

        def describe(first: MountHost) -> dict[str, Any]:
            return domain_change_view(page_id, self.pending_view(first))

        await self.write(req, resp, holder, command, describe, raw=raw)
        mount = await self.write_mount_view(resp, holder, page_id, lambda m: m.host == command.host)
        if mount is not None:
            write_data(resp, domain_change_view(page_id, mount), resp.status_code)

    @describes(docs.DELETE_PAGE)
    async def on_delete(self, req: Request, resp: Response, page_id: str) -> None:
        """Delete a page; its slot and hosts become free, its address answers 404."""
        holder = await self.holder(req)
        command = RemovePage(page_id)
        await self.write(req, resp, holder, command, lambda c: Named(c.page_id))


def parse_if_match(req: Request) -> str | None:
    """Return the required etag of `If-Match`, None for any. Raises ApiError 400.

    The drain compares it, because no other write can come between there.
    """
    header = req.get_header("If-Match", default="*").strip()
    if header == "*":
        return None
    if match := ETAG.fullmatch(header):
        return match[1]
    raise invalid("If-Match must be one etag, as GET tells it.")
