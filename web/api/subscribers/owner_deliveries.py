"""The owner's deliveries: the list, and *send again*.

Source: docs/behaviour.md, "Delivery report".
"""

import re
from datetime import datetime
from typing import Final, get_args

from falcon.asgi import Request, Response

from domain.calendar import format_wait
from domain.store.postgres.engine import Connection, run
from domain.store.postgres.notifications import delivery_report as report
from web.api.owner_resource import OwnerResource
from web.api.subscribers import owner_docs as docs
from web.api.subscribers.owner_import import SubscriberImport
from web.api.subscribers.owner_list import OneSubscriber, Release, SubscriberExport, SubscriberRows
from web.api.subscribers.owner_schemas import DeliveryList, delivery_view
from web.http.errors import ApiError, invalid, not_found, seconds_until
from web.http.field_sentences import list_values
from web.http.paging import cursor_after, limit_of, place_of
from web.http.responses import write_data
from web.http.wire import Named
from web.openapi.describe import describes
from web.openapi.operations import Area
from web.writes.submit import change

INCIDENT_ID: Final = re.compile(r"i_[0-9a-z]{26}")
INCIDENT: Final = "The incident must be the id of an incident."
STATUSES: Final = get_args(report.DeliveryStatus)
STATUS: Final = f"Choose a status: {list_values(STATUSES)}."
NOT_FAILED: Final = "Only what failed or is in quarantine can be sent again."


class Deliveries(OwnerResource):
    """`GET /api/v1/status/:pageID/deliveries`."""

    @describes(docs.LIST_DELIVERIES)
    async def on_get(self, req: Request, resp: Response, page_id: str) -> None:
        """List deliveries, newest first."""
        page, limit, place = await self.page(req, page_id), limit_of(req), place_of(req)
        incident_id, status = incident_of(req), status_of(req)
        deliveries = await run(
            self.engine, find_deliveries, page.id, place, limit + 1, incident_id, status
        )
        last = deliveries[limit - 1] if len(deliveries) > limit else None
        cursor = cursor_after(last.created_at, last.id) if last else None
        write_data(resp, DeliveryList([delivery_view(one) for one in deliveries[:limit]], cursor))


class Resend(OwnerResource):
    """`POST /api/v1/status/:pageID/deliveries/:did/resend`."""

    @describes(docs.RESEND_DELIVERY)
    async def on_post(self, req: Request, resp: Response, page_id: str, did: str) -> None:
        """Send a delivery again. Raises ApiError 404, 409 and 429."""
        page = await self.page(req, page_id)
        try:
            is_there = await change(self.engine, report.send_again, page.id, did)
        except report.NotFailedError:
            raise ApiError(409, "CONFLICT", NOT_FAILED) from None
        except report.ResentLatelyError as error:
            raise resent_lately(error.until) from None
        if not is_there:
            raise not_found("delivery")
        write_data(resp, Named(did))


def resent_lately(until: datetime) -> ApiError:
    """Return the 429 of a delivery that was sent again within the last hour."""
    wait_s = seconds_until(until)
    sentence = f"This was sent again lately. Please try again in {format_wait(wait_s)}."
    return ApiError(429, "RATE_LIMITED", sentence, headers={"Retry-After": str(wait_s)})


def incident_of(req: Request) -> str | None:
    """Return the incident that deliveries are limited to. Raises ApiError 400."""
    incident_id = req.get_param("incident")
    if incident_id is not None and not INCIDENT_ID.fullmatch(incident_id):
        raise invalid(INCIDENT, "incident")
    return incident_id


def status_of(req: Request) -> str | None:
    """Return the status that deliveries are limited to. Raises ApiError 400."""
    status = req.get_param("status")
    if status is not None and status not in STATUSES:
        raise invalid(STATUS, "status")
    return status


def find_deliveries(
    conn: Connection,
    page_id: str,
    place: tuple[datetime, str] | None,
    limit: int,
    incident_id: str | None,
    status: str | None,
) -> list[report.ListedDelivery]:
    """Return a part of a list."""
    return report.deliveries_after(
        conn, page_id, place, limit, incident_id=incident_id, status=status
    )


AREA = Area(
    {
        "/api/v1/status/{page_id}/subscribers": SubscriberRows,
        "/api/v1/status/{page_id}/subscribers/import": SubscriberImport,
        "/api/v1/status/{page_id}/subscribers/export": SubscriberExport,
        "/api/v1/status/{page_id}/subscribers/{sid}": OneSubscriber,
        "/api/v1/status/{page_id}/subscribers/{sid}/release": Release,
        "/api/v1/status/{page_id}/deliveries": Deliveries,
        "/api/v1/status/{page_id}/deliveries/{did}/resend": Resend,
    },
    docs.PATH_PARAMETERS,
)
