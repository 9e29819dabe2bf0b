"""Previews of writes: the decision and the page, without the write itself.

The bodies are those of the writes. A worker decides and renders; web renders nothing.

Source: docs/architecture.md, "Web renders no public page"; docs/behaviour.md, "Preview of a write".
"""

import re
from dataclasses import dataclass, replace
from typing import Any

from falcon.asgi import Request, Response

from domain.page.commands import Repeat
from domain.page.logo import EXTENSIONS
from domain.runtime.new_ids import new_id
from domain.store.postgres.engine import run
from domain.store.postgres.logos import logo_for
from domain.store.postgres.sessions import Holder
from domain.store.redis.keys import PREVIEW_BYTES_MAX
from web.api.incidents.resource import build_creation, build_update
from web.api.owner_resource import OwnerResource
from web.api.pages.settings_schemas import BODY_BYTES, PageChange, to_command
from web.api.previews import docs
from web.api.previews.docs import preview_view
from web.api.previews.preview_worker import PreviewWorker
from web.http.bodies import read_body
from web.http.errors import ApiError, invalid, not_found, rejection_error, unavailable
from web.http.responses import write_data
from web.openapi.describe import describes
from web.openapi.operations import Area
from web.visitors.cached_page import Answer
from web.visitors.pages import NotAvailableError, PageCache

WAIT_S = 1.0  # the same limit as for a visitor, if Redis has lost the page
LOGO = re.compile(rf"([0-9a-f]{{32}})\.({'|'.join(EXTENSIONS.values())})")
TYPES = {extension: type_ for type_, extension in EXTENSIONS.items()}
FORWARDED_HEADERS = ("content-type", "content-encoding")


async def fetch_published(page_cache: PageCache, page_id: str, accept_encoding: str) -> Answer:
    """Return the published document of a page. Raises ApiError 503."""
    try:
        cached = await page_cache.page_within(page_id, WAIT_S)
    except NotAvailableError:
        raise not_published_error() from None
    answer = cached.page.find_answer("index.html", accept_encoding.encode("latin-1", "replace"))
    if answer is None:
        raise not_published_error()
    return answer


def write_published(resp: Response, answer: Answer) -> None:
    """Write a published document for the dashboard's frame."""
    headers = {name.decode(): value.decode() for name, value in answer.headers}
    for name in FORWARDED_HEADERS:
        if name in headers:
            resp.set_header(name, headers[name])
    write_framed(resp, answer.body, headers["content-security-policy"])


class Logo(OwnerResource):
    """`GET /logo/:name` on the base host, for the logo of a preview."""

    async def on_get(self, req: Request, resp: Response, name: str) -> None:
        """Return a logo to the owner of its page."""
        holder = await self.holder(req)
        match = LOGO.fullmatch(name)
        content = await run(self.engine, logo_for, holder.account_id, match[1]) if match else None
        if match is None or content is None:
            raise not_found("logo")
        resp.content_type = TYPES[match[2]]
        resp.set_header("Cache-Control", "private, max-age=31536000, immutable")
        resp.data = content


def write_framed(resp: Response, html: bytes, policy: str) -> None:
    """Write a page for the dashboard's frame, without caching."""
    resp.set_header("Content-Security-Policy", framed_policy(policy))
    resp.set_header("Cache-Control", "no-store")
    resp.data = html


def framed_policy(policy: str) -> str:
    """Return the policy of a preview: framed by the dashboard, without connections.

    Connections are forbidden, because the base host has no version for the poller.
    """
    framable = policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    return framable.replace("connect-src 'self'", "connect-src 'none'")


def not_published_error() -> ApiError:
    """Return a 503 for a page without a publication."""
    return unavailable("The page is being published again. Try again in a moment.")


TOO_LARGE = (
    f"This page is too large for a preview: at most {PREVIEW_BYTES_MAX // 1_000_000} MB of one,"
    " compressed, are stored. The write itself can be sent all the same."
)
PARTS = ("page", "change")


