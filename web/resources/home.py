"""The base host's front door, until the dashboard stands there."""

from pathlib import Path

import falcon
from falcon.asgi import Request, Response

HTML = Path(__file__).parents[2] / "templates" / "notice" / "home.html"


class Home:
    """`GET /`."""

    def __init__(self) -> None:
        """Read the document once."""
        self._html = HTML.read_bytes()

    async def on_get(self, req: Request, resp: Response) -> None:
        """Say what this is and where the API is."""
        del req
        resp.content_type = falcon.MEDIA_HTML
        resp.set_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
        resp.data = self._html

    on_head = on_get
