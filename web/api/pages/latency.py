"""How fast a page's writes were shown, for its owner. Source: docs/behaviour.md, "Owner's API"."""

from falcon.asgi import Request, Response

from domain.store.postgres.engine import run
from domain.store.postgres.latency import latency_of
from web.api.owner_resource import Owner
from web.api.pages.docs import READ_LATENCY
from web.api.pages.latency_answers import latency_view
from web.http.responses import write_data
from web.openapi.describe import describes


class Latency(Owner):
    """`GET /api/v1/status/:pageID/latency`."""

    @describes(READ_LATENCY)
    async def on_get(self, req: Request, resp: Response, page_id: str) -> None:
        """Tell the figures of the last 30 days."""
        page = await self.page(req, page_id)
        together, days = await run(self.engine, latency_of, page.id, page.time_zone)
        write_data(resp, latency_view(together, days))
