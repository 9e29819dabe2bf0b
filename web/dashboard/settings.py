"""What a page is, and how it looks: its settings, with the page itself beside them."""

from falcon.asgi import Request

from domain.calendar import zones
from domain.page.logo import BYTES_MAX
from domain.page.settings import HEADLINE_LIMIT, LABEL_LIMIT, etag_of
from domain.page.state import Mode
from domain.store.postgres.engine import run
from domain.store.postgres.latency import latency_told
from web.dashboard.document import STATUSES
from web.dashboard.screen import PageScreen, Values

KIB = 1024


class Settings(PageScreen):
    """`GET /dashboard/pages/:pageID/settings`."""

    template = "settings"
    tab = "settings"

    async def values(self, req: Request, **named: str) -> Values:
        """Return the settings as a whole: their etag goes with every form."""
        desk, frame = await self.desk(req, named["page_id"])
        page = desk.page
        latency, newest = await run(self.engine, latency_told, page.id, page.time_zone)
        is_over = page.tier_until is not None and page.tier_until <= frame["now"]
        return {
            **frame,
            "etag": etag_of(page),
            "zones": sorted(zones()),
            "is_prime": page.tier == "prime" and not is_over,
            "latency": latency,
            "newest": newest,
        }


class Customize(PageScreen):
    """`GET /dashboard/pages/:pageID/customize`."""

    template = "customize"
    tab = "customize"

    async def values(self, req: Request, **named: str) -> Values:
        """Return how the page looks, and what that can be."""
        desk, frame = await self.desk(req, named["page_id"])
        return {
            **frame,
            "etag": etag_of(desk.page),
            "zones": sorted(zones()),
            "modes": tuple(Mode),
            "worded": STATUSES,
            "limits": {"labels": LABEL_LIMIT, "headlines": HEADLINE_LIMIT},
            "logo_kib": BYTES_MAX // KIB,
        }
