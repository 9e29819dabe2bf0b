"""The screens of forgotten passwords, and the pages of links in mails to owners.

They are plain forms: no script is needed, and none is used.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from falcon.asgi import Request, Response

from domain.account.credentials import PASSWORD_LIMIT, PASSWORD_SHORTEST
from domain.runtime.settings import Settings
from domain.store.postgres.engine import UNREACHABLE, run
from domain.store.postgres.link_tokens import find_link
from domain.store.redis.rate_limits.rules import LINKS_ADDRESS
from web.api.accounts.links import GONE, SHOWN, LinkView, OwnerLinks, view_of
from web.api.accounts.recovery import PasswordRequests
from web.dashboard.document import write_document
from web.dashboard.screen import write_error
from web.http.errors import ApiError, unavailable
from web.http.forms import read_form
from web.http.rate_limits import Attempts, address_of

if TYPE_CHECKING:
    from domain.store.postgres.engine import AsyncEngine

log = logging.getLogger(__name__)


@dataclass(eq=False)
class Forgot:
    """`GET` and `POST /dashboard/forgot`."""

    engine: "AsyncEngine"
    attempts: Attempts
    settings: Settings

    async def on_get(self, req: Request, resp: Response) -> None:
        """Show the form."""
        del req
        self._write(resp)

    async def on_post(self, req: Request, resp: Response) -> None:
        """Mail a link, and say the same for every address."""
        requests = PasswordRequests(self.engine, self.attempts, self.settings)
        email = ""
        try:
            email = (await read_form(req)).get("email", "").strip()
            await requests.send_link(req, email)
        except ApiError as error:
            self._write(resp, email, str(error), status=error.status)
        else:
            self._write(resp, email, is_sent=True)

    def _write(
        self,
        resp: Response,
        email: str = "",
        problem: str = "",
        *,
        is_sent: bool = False,
        status: int = 200,
    ) -> None:
        outbox = self.settings.outbox
        values = {"email": email, "problem": problem, "is_sent": is_sent, "outbox": outbox}
        write_document(resp, "forgot", values, status)


@dataclass(eq=False)
class LinkPage(OwnerLinks):
    """`GET` and `POST /s/:token`: a GET changes nothing."""

    attempts: Attempts

    async def on_get(self, req: Request, resp: Response, token: str) -> None:
        """Show the button of a link."""
        await self._answer(req, resp, lambda: self._show(token))

    async def on_post(self, req: Request, resp: Response, token: str) -> None:
        """Act on a link, if its own form was sent."""

        async def use() -> LinkView:
            return await self.use(token, await read_form(req))

        await self._answer(req, resp, use)

    async def _show(self, token: str) -> LinkView:
        link = await run(self.engine, find_link, token)
        return view_of(link) if link and link.purpose in SHOWN else GONE

    async def _answer(
        self, req: Request, resp: Response, find_view: Callable[[], Awaitable[LinkView]]
    ) -> None:
        resp.set_header("X-Robots-Tag", "noindex")
        try:
            await self.attempts.take((LINKS_ADDRESS, (address_of(req),)))
            view = await find_view()
        except ApiError as error:
            write_error(resp, error)
        except UNREACHABLE as error:
            log.warning("a link can't be read: the database does not answer: %s", error)
            write_error(resp, unavailable())
        else:
            values = {"view": view, "shortest": PASSWORD_SHORTEST, "longest": PASSWORD_LIMIT}
            write_document(resp, "link", values, view.status)


ROUTES = {
    "/dashboard/forgot": Forgot,
    "/s/{token}": LinkPage,
}
