"""The description of the API, for programs and for people.

Source: docs/behaviour.md, "Description of the API".
"""

from collections.abc import Iterable
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

import falcon
import msgspec
from falcon.asgi import Request, Response

from web.openapi.document import Json, document
from web.openapi.operations import Routed
from web.process import Process
from web.visitors.app import is_held

if TYPE_CHECKING:
    from web.openapi.page import DocsPage

ETAG_DIGITS = 32
CACHE = "public, max-age=300"  # another only after a deploy


class Described:
    """What both addresses share: the document, made once, at the first ask."""

    def __init__(self, process: Process, routes: Iterable[Routed]) -> None:
        """Describe `routes` as they stand at the base of `process`."""
        self._base_url = process.settings.base_url
        self._routes = routes

    @cached_property
    def document(self) -> Json:
        """The OpenAPI document."""
        return document(self._routes, self._base_url)


class OpenApi(Described):
    """`GET /api/openapi.json`."""

    async def on_get(self, req: Request, resp: Response) -> None:
        """Send the document; scripts of any origin may read it."""
        resp.set_header("Access-Control-Allow-Origin", "*")
        resp.content_type = falcon.MEDIA_JSON
        send(req, resp, self.body)

    @cached_property
    def body(self) -> bytes:
        """The document as it is sent."""
        return msgspec.json.encode(self.document)


def send(req: Request, resp: Response, body: bytes) -> None:
    """Send ready bytes with their etag, or 304 to who has them."""
    etag = f'"{sha256(body).hexdigest()[:ETAG_DIGITS]}"'
    resp.set_header("ETag", etag)
    resp.set_header("Cache-Control", CACHE)
    if is_held((req.get_header("If-None-Match") or "").encode("latin-1", "replace"), etag.encode()):
        resp.status = 304
    else:
        resp.data = body


class Docs(Described):
    """`GET /docs`."""

    async def on_get(self, req: Request, resp: Response) -> None:
        """Send the page that renders the document."""
        resp.set_header("Content-Security-Policy", self.page.policy)
        resp.content_type = falcon.MEDIA_HTML
        send(req, resp, self.page.html)

    @cached_property
    def page(self) -> "DocsPage":
        """The page as it is sent."""
        from web.openapi.page import docs_page  # noqa: PLC0415 - no start waits for Markdown

        return docs_page(self.document)
