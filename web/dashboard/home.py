"""The base host's front door: what this is, and for who is logged in the dashboard."""

from falcon.asgi import Request, Response

from domain.store.postgres.engine import UNREACHABLE
from web.http.auth import Gate
from web.http.errors import ApiError
from web.http.notices import read_notice, write_notice


class Home:
    """`GET /`."""

    def __init__(self, gate: Gate) -> None:
        """Ask `gate` who comes; read the document once."""
        self._gate = gate
        self._notice = read_notice("home")

    async def on_get(self, req: Request, resp: Response) -> None:
        """Lead an owner to her pages; say to others what this is and where to go."""
        if await self._is_known(req):
            resp.set_header("Cache-Control", "no-store")
            resp.status, resp.location = 303, "/dashboard"
        else:
            write_notice(resp, self._notice)

    on_head = on_get

    async def _is_known(self, req: Request) -> bool:
        try:
            await self._gate.owner(req)
        except (ApiError, *UNREACHABLE):  # the door stands open whatever the database does
            return False
        return True
