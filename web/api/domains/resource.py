"""The custom domains and subdomains of a page. The account decides on them.

Source: docs/behaviour.md, "Mounting a host".
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from falcon.asgi import Request, Response

from domain.account.commands import MountHost, SetPrimary, UnmountHost, VerifyMount
from domain.account.decide.domains import pending_mount
from domain.account.domains import Mount, MountKind
from domain.store.postgres.custom_domains import OwnedMount, mounts_of_page
from domain.store.postgres.engine import UNREACHABLE, SQLAlchemyError, run
from domain.store.postgres.sessions import Holder
from web.api.domains import schemas
from web.api.domains.schemas import (
    MountChange,
    MountView,
    NewMount,
    build_mount_command,
    mount_view,
)
from web.api.owner_resource import HostResource
from web.http.auth import require_verified
from web.http.bodies import wrong_value
from web.http.responses import write_data
from web.http.wire import Named
from web.openapi.describe import describes
from web.openapi.operations import Area

log = logging.getLogger(__name__)

ACCEPTED = 202


class CustomDomainResource(HostResource):
    """Base of the resources of custom domains."""

    async def write_mount_view(
        self, resp: Response, holder: Holder, page_id: str, is_wanted: Callable[[Mount], bool]
    ) -> MountView | None:
        """Write the current state of a custom domain, if the write is applied.

        Otherwise the earlier answer stands, with 202: the write is durable.
        """
        if resp.status_code == ACCEPTED:
            return None
        try:
            mounts = await run(self.engine, mounts_of_page, holder.account_id, page_id)
        except (SQLAlchemyError, *UNREACHABLE) as error:
            log.warning("a mount of %s can't be read: %s", page_id, error)
            resp.status = ACCEPTED
            return None
        views = (mount_view(owned, self.settings) for owned in mounts if is_wanted(owned.mount))
        if (view := next(views, None)) is not None:
            write_data(resp, view, resp.status_code)
        return view

    def pending_view(self, command: MountHost) -> MountView:
        """Return a custom domain before the decision."""
        mount = pending_mount(command, datetime.now(UTC))
        return mount_view(OwnedMount(mount, "", None, None), self.settings)


def require_verified_for(holder: Holder, command: MountHost) -> None:
    """Refuse a domain of an unverified account; subdomains are free. Raises ApiError 403."""
    if command.kind is MountKind.DOMAIN:
        require_verified(holder, "add a domain")


class NewCustomDomain(CustomDomainResource):
    """`POST /api/v1/status/:pageID/mount`."""

    @describes(schemas.MOUNT_HOST)
    async def on_post(self, req: Request, resp: Response, page_id: str) -> None:
        """Mount a host: a subdomain at once, a domain after its DNS proof."""
        holder = await self.holder(req)
        raw, body = await self.body(req, NewMount)
        command = build_mount_command(page_id, body.host, "host", self.settings)
        require_verified_for(holder, command)
        await self.write(req, resp, holder, command, self.pending_view, raw=raw, status=201)
        await self.write_mount_view(resp, holder, page_id, lambda mount: mount.host == command.host)


class CustomDomains(CustomDomainResource):
    """`GET /api/v1/status/:pageID/mounts`."""

    @describes(schemas.LIST_MOUNTS)
    async def on_get(self, req: Request, resp: Response, page_id: str) -> None:
        """List the custom domains of a page, oldest first."""
        page, holder = await self.page(req, page_id), await self.holder(req)
        mounts = await run(self.engine, mounts_of_page, holder.account_id, page.id)
        write_data(resp, [mount_view(owned, self.settings) for owned in mounts])


class OneCustomDomain(CustomDomainResource):
    """`PATCH` and `DELETE /api/v1/status/:pageID/mounts/:mid`."""

    @describes(schemas.CHANGE_MOUNT)
    async def on_patch(self, req: Request, resp: Response, page_id: str, mid: str) -> None:
        """Make a host the canonical host of the page."""
        holder = await self.holder(req)
        raw, body = await self.body(req, MountChange)
        if not body.primary:
            raise wrong_value(MountChange, "primary")
        command = SetPrimary(page_id, mid)
        await self.write(req, resp, holder, command, mount_reference, raw=raw)
        if (
            await self.write_mount_view(resp, holder, page_id, lambda mount: mount.id == mid)
            is None
        ):
            resp.status = ACCEPTED  # it is deleted or not readable yet: answer its id only

    @describes(schemas.UNMOUNT_HOST)
    async def on_delete(self, req: Request, resp: Response, page_id: str, mid: str) -> None:
        """Remove a host from its page, effective with this answer."""
        holder = await self.holder(req)
        await self.write(req, resp, holder, UnmountHost(page_id, mid), mount_reference)


class CustomDomainVerification(CustomDomainResource):
    """`POST /api/v1/status/:pageID/mounts/:mid/verify`."""

    @describes(schemas.VERIFY_MOUNT)
    async def on_post(self, req: Request, resp: Response, page_id: str, mid: str) -> None:
        """Request a new DNS lookup of a custom domain."""
        holder = await self.holder(req)
        await self.write(req, resp, holder, VerifyMount(page_id, mid), mount_reference)
        if (
            await self.write_mount_view(resp, holder, page_id, lambda mount: mount.id == mid)
            is None
        ):
            resp.status = ACCEPTED  # it is deleted or not readable yet: answer its id only


def mount_reference(command: VerifyMount | UnmountHost | SetPrimary) -> Named:
    """Return the id of the custom domain in a command."""
    return Named(command.mount_id)


AREA = Area(
    {
        "/api/v1/status/{page_id}/mount": NewCustomDomain,
        "/api/v1/status/{page_id}/mounts": CustomDomains,
        "/api/v1/status/{page_id}/mounts/{mid}": OneCustomDomain,
        "/api/v1/status/{page_id}/mounts/{mid}/verify": CustomDomainVerification,
    },
    schemas.PATH_PARAMETERS,
    schemas.SENTENCES,
)
