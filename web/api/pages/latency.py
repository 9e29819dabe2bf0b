"""Publication latency of a page. Source: docs/behaviour.md, "Owner's API"."""

from falcon.asgi import Request, Response

from domain.store.postgres.engine import run
from domain.store.postgres.latency import latency_of
from web.api.area import Area
from web.api.owner_resource import OwnerResource
from web.api.pages.docs import READ_LATENCY
from web.api.pages.latency_answers import latency_view
from web.http.responses import write_data
from web.openapi.describe import describes


class Latency(OwnerResource):
    """`GET /api/v1/status/:pageID/latency`."""

    @describes(READ_LATENCY)
    async def on_get(self, req: Request, resp: Response, page_id: str) -> None:
        """Return the latency figures of the last 30 days."""
        page = await self.page(req, page_id)
        total, days = await run(self.engine, latency_of, page.id, page.time_zone)
        write_data(resp, latency_view(total, days))


AREA = Area({"/api/v1/status/{page_id}/latency": Latency})
