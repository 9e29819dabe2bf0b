"""The login and sign-up views."""

import re

from falcon.asgi import Request, Response

from domain.store.postgres.engine import UNREACHABLE
from web.dashboard.screen import Values, View
from web.http.errors import ApiError

# Only a path of the dashboard is accepted, so that a link can't redirect to another site.
OWN_PATH = re.compile(r"/dashboard(?:[/?][\w/?&=%.~-]*)?")


def next_path(req: Request) -> str:
    """Return the path to open after the login."""
    path = req.get_param("next") or ""
    return path if OWN_PATH.fullmatch(path) else "/dashboard"


class LoginView(View):
    """Base view for visitors without a session; others are redirected."""

    async def on_get(self, req: Request, resp: Response, **params: str) -> None:
        """Show the form, or redirect a logged-in owner."""
        try:
            await self.holder(req)
        except (ApiError, *UNREACHABLE):
            await super().on_get(req, resp, **params)
            return
        resp.status, resp.location = 303, next_path(req)
        resp.set_header("Cache-Control", "no-store")

    on_head = on_get

    async def values(self, req: Request, **params: str) -> Values:
        """Return the path to open after the login."""
        return {"next": next_path(req)}


class Login(LoginView):
    """`GET /dashboard/login`."""

    template = "login"


class Signup(LoginView):
    """`GET /dashboard/signup`."""

    template = "signup"
