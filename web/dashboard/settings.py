"""The settings and theme views of a page."""

from falcon.asgi import Request

from domain.calendar import zones
from domain.page.logo import BYTES_MAX, SIDE_MAX
from domain.page.settings import (
    HEADLINE_LIMIT,
    LABEL_LIMIT,
    LINK_LABEL_LIMIT,
    LINK_URL_LIMIT,
    LINKS_MAX,
    Font,
    Mode,
    Place,
)
from domain.status import LISTED
from domain.store.postgres.engine import run
from domain.store.postgres.latency import latency_summary
from domain.store.postgres.owned import contents_of
from web.dashboard.screen import PageView, Values

KIB = 1024
LIMITS = {
    "labels": LABEL_LIMIT,
    "headlines": HEADLINE_LIMIT,
    "links": LINKS_MAX,
    "link_label": LINK_LABEL_LIMIT,
    "link_url": LINK_URL_LIMIT,
}


class Settings(PageView):
    """`GET /dashboard/pages/:pageID/settings`."""

    template = "settings"
    tab = "settings"

    async def values(self, req: Request, **params: str) -> Values:
        """Return the settings with their etag for the forms."""
        page_context, frame = await self.fetch_page_context(req, params["page_id"])
        page = page_context.page
        latency, newest = await run(self.engine, latency_summary, page.id, page.time_zone)
        contents = await run(self.engine, contents_of, page.id)
        is_over = page.tier_until is not None and page.tier_until <= frame["now"]
        return {
            **frame,
            "zones": sorted(zones()),
            "is_prime": page.tier == "prime" and not is_over,
            "latency": latency,
            "newest": newest,
            "contents": contents,
        }


class Theme(PageView):
    """`GET /dashboard/pages/:pageID/customize`."""

    template = "customize"
    tab = "customize"

    async def values(self, req: Request, **params: str) -> Values:
        """Return the theme of the page and its choices."""
        _, frame = await self.fetch_page_context(req, params["page_id"])
        return {
            **frame,
            "zones": sorted(zones()),
            "modes": tuple(Mode),
            "fonts": tuple(Font),
            "places": tuple(Place),
            "worded": LISTED,
            "limits": LIMITS,
            "logo_kib": BYTES_MAX // KIB,
            "logo_side": SIDE_MAX,
        }


ROUTES = {
    "/dashboard/pages/{page_id}/customize": Theme,
    "/dashboard/pages/{page_id}/settings": Settings,
}
