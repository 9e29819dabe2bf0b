"""The owner's list of subscribers: search, additions, removals, the end of a quarantine, export.

Source: docs/behaviour.md, "Consent and leaving".
"""

import csv
import io
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec
from falcon.asgi import Request, Response

from domain.notifications.choices import Channel
from domain.page.limits import SUBSCRIBERS
from domain.runtime.mail.settings import can_send_mail
from domain.runtime.outgoing.target import Target
from domain.runtime.settings import Settings
from domain.store.postgres.engine import Connection, run
from domain.store.postgres.notifications import subscriber_list as rows
from domain.store.postgres.notifications import subscribers
from domain.store.postgres.notifications.confirmations import queue_confirmation
from domain.store.postgres.notifications.subscribers import (
    SubscribersFullError,
    Subscription,
    TooManySubscriptionsError,
)
from domain.store.postgres.owned import OwnedPage
from domain.store.postgres.sessions import Holder
from web.api.owner_resource import OwnerResource
from web.api.subscribers import owner_docs as docs
from web.api.subscribers.owner_schemas import (
    AddedSubscriber,
    NewSubscriber,
    SubscriberList,
    SubscriberView,
    parse_consent,
    subscriber_view,
)
from web.api.subscribers.requests import (
    FULL,
    NO_MAIL,
    SubscriptionRequests,
    check_references,
    write_confirmation,
)
from web.api.subscribers.schemas import check_request
from web.api.subscribers.targets import TargetChecks
from web.http.auth import require_verified
from web.http.errors import ApiError, invalid, not_found, unavailable
from web.http.field_sentences import list_values
from web.http.paging import cursor_after, limit_of, place_of
from web.http.rate_limits import Attempts
from web.http.responses import write_data
from web.http.wire import Named
from web.openapi.describe import describes
from web.writes.submit import change

ADDITIONS_A_DAY: Final = {"free": 100, "prime": 2_000}  # by an account
HAS_LEFT: Final = (
    "This address has left the page. Its owner can subscribe again with “Get updates” on the page."
)
TOO_MANY: Final = "This address has as many subscriptions of this page as are allowed."
SEARCH: Final = f"The search must have {docs.SEARCH_SHORTEST} to {docs.SEARCH_LIMIT} characters."
CHANNEL: Final = f"Choose a channel: {list_values(Channel)}."
CSV: Final = "text/csv"
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")  # where a spreadsheet would compute


@dataclass(eq=False)
class SubscriberResource(OwnerResource):
    """Base of the resources of a page's list of subscribers."""

    attempts: Attempts
    settings: Settings

    async def owner(self, req: Request, page_id: str) -> rows.Owner:
        """Return the page and the account that change a list. Raises ApiError 401 and 404."""
        holder = await self.holder(req)
        require_verified(holder, "change the list of subscribers")
        return owner_of(holder, await self.page_of_owner(holder, page_id))

    def check_mail(self) -> None:
        """Check that confirmations can be sent. Raises ApiError 503."""
        if not can_send_mail(self.settings):
            raise unavailable(NO_MAIL)


def owner_of(holder: Holder, page: OwnedPage) -> rows.Owner:
    """Return the owner of a page, with the limits of its tier."""
    day_max = ADDITIONS_A_DAY[page.tier]
    return rows.Owner(page.id, holder.account_id, day_max, is_trusted=page.tier == "prime")


@dataclass(eq=False)
class SubscriberRows(SubscriberResource):
    """`GET` and `POST /api/v1/status/:pageID/subscribers`."""

    def __post_init__(self) -> None:
        """Prepare the requests of additions."""
        parts = (self.engine, self.attempts, self.settings)
        self._requests = SubscriptionRequests(*parts, TargetChecks(self.settings))

    @describes(docs.LIST_SUBSCRIBERS)
    async def on_get(self, req: Request, resp: Response, page_id: str) -> None:
        """List subscribers, newest first."""
        page, limit, place = await self.page(req, page_id), limit_of(req), place_of(req)
        search, channel = search_of(req), channel_of(req)
        listed = await run(
            self.engine, find_subscribers, page.id, place, limit + 1, search, channel
        )
        last = listed[limit - 1] if len(listed) > limit else None
        cursor = cursor_after(last.created_at, last.id) if last else None
        write_data(resp, SubscriberList([subscriber_view(one) for one in listed[:limit]], cursor))

    @describes(docs.ADD_SUBSCRIBER)
    async def on_post(self, req: Request, resp: Response, page_id: str) -> None:
        """Add a subscriber, and ask for its consent. Raises ApiError 409, 429, 503."""
        owner = await self.owner(req, page_id)
        _, body = await self.body(req, NewSubscriber)
        check_request(body)
        consented_at = parse_consent(body.consent_date, NewSubscriber)
        if body.channel is Channel.EMAIL and not (owner.is_trusted and consented_at):
            self.check_mail()
        await run(self.engine, check_references, owner.page_id, body)
        is_url = body.channel is not Channel.EMAIL
        target = await self._requests.targets.check(body.address) if is_url else None
        added, is_new = await self._add(owner, body, consented_at)
        if is_new and target is not None:
            await self._request_test(added, body.address, target)
        write_data(resp, AddedSubscriber(added.id, added.is_confirmed), 201 if is_new else 200)

    async def _add(
        self, owner: rows.Owner, body: NewSubscriber, consented_at: datetime | None
    ) -> tuple[Subscription, bool]:
        try:
            added, is_new = await change(self.engine, store_addition, owner, body, consented_at)
        except rows.LeftBeforeError:
            raise ApiError(409, "CONFLICT", HAS_LEFT) from None
        except rows.DayIsFullError as error:
            raise day_is_full(owner, error) from None
        except SubscribersFullError:
            raise ApiError(409, "CONFLICT", FULL) from None
        except TooManySubscriptionsError:
            raise ApiError(409, "CONFLICT", TOO_MANY) from None
        return added, is_new

    async def _request_test(self, added: Subscription, address: str, target: Target) -> None:
        if await self._requests.may_be_tested(address, target):
            await change(self.engine, subscribers.request_test_message, added.id)


