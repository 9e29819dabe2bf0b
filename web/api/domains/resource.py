"""The hosts of an owner's page. Decided on the account.

Source: docs/behaviour.md, "Mounting a host".
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from falcon.asgi import Request, Response

from domain.account.decide.domains import pending_mount
from domain.account.domain_commands import MountHost, SetPrimary, UnmountHost, VerifyMount
from domain.account.domains import Mount
from domain.store.postgres.accounts.sessions import Holder
from domain.store.postgres.domains.custom_domains import OwnedMount, mounts_of_page
from domain.store.postgres.engine import UNREACHABLE, SQLAlchemyError, run
from web.api.domains import docs as said
from web.api.domains.answers import MountView, mount_view
from web.api.domains.host_input import mount_command
from web.api.domains.schemas import MountChange, NewMount
from web.api.owner_resource import Owner
from web.http.errors import invalid
from web.http.responses import write_data
from web.http.wire import Named
from web.openapi.describe import describes

log = logging.getLogger(__name__)

ACCEPTED = 202


class MountOwner(Owner):
    """What the resources of mounts share."""

    async def tell(
        self, resp: Response, holder: Holder, page_id: str, is_it: Callable[[Mount], bool]
    ) -> MountView | None:
        """Tell a mount as it is now, if the write that made it so is applied.

        Otherwise what was answered before stands, with 202: the write is durable.
        """
        if resp.status_code == ACCEPTED:
            return None
        try:
            found = await run(self.engine, mounts_of_page, holder.account_id, page_id)
        except (SQLAlchemyError, *UNREACHABLE) as error:
            log.warning("a mount of %s can't be read: %s", page_id, error)
            resp.status = ACCEPTED
            return None
        views = (mount_view(owned, self.settings) for owned in found if is_it(owned.mount))
        if (view := next(views, None)) is not None:
            write_data(resp, view, resp.status_code)
        return view

    def asked_for(self, command: MountHost) -> MountView:
        """Return what is known of a mount before it is decided."""
        mount = pending_mount(command, datetime.now(UTC))
        return mount_view(OwnedMount(mount, "", None, None), self.settings)


class NewMounts(MountOwner):
    """`POST /api/v1/status/:pageID/mount`."""

    @describes(said.MOUNT_HOST)
    async def on_post(self, req: Request, resp: Response, page_id: str) -> None:
        """Mount a host: a subdomain at once, a domain once its proof was seen."""
        holder = await self.holder(req)
        raw, body = await self.body(req, NewMount)
        command = mount_command(page_id, body.host, "host", self.settings)

        def asked_for(first: MountHost) -> dict[str, Any]:
            return {**self.asked_for(first)}

        await self.write(req, resp, holder, command, asked_for, raw=raw, status=201)
        await self.tell(resp, holder, page_id, lambda mount: mount.host == command.host)


class Mounts(MountOwner):
    """`GET /api/v1/status/:pageID/mounts`."""

    @describes(said.LIST_MOUNTS)
    async def on_get(self, req: Request, resp: Response, page_id: str) -> None:
        """List a page's mounts, oldest first."""
        page, holder = await self.page(req, page_id), await self.holder(req)
        found = await run(self.engine, mounts_of_page, holder.account_id, page.id)
        write_data(resp, [mount_view(owned, self.settings) for owned in found])


class OneMount(MountOwner):
    """`PATCH` and `DELETE /api/v1/status/:pageID/mounts/:mid`."""

    @describes(said.CHANGE_MOUNT)
    async def on_patch(self, req: Request, resp: Response, page_id: str, mid: str) -> None:
        """Make a mount's host the page's canonical one."""
        holder = await self.holder(req)
        raw, body = await self.body(req, MountChange)
        if not body.primary:
            raise invalid("primary can only be true: make another mount primary.", "primary")
        command = SetPrimary(page_id, mid)
        await self.write(req, resp, holder, command, named, raw=raw)
        if await self.tell(resp, holder, page_id, lambda mount: mount.id == mid) is None:
            resp.status = ACCEPTED  # it is gone by now, or not yet to be seen: its id is all

    @describes(said.UNMOUNT_HOST)
    async def on_delete(self, req: Request, resp: Response, page_id: str, mid: str) -> None:
        """Take a host from its page; from this answer on it leads there no more."""
        holder = await self.holder(req)
        await self.write(req, resp, holder, UnmountHost(page_id, mid), named)


class MountVerification(MountOwner):
    """`POST /api/v1/status/:pageID/mounts/:mid/verify`."""

    @describes(said.VERIFY_MOUNT)
    async def on_post(self, req: Request, resp: Response, page_id: str, mid: str) -> None:
        """Look a mount up again, now."""
        holder = await self.holder(req)
        await self.write(req, resp, holder, VerifyMount(page_id, mid), named)
        if await self.tell(resp, holder, page_id, lambda mount: mount.id == mid) is None:
            resp.status = ACCEPTED  # it is gone by now, or not yet to be seen: its id is all


def named(command: VerifyMount | UnmountHost | SetPrimary) -> Named:
    """Return which mount was meant."""
    return {"id": command.mount_id}