@dataclass(eq=False)
class PreviewResource(OwnerResource):
    """Base of the resources that preview a write."""

    preview_worker: PreviewWorker

    async def write_preview(
        self,
        resp: Response,
        holder: Holder,
        page_id: str,
        command: Any,  # noqa: ANN401 - any command
    ) -> None:
        """Preview a command and write the answer. Raises ApiError as the write would."""
        page = await self.page_of_owner(holder, page_id)
        preview_id = new_id("v")
        preview = await self.preview_worker.preview(holder, page.id, preview_id, command)
        if preview.refusal:
            raise rejection_error(preview.refusal)
        if preview.is_too_large:
            raise ApiError(413, "TOO_LARGE", TOO_LARGE)
        path = f"/api/v1/status/{page.id}/preview/{preview_id}"
        write_data(resp, preview_view(preview, path))


class IncidentPreview(PreviewResource):
    """`POST /api/v1/status/:pageID/preview/incidents`."""

    @describes(docs.PREVIEW_INCIDENT)
    async def on_post(self, req: Request, resp: Response, page_id: str) -> None:
        """Preview the opening of an incident or the planning of a maintenance."""
        holder = await self.holder(req)
        await self.write_preview(resp, holder, page_id, build_creation(await read_body(req)))


class UpdatePreview(PreviewResource):
    """`POST /api/v1/status/:pageID/preview/incidents/:iid/updates`."""

    @describes(docs.PREVIEW_UPDATE)
    async def on_post(self, req: Request, resp: Response, page_id: str, iid: str) -> None:
        """Preview an update, also one that says nothing new."""
        holder = await self.holder(req)
        update = replace(build_update(iid, await read_body(req)), if_repeat=Repeat.POST)
        await self.write_preview(resp, holder, page_id, update)


@dataclass(eq=False)
class SettingsPreview(PreviewResource):
    """`GET` and `POST /api/v1/status/:pageID/preview`: the page, also with other settings."""

    page_cache: PageCache

    @describes(docs.PREVIEW_PAGE)
    async def on_get(self, req: Request, resp: Response, page_id: str) -> None:
        """Return the published page to its owner, even if it is hidden."""
        page = await self.page(req, page_id)
        accept_encoding = req.get_header("Accept-Encoding") or ""
        write_published(resp, await fetch_published(self.page_cache, page.id, accept_encoding))

    @describes(docs.PREVIEW_SETTINGS)
    async def on_post(self, req: Request, resp: Response, page_id: str) -> None:
        """Preview other settings."""
        holder = await self.holder(req)
        _, body, _ = await self.read_change(req, PageChange, BODY_BYTES)
        if body.domain is not None:
            raise invalid(
                "Leave domain out of a preview: a domain changes nothing on the page.", "domain"
            )
        await self.write_preview(resp, holder, page_id, to_command(body, None))


class PreviewDocument(PreviewResource):
    """`GET /api/v1/status/:pageID/preview/:vid`: the document of a preview."""

    @describes(docs.READ_PREVIEW)
    async def on_get(self, req: Request, resp: Response, page_id: str, vid: str) -> None:
        """Return the previewed page, or only its changed parts."""
        part = req.get_param("part", default="page")
        if part not in PARTS:
            raise invalid("Choose a part: page or change.", "part")
        holder = await self.holder(req)
        page = await self.page_of_owner(holder, page_id)
        preview = await self.preview_worker.document(holder, page.id, vid, part)
        resp.content_type = "text/html; charset=utf-8"
        write_framed(resp, preview.html, preview.policy)


AREA = Area(
    {
        "/api/v1/status/{page_id}/preview": SettingsPreview,
        "/api/v1/status/{page_id}/preview/incidents": IncidentPreview,
        "/api/v1/status/{page_id}/preview/incidents/{iid}/updates": UpdatePreview,
        "/api/v1/status/{page_id}/preview/{vid}": PreviewDocument,
        "/logo/{name}": Logo,
    },
    docs.PATH_PARAMETERS,
)
