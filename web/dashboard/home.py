"""The home page of the base host; logged-in owners are redirected."""

from falcon.asgi import Request, Response

from domain.store.postgres.engine import UNREACHABLE
from web.http.auth import Authenticator
from web.http.errors import ApiError
from web.http.notices import read_notice, write_notice


class Home:
    """`GET /`."""

    def __init__(self, authenticator: Authenticator) -> None:
        """Read the home document once."""
        self._authenticator = authenticator
        self._notice = read_notice("home")

    async def on_get(self, req: Request, resp: Response) -> None:
        """Redirect an owner to the dashboard; show the home page to others."""
        if await self._has_session(req):
            resp.set_header("Cache-Control", "no-store")
            resp.status, resp.location = 303, "/dashboard"
        else:
            write_notice(resp, self._notice)

    on_head = on_get

    async def _has_session(self, req: Request) -> bool:
        try:
            await self._authenticator.owner(req)
        except (ApiError, *UNREACHABLE):  # the home page does not depend on the database
            return False
        return True
