"""The hosts that lead to a page, and how a domain of one's own becomes one."""

from falcon.asgi import Request

from domain.account.domains import MountState
from domain.store.postgres.domains.custom_domains import mounts_of_page
from domain.store.postgres.engine import run
from web.api.domains.answers import mount_view
from web.dashboard.screen import PageScreen, Values

FOLLOWED_MS = 3000  # how often a screen asks whether what it waits for has come


class Domain(PageScreen):
    """`GET /dashboard/pages/:pageID/domain`."""

    template = "domain"
    tab = "domain"

    async def values(self, req: Request, **named: str) -> Values:
        """Return the page's hosts, the canonical one first."""
        holder = await self.holder(req)
        desk, frame = await self.desk(req, named["page_id"])
        owned = await run(self.engine, mounts_of_page, holder.account_id, desk.page.id)
        found = sorted(owned, key=lambda one: (not one.mount.is_primary, one.mount.created_at))
        views = [mount_view(one, self.settings) for one in found]
        is_waiting = any(one.mount.state is MountState.PENDING for one in found)
        return {
            **frame,
            "mounts": [(view, one.checked_at) for view, one in zip(views, found, strict=True)],
            "follows": FOLLOWED_MS if is_waiting else None,
            "has_subdomain": any(view["kind"] == "subdomain" for view in views),
            "base": self.settings.base_domain,
        }
