"""The description of the API, for programs and for people.

Source: docs/behaviour.md, "Description of the API".
"""

from functools import cached_property, lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

import falcon
import msgspec
from falcon.asgi import Request, Response

from domain.runtime.settings import Settings
from web.openapi.document import Json, document
from web.openapi.operations import Route
from web.openapi.reader import ReaderResource
from web.visitors.app import has_matching_etag

if TYPE_CHECKING:
    from web.openapi.page import DocsSite

ETAG_DIGITS = 32
CACHE = "public, max-age=300"  # it changes only with a deploy


@lru_cache(maxsize=1)  # a process has one table of routes and one base URL
def build_document(routes: tuple[Route, ...], base_url: str) -> Json:
    """Return the OpenAPI document, built at the first request."""
    return document(routes, base_url)


@lru_cache(maxsize=1)
def build_docs(routes: tuple[Route, ...], base_url: str) -> "DocsSite":
    """Return the pages for people, built at the first request."""
    from web.openapi.page import build_site  # noqa: PLC0415 - keeps Markdown out of the start

    return build_site(build_document(routes, base_url))


class Described:
    """The base of the resources: they describe `routes` at the base URL."""

    def __init__(self, settings: Settings, routes: tuple[Route, ...]) -> None:
        """Describe `routes` at the base URL."""
        self._base_url = settings.base_url
        self._routes = routes

    @property
    def site(self) -> "DocsSite":
        """The pages for people."""
        return build_docs(self._routes, self._base_url)


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
        return msgspec.json.encode(build_document(self._routes, self._base_url))


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


class DocsPages(Described):
    """`GET /docs` and `GET /docs/:chapter`."""

    async def on_get(self, req: Request, resp: Response, chapter: str = "") -> None:
        """Send the page of a chapter, or the start. Raises HTTPNotFound."""
        html = self.site.pages.get(chapter)
        if html is None:
            raise falcon.HTTPNotFound
        resp.set_header("Content-Security-Policy", self.site.policy)
        resp.content_type = falcon.MEDIA_HTML
        send(req, resp, html)


class SearchIndex(Described):
    """`GET /docs/search.json`."""

    async def on_get(self, req: Request, resp: Response) -> None:
        """Send the search index."""
        resp.content_type = falcon.MEDIA_JSON
        send(req, resp, self.site.index)


class LlmsText(Described):
    """`GET /llms.txt`."""

    async def on_get(self, req: Request, resp: Response) -> None:
        """Send the contents of the documentation as text."""
        from web.openapi.llms import build_llms_text  # noqa: PLC0415 - as above

        resp.content_type = falcon.MEDIA_TEXT
        send(req, resp, build_llms_text(self._base_url))


ROUTES = {
    "/llms.txt": LlmsText,
    "/api/openapi.json": OpenApi,
    "/docs": DocsPages,
    "/docs/reader.json": ReaderResource,
    "/docs/search.json": SearchIndex,
    "/docs/{chapter}": DocsPages,
}
