"""The subscribers of a page, and the deliveries of an incident."""

from datetime import datetime

from falcon.asgi import Request

from domain.notifications.choices import Channel
from domain.store.postgres.engine import Connection, run
from domain.store.postgres.incidents import incident_of
from domain.store.postgres.notifications import delivery_report, subscriber_list
from web.api.subscribers.owner_list import channel_of, find_subscribers, search_of
from web.api.subscribers.owner_schemas import delivery_view, subscriber_view
from web.dashboard.screen import PageView, Values
from web.http.errors import not_found
from web.http.paging import cursor_after, limit_of, place_of


class SubscriberScreen(PageView):
    """`GET /dashboard/pages/:pageID/subscribers`; older ones by `?cursor=`."""

    template = "subscribers"
    tab = "subscribers"

    async def values(self, req: Request, **params: str) -> Values:
        """Return one part of the list, newest first, and the totals."""
        page_context, frame = await self.fetch_page_context(req, params["page_id"])
        page_id, limit = page_context.page.id, limit_of(req)
        search = search_of(req) if req.get_param("search") else None
        channel = channel_of(req) if req.get_param("channel") else None
        where = (page_id, place_of(req), limit + 1, search, channel)
        rows = await run(self.engine, find_subscribers, *where)
        last = rows[limit - 1] if len(rows) > limit else None
        return {
            **frame,
            "subscribers": [(subscriber_view(row), row.created_at) for row in rows[:limit]],
            "totals": await run(self.engine, subscriber_list.count_by_channel, page_id),
            "older": cursor_after(last.created_at, last.id) if last else None,
            "search": search,
            "channel": channel,
            "channels": tuple(Channel),
        }


class DeliveryScreen(PageView):
    """`GET /dashboard/pages/:pageID/incidents/:iid/deliveries`; older ones by `?cursor=`."""

    template = "deliveries"
    tab = "incidents"

    async def values(self, req: Request, **params: str) -> Values:
        """Return one part of the deliveries, newest first, and their counts."""
        page_context, frame = await self.fetch_page_context(req, params["page_id"])
        page_id, iid, limit = page_context.page.id, params["iid"], limit_of(req)
        incident = await run(self.engine, incident_of, page_id, iid)
        if incident is None:
            raise not_found("incident")
        rows = await run(self.engine, find_deliveries, page_id, iid, place_of(req), limit + 1)
        last = rows[limit - 1] if len(rows) > limit else None
        counts = await run(self.engine, delivery_report.count_of_incidents, [iid])
        return {
            **frame,
            "incident": incident,
            "counts": counts.get(iid, delivery_report.NO_DELIVERIES),
            "deliveries": [(delivery_view(row), row.created_at) for row in rows[:limit]],
            "older": cursor_after(last.created_at, last.id) if last else None,
        }


def find_deliveries(
    conn: Connection,
    page_id: str,
    incident_id: str,
    place: tuple[datetime, str] | None,
    limit: int,
) -> list[delivery_report.ListedDelivery]:
    """Return a part of the deliveries of an incident."""
    return delivery_report.deliveries_after(conn, page_id, place, limit, incident_id=incident_id)


ROUTES = {
    "/dashboard/pages/{page_id}/subscribers": SubscriberScreen,
    "/dashboard/pages/{page_id}/incidents/{iid}/deliveries": DeliveryScreen,
}
