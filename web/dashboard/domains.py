"""The custom domain view of a page."""

from falcon.asgi import Request

from domain.account.domains import MountState
from domain.store.postgres.custom_domains import mounts_of_page
from domain.store.postgres.engine import run
from web.api.domains.schemas import mount_view
from web.dashboard.screen import PageView, Values

POLL_INTERVAL_MS = 3000  # while a DNS lookup is pending


class Domain(PageView):
    """`GET /dashboard/pages/:pageID/domain`."""

    template = "domain"
    tab = "domain"

    async def values(self, req: Request, **params: str) -> Values:
        """Return the hosts of the page, the canonical one first."""
        holder = await self.holder(req)
        page_context, frame = await self.fetch_page_context(req, params["page_id"])
        owned_mounts = await run(
            self.engine, mounts_of_page, holder.account_id, page_context.page.id
        )
        mounts = sorted(
            owned_mounts,
            key=lambda owned_mount: (
                not owned_mount.mount.is_primary,
                owned_mount.mount.created_at,
            ),
        )
        views = [mount_view(owned_mount, self.settings) for owned_mount in mounts]
        is_waiting = any(owned_mount.mount.state is MountState.PENDING for owned_mount in mounts)
        return {
            **frame,
            "mounts": [
                (view, owned_mount.checked_at)
                for view, owned_mount in zip(views, mounts, strict=True)
            ],
            "follows": POLL_INTERVAL_MS if is_waiting else None,
            "has_subdomain": any(view.kind == "subdomain" for view in views),
            "base": self.settings.base_domain,
        }


ROUTES = {"/dashboard/pages/{page_id}/domain": Domain}
