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

from domain.runtime.settings import Settings
from web.openapi.document import Json, document
from web.openapi.operations import Route
from web.visitors.app import has_matching_etag

if TYPE_CHECKING:
    from web.openapi.page import DocsPage

ETAG_DIGITS = 32
CACHE = "public, max-age=300"  # it changes only with a deploy


class Described:
    """The base of both resources: the document, generated at the first request."""

    def __init__(self, settings: Settings, routes: Iterable[Route]) -> None:
        """Describe `routes` at the base URL."""
        self._base_url = settings.base_url
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
        """The document as JSON."""
        return msgspec.json.encode(self.document)


def send(req: Request, resp: Response, body: bytes) -> None:
    """Send bytes with their etag, or 304 if the client has them."""
    etag = f'"{sha256(body).hexdigest()[:ETAG_DIGITS]}"'
    resp.set_header("ETag", etag)
    resp.set_header("Cache-Control", CACHE)
    if has_matching_etag(
        (req.get_header("If-None-Match") or "").encode("latin-1", "replace"), etag.encode()
    ):
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
        """The rendered page."""
        from web.openapi.page import docs_page  # noqa: PLC0415 - keeps Markdown out of the start

        return docs_page(self.document)


ROUTES = {"/api/openapi.json": OpenApi, "/docs": Docs}
