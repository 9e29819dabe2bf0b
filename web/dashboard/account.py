"""An owner's own account: how she logs in, and where she is logged in."""

import re

from falcon.asgi import Request

from domain.account.credentials import PASSWORD_SHORTEST
from domain.store.postgres.accounts.sessions import sessions_of
from domain.store.postgres.engine import run
from web.dashboard.screen import Screen, Values

# The first that is found counts: Edge calls itself Chrome too, and Chrome Safari.
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


class Me(Screen):
    """`GET /dashboard/account`."""

    template = "me"

    async def values(self, req: Request, **named: str) -> Values:
        """Return who one is, and where else."""
        del named
        holder = await self.holder(req)
        return {
            "tab": "account",
            "email": holder.email,
            "session_id": holder.session_id,
            "created_at": holder.created_at,
            "sessions": await run(self.engine, sessions_of, holder.account_id),
            "device": device,
            "shortest": PASSWORD_SHORTEST,
        }


def device(user_agent: str | None) -> str:
    """Return what a session was opened by, as people call it: `Firefox on Linux`."""
    browser, system = (first_of(names, user_agent or "") for names in (BROWSERS, SYSTEMS))
    if browser and system:
        return f"{browser} on {system}"
    return browser or (f"Something on {system}" if system else "An unknown program")


def first_of(names: tuple[tuple[str, str], ...], user_agent: str) -> str | None:
    """Return the first name whose pattern a User-Agent fits."""
    fitting = (name for name, pattern in names if re.search(pattern, user_agent))
    return next(fitting, None)