def search_of(req: Request) -> str | None:
    """Return the part of an address that is searched for. Raises ApiError 400."""
    search = req.get_param("search")
    if search is not None and not docs.SEARCH_SHORTEST <= len(search) <= docs.SEARCH_LIMIT:
        raise invalid(SEARCH, "search")
    if search is not None and "\0" in search:
        raise invalid(SEARCH, "search")
    return search


def channel_of(req: Request) -> str | None:
    """Return the channel that a list is limited to. Raises ApiError 400."""
    channel = req.get_param("channel")
    if channel is not None and channel not in list(Channel):
        raise invalid(CHANNEL, "channel")
    return channel


def find_subscribers(
    conn: Connection,
    page_id: str,
    place: tuple[datetime, str] | None,
    limit: int,
    search: str | None,
    channel: str | None,
) -> list[rows.ListedSubscriber]:
    """Return a part of a list."""
    return rows.subscribers_after(conn, page_id, place, limit, search=search, channel=channel)


def store_addition(
    conn: Connection, owner: rows.Owner, body: NewSubscriber, consented_at: datetime | None
) -> tuple[Subscription, bool]:
    """Store a subscriber, and the mail that asks for its consent. Raises as `add` does."""
    request = (body.channel, body.address, body.choices, consented_at)
    added, is_new = rows.add(conn, owner, *request)
    current = subscribers.find_subscription(conn, added.id) or added
    if is_new and body.channel is Channel.EMAIL and not current.is_confirmed:
        queue_confirmation(conn, write_confirmation(conn, current))
    return current, is_new


def day_is_full(owner: rows.Owner, error: rows.DayIsFullError) -> ApiError:
    """Return the 429 of an account that has added as many addresses as it may."""
    sentence = (
        f"At most {owner.day_max:,} addresses can be added in 24 hours, and {error.rest:,} are"
        " left of them. Nothing was added."
    )
    return ApiError(429, "RATE_LIMITED", sentence, headers={"Retry-After": "3600"})


class OneSubscriber(SubscriberResource):
    """`DELETE /api/v1/status/:pageID/subscribers/:sid`."""

    @describes(docs.REMOVE_SUBSCRIBER)
    async def on_delete(self, req: Request, resp: Response, page_id: str, sid: str) -> None:
        """Remove a subscriber. Raises ApiError 404."""
        if not await change(self.engine, rows.remove, await self.owner(req, page_id), sid):
            raise not_found("subscriber")
        write_data(resp, Named(sid))


class Release(SubscriberResource):
    """`POST /api/v1/status/:pageID/subscribers/:sid/release`."""

    @describes(docs.RELEASE_SUBSCRIBER)
    async def on_post(self, req: Request, resp: Response, page_id: str, sid: str) -> None:
        """End a quarantine. Raises ApiError 404."""
        if not await change(self.engine, rows.release, await self.owner(req, page_id), sid):
            raise not_found("subscriber")
        write_data(resp, Named(sid))


class SubscriberExport(SubscriberResource):
    """`GET /api/v1/status/:pageID/subscribers/export`."""

    @describes(docs.EXPORT_SUBSCRIBERS)
    async def on_get(self, req: Request, resp: Response, page_id: str) -> None:
        """Send all subscribers as CSV."""
        page = await self.page(req, page_id)
        most = max(SUBSCRIBERS.values()) * 2
        listed = await run(self.engine, rows.subscribers_after, page.id, None, most)
        resp.content_type = CSV
        resp.downloadable_as = "subscribers.csv"
        resp.set_header("Cache-Control", "no-store")
        resp.text = to_csv([subscriber_view(one) for one in listed])


def to_csv(views: list[SubscriberView]) -> str:
    """Return subscribers as CSV, with a line of names."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(SubscriberView.__struct_encode_fields__)
    for view in views:
        writer.writerow([cell_of(value) for value in msgspec.to_builtins(view).values()])
    return out.getvalue()


def cell_of(value: str | list[str] | None) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    text = " ".join(value) if isinstance(value, list) else value or ""
    return f"'{text}" if text.startswith(FORMULA) else text
