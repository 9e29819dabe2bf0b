"""The base host's front door, until the dashboard stands there."""

import falcon
from falcon.asgi import Request, Response

from web.notices import read_notice


class Home:
    """`GET /`."""

    def __init__(self) -> None:
        """Read the document once."""
        self._notice = read_notice("home")

    async def on_get(self, req: Request, resp: Response) -> None:
        """Say what this is and where the API is."""
        del req
        resp.content_type = falcon.MEDIA_HTML
        resp.set_header("Content-Security-Policy", self._notice.policy.decode())
        resp.data = self._notice.html

    on_head = on_get
