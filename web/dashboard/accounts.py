"""The screen of a forgotten password: a plain form, which needs no script."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from falcon.asgi import Request, Response

from domain.runtime.settings import Settings
from web.api.accounts.recovery import PasswordRequests
from web.dashboard.document import write_document
from web.http.errors import ApiError
from web.http.forms import read_form
from web.http.rate_limits import Attempts

if TYPE_CHECKING:
    from domain.store.postgres.engine import AsyncEngine


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


ROUTES = {"/dashboard/forgot": Forgot}
