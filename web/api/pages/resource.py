"""Pages of an owner: their creation, settings, latency and deletion.

The account decides on creation and deletion.

Source: docs/behaviour.md, "Owner's API" and "Settings of a page".
"""

from datetime import UTC, datetime
from typing import Any

from falcon.asgi import Request, Response

from domain.account.commands import AddPage, MountHost, RemovePage
from domain.calendar import UTC_ZONE
from domain.hostnames import is_reserved, subdomain_problem
from domain.page.logo import decode_logo
from domain.runtime.new_ids import new_id
from domain.store.postgres.engine import run
from domain.store.postgres.latency import latency_of
from domain.store.postgres.owned import account_of, pages_of
from domain.store.postgres.sessions import Holder
from web.api.domains.resource import CustomDomainResource, require_verified_for
from web.api.domains.schemas import build_mount_command, reserved_error
from web.api.owner_resource import HostResource, NewPage, OwnerResource
from web.api.pages import answers as logos
from web.api.pages import docs
from web.api.pages.answers import (
    CreatedPage,
    account_status,
    domain_change_view,
    latency_view,
    page_view,
)
from web.api.pages.settings_schemas import BODY_BYTES, PageChange, parse_zone, to_command
from web.http.auth import require_verified
from web.http.errors import invalid
from web.http.preconditions import parse_if_match
from web.http.responses import write_data
from web.http.wire import Named
from web.openapi.describe import describes
from web.openapi.operations import Area

DOMAIN_ALONE = "Send domain alone: other settings are changed by a request of their own."


class Pages(HostResource):
    """`GET` and `POST /api/v1/status`."""

    @describes(docs.LIST_PAGES)
    async def on_get(self, req: Request, resp: Response) -> None:
        """List the pages of the account, with its tier and slots."""
        holder = await self.holder(req)
        account = await run(self.engine, account_of, holder.account_id)
        pages = await run(self.engine, pages_of, holder.account_id)
        page_views = [page_view(page, self.settings) for page in pages]
        write_data(resp, account_status(account, page_views, datetime.now(UTC)))

    @describes(docs.CREATE_PAGE)
    async def on_post(self, req: Request, resp: Response) -> None:
        """Create a page, with a subdomain if the body names one."""
        holder = await self.holder(req)
        raw, body = await self.body(req, NewPage)
        host = self.host_for(body.subdomain)
        await self.refuse_second_page(holder)
        zone = parse_zone(body.time_zone) or UTC_ZONE
        command = AddPage(new_id("p"), body.name, host, zone)
        await self.write(req, resp, holder, command, self.pending_view, raw=raw, status=201)

    async def refuse_second_page(self, holder: Holder) -> None:
        """Refuse a second page of an unverified account. Raises ApiError 403."""
        if not holder.is_verified:
            pages = await run(self.engine, pages_of, holder.account_id)
            if pages:
                require_verified(holder, "create a second page")

    def host_for(self, subdomain: str | None) -> str | None:
        """Return the full host of a subdomain. Raises ApiError 400 and 409."""
        if subdomain is None:
            return None
        label = subdomain.lower()
        if problem := subdomain_problem(label):
            raise invalid(problem, "subdomain")
        host = f"{label}.{self.settings.base_domain}"
        if is_reserved(label) or host == self.settings.cname_target:
            raise reserved_error(label, "subdomain")
        return host

    def pending_view(self, command: AddPage) -> CreatedPage:
        """Return a new page before the decision."""
        url = self.settings.page_url(command.host) if command.host else None
        return CreatedPage(command.page_id, command.name, command.host, url)


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
        raw, body, changes = await self.read_change(req, PageChange, BODY_BYTES)
        if body.domain is not None:
            if len(changes) > 1 or req.get_header("If-Match") is not None:
                raise invalid(DOMAIN_ALONE, "domain")
            await self.set_domain(req, resp, page_id, body.domain, raw)
            return
        if body.is_public:
            require_verified(holder, "publish a page")
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
        require_verified_for(holder, command)

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


class Latency(OwnerResource):
    """`GET /api/v1/status/:pageID/latency`."""

    @describes(docs.READ_LATENCY)
    async def on_get(self, req: Request, resp: Response, page_id: str) -> None:
        """Return the latency figures of the last 30 days."""
        page = await self.page(req, page_id)
        total, days = await run(self.engine, latency_of, page.id, page.time_zone)
        write_data(resp, latency_view(total, days))


AREA = Area(
    {
        "/api/v1/status": Pages,
        "/api/v1/status/{page_id}": OnePage,
    },
    sentences=docs.SENTENCES,
)
LATENCY = Area({"/api/v1/status/{page_id}/latency": Latency})  # described after the templates
