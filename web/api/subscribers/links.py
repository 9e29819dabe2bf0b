"""Links in messages, `/s/<token>`: a GET changes nothing, a POST with the form's field does.

Each purpose of a link has a handler. A POST of RFC 8058 leaves, if the link is for that.

Source: docs/behaviour.md, "Consent and leaving".
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import falcon
from falcon.asgi import Request, Response

from domain.store.postgres.engine import UNREACHABLE, run
from domain.store.postgres.notifications.link_tokens import Link, Purpose, find_link
from domain.store.postgres.notifications.subscribers import leave
from domain.store.redis.rate_limits.rules import LINKS_ADDRESS
from web.api.accounts.links import SHOWN, OwnerLinks
from web.api.accounts.passwords import Passwords
from web.api.subscribers.confirmation import Confirmation
from web.api.subscribers.link_pages import (
    GONE,
    HEADERS,
    LinkView,
    write_link_error,
    write_link_page,
)
from web.api.subscribers.management import Management
from web.http.errors import NOT_READ, ApiError, unavailable
from web.http.forms import Fields, read_fields
from web.http.rate_limits import READS, Attempts, address_of
from web.http.responses import Writes
from web.writes.submit import change

if TYPE_CHECKING:
    from domain.store.postgres.engine import AsyncEngine

log = logging.getLogger(__name__)

FORM_BYTES: Final = 128 * 1024  # the checkboxes of the largest page
ONE_CLICK: Final = ("List-Unsubscribe", "One-Click")
HAS_LEFT: Final = "This address gets no more messages of this subscription.\n"


class LinkHandler(Protocol):
    """The document of the links of one purpose, and the effect of its form."""

    async def show(self, link: Link) -> LinkView:
        """Return the document with its button; nothing changes."""

    async def use(self, link: Link, token: str, fields: Fields) -> LinkView:
        """Obey the form; without its own field nothing changes. Raises ApiError."""


@dataclass(eq=False)
class LinkPage:
    """`GET` and `POST /s/:token`."""

    engine: "AsyncEngine"
    attempts: Attempts
    passwords: Passwords
    writes: Writes

    def __post_init__(self) -> None:
        """Build the handlers."""
        of_owners = OwnerLinks(self.engine, self.passwords, self.writes)
        self._handlers: dict[Purpose, LinkHandler] = {
            Purpose.CONFIRM: Confirmation(self.engine),
            Purpose.MANAGE: Management(self.engine),
            **dict.fromkeys(SHOWN, of_owners),
        }

    async def on_get(self, req: Request, resp: Response, token: str) -> None:
        """Show the document of a link."""

        async def show() -> LinkView:
            link, handler = await self._find(token)
            return await handler.show(link) if link and handler else GONE

        await self._answer(req, resp, show)

    async def on_post(self, req: Request, resp: Response, token: str) -> None:
        """Use a link by its form, or leave with one click."""

        async def use() -> LinkView | None:
            fields = await read_fields(req, FORM_BYTES)
            link, handler = await self._find(token)
            if ONE_CLICK in fields:
                await self._leave(resp, link)
                return None
            return await handler.use(link, token, fields) if link and handler else GONE

        await self._answer(req, resp, use)

    async def _find(self, token: str) -> tuple[Link | None, LinkHandler | None]:
        link = await run(self.engine, find_link, token)
        return link, self._handlers.get(link.purpose) if link else None

    async def _leave(self, resp: Response, link: Link | None) -> None:
        """Leave without a question; every other link gives the same answer."""
        if link and link.purpose is Purpose.MANAGE and link.subscriber_id:
            await change(self.engine, leave, link.subscriber_id)
        for name, value in HEADERS.items():
            resp.set_header(name, value)
        resp.content_type, resp.text = falcon.MEDIA_TEXT, HAS_LEFT

    async def _answer(
        self, req: Request, resp: Response, find_view: Callable[[], Awaitable[LinkView | None]]
    ) -> None:
        try:
            await self.attempts.take((LINKS_ADDRESS, (address_of(req),)))
            view = await find_view()
        except ApiError as error:
            write_link_error(resp, error)
        except UNREACHABLE as error:
            log.warning("a link can't be read: the database does not answer: %s", error)
            write_link_error(resp, unavailable(NOT_READ) if req.method in READS else unavailable())
        else:
            if view:
                write_link_page(resp, view)
