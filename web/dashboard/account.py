"""The account view: e-mail, password and sessions of the owner."""

import re

from falcon.asgi import Request, Response

from domain.account.credentials import PASSWORD_SHORTEST
from domain.runtime.mail.settings import can_send_mail
from domain.store.postgres.engine import UNREACHABLE, run
from domain.store.postgres.sessions import sessions_of
from web.dashboard.screen import Values, View, identity_of
from web.http.errors import ApiError

# The first match counts: Edge names Chrome in its User-Agent too, and Chrome names Safari.
BROWSERS = (
    ("Edge", "Edg"),
    ("Opera", "OPR"),
    ("Firefox", "Firefox|FxiOS"),
    ("Chrome", "Chrome|Chromium|CriOS"),
    ("Safari", "Safari"),
    ("curl", "curl"),
    ("A Python program", "python"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("an iPhone", "iPhone"),
    ("an iPad", "iPad"),
    ("Windows", "Windows"),
    ("a Mac", "Mac OS"),
    ("Linux", "Linux"),
)


class Account(View):
    """`GET /dashboard/account`."""

    template = "me"

    async def values(self, req: Request, **params: str) -> Values:
        """Return the account and its sessions."""
        del params
        holder = await self.holder(req)
        return {
            "tab": "account",
            **identity_of(holder),
            "is_verified": holder.is_verified,
            "pending_email": holder.pending_email,
            "can_mail": can_send_mail(self.settings),
            "outbox": self.settings.outbox,
            "session_id": holder.session_id,
            "created_at": holder.created_at,
            "sessions": await run(self.engine, sessions_of, holder.account_id),
            "device": device,
            "shortest": PASSWORD_SHORTEST,
        }


def device(user_agent: str | None) -> str:
    """Return the browser and system of a session, such as `Firefox on Linux`."""
    browser, system = (first_match(names, user_agent or "") for names in (BROWSERS, SYSTEMS))
    if browser and system:
        return f"{browser} on {system}"
    return browser or (f"Something on {system}" if system else "An unknown program")


def first_match(names: tuple[tuple[str, str], ...], user_agent: str) -> str | None:
    """Return the first name with a pattern that matches a User-Agent."""
    matches = (name for name, pattern in names if re.search(pattern, user_agent))
    return next(matches, None)


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


ROUTES = {
    "/dashboard/login": Login,
    "/dashboard/signup": Signup,
    "/dashboard/account": Account,
}
