"""The way in: login and sign-up."""

import re

from falcon.asgi import Request, Response

from domain.store.postgres.engine import UNREACHABLE
from web.dashboard.screen import Screen, Values
from web.http.errors import ApiError

# Only a path of the dashboard: another site, or what a browser would take for one, is no way on.
OWN_PATH = re.compile(r"/dashboard(?:[/?][\w/?&=%.~-]*)?")


def way_on(req: Request) -> str:
    """Return where to go after the login."""
    wanted = req.get_param("next") or ""
    return wanted if OWN_PATH.fullmatch(wanted) else "/dashboard"


class Entry(Screen):
    """A screen for who is not logged in; who is goes on at once."""

    async def on_get(self, req: Request, resp: Response, **named: str) -> None:
        """Show the form, or go on."""
        try:
            await self.holder(req)
        except (ApiError, *UNREACHABLE):
            await super().on_get(req, resp, **named)
            return
        resp.status, resp.location = 303, way_on(req)
        resp.set_header("Cache-Control", "no-store")

    on_head = on_get

    async def values(self, req: Request, **named: str) -> Values:
        """Return where to go afterwards."""
        return {"next": way_on(req)}


class Login(Entry):
    """`GET /dashboard/login`."""

    template = "login"


class Signup(Entry):
    """`GET /dashboard/signup`."""

    template = "signup"
