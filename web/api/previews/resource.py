"""Previews of writes: the decision and the page, without the write itself.

The bodies are those of the writes. A worker decides and renders; web renders nothing.

Source: docs/architecture.md, "Web renders no public page"; docs/behaviour.md, "Preview of a write".
"""

from typing import Any

from falcon.asgi import Request, Response

from domain.calendar import format_wait
from domain.rate_limits import PREVIEWS
from domain.runtime.new_ids import new_id
from domain.store.postgres.sessions import Holder
from domain.store.redis.keys import PREVIEW_BYTES_MAX
from domain.store.redis.previews import SEQ, PreviewResult, ReplacedError, slot_of
from domain.store.redis.reader import UNREACHABLE
from web.api.incidents.resource import build_creation, build_update
from web.api.owner_resource import OwnerResource
from web.api.owner_schemas import provided_fields
from web.api.pages.page_preview import Preview, write_framed
from web.api.pages.settings_schemas import BODY_BYTES, PageChange, to_command
from web.api.previews import docs
from web.api.previews.answers import preview_view
from web.http.bodies import read_body
from web.http.errors import ApiError, invalid, not_found, rejection_error, unavailable
from web.http.responses import write_data
from web.openapi.describe import describes

WAIT_S = 1.0
REPLACED = "A newer preview of this page was asked for in your session: it replaced this one."
TOO_LARGE = (
    f"This page is too large for a preview: at most {PREVIEW_BYTES_MAX // 1_000_000} MB of one,"
    " compressed, are kept. The write itself can be sent all the same."
)
PARTS = ("page", "change")


class PreviewResource(OwnerResource):
    """Base of the resources that preview a write."""

    async def write_preview(
        self,
        resp: Response,
        holder: Holder,
        page_id: str,
        command: Any,  # noqa: ANN401 - any command
    ) -> None:
        """Preview a command and write the answer. Raises ApiError as the write would."""
        page = await self.page_of_owner(holder, page_id)
        wait_s = await self.process.limits.hit(PREVIEWS, holder.session_id, page.id)
        if wait_s is not None:
            raise too_many_previews(wait_s)
        preview_id = new_id("v")
        preview = await self.fetch_preview(holder, page.id, preview_id, command)
        if preview.refusal:
            raise rejection_error(preview.refusal)
        if preview.is_too_large:
            raise ApiError(413, "TOO_LARGE", TOO_LARGE)
        path = f"/api/v1/status/{page.id}/preview/{preview_id}"
        write_data(resp, preview_view(preview, path))

    async def fetch_preview(
        self,
        holder: Holder,
        page_id: str,
        preview_id: str,
        command: Any,  # noqa: ANN401 - any command
    ) -> PreviewResult:
        """Return the preview of a command from a worker.

        Raises ApiError 503 after `WAIT_S`, or if the session requested another preview meanwhile.
        """
        process, slot = self.process, slot_of(page_id, holder.session_id)
        try:
            await process.previews.ask(slot, preview_id, page_id, command)
            process.doorbell.request_preview(slot)
            await process.waiters.wait(preview_id, SEQ, WAIT_S)
            preview = await process.previews.outlook(slot, preview_id)
        except ReplacedError:
            raise unavailable(REPLACED) from None
        except UNREACHABLE:
            raise preview_unavailable() from None
        if preview is None:
            raise preview_unavailable()
        return preview


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
        """Preview an update."""
        holder = await self.holder(req)
        await self.write_preview(resp, holder, page_id, build_update(iid, await read_body(req)))


class SettingsPreview(PreviewResource, Preview):
    """`GET` and `POST /api/v1/status/:pageID/preview`: the page, also with other settings."""

    @describes(docs.PREVIEW_SETTINGS)
    async def on_post(self, req: Request, resp: Response, page_id: str) -> None:
        """Preview other settings."""
        holder = await self.holder(req)
        _, body = await self.body(req, PageChange, BODY_BYTES)
        if not provided_fields(body):
            raise invalid("Give at least one setting to change.")
        if body.domain is not None:
            raise invalid("domain can't be previewed: it changes nothing that is shown.", "domain")
        await self.write_preview(resp, holder, page_id, to_command(body, None))


class PreviewDocument(PreviewResource):
    """`GET /api/v1/status/:pageID/preview/:vid`: the document of a preview."""

    @describes(docs.READ_PREVIEW)
    async def on_get(self, req: Request, resp: Response, page_id: str, vid: str) -> None:
        """Return the previewed page, or only its changed parts."""
        part = req.get_param("part", default="page")
        if part not in PARTS:
            raise invalid("part must be page or change.", "part")
        holder = await self.holder(req)
        page = await self.page_of_owner(holder, page_id)
        slot = slot_of(page.id, holder.session_id)
        try:
            preview = await self.process.previews.document(slot, vid, part)
        except ReplacedError:
            raise ApiError(404, "NOT_FOUND", REPLACED) from None
        except UNREACHABLE:
            raise preview_unavailable() from None
        if preview is None:
            raise not_found("preview any more")
        resp.content_type = "text/html; charset=utf-8"
        write_framed(resp, preview.html, preview.policy)


def too_many_previews(wait_s: int) -> ApiError:
    """Return a 429 for too many previews of a page by one session."""
    sentence = (
        f"At most {PREVIEWS.amount} previews of a page are made in a second."
        f" Please try again in {format_wait(wait_s)}."
    )
    return ApiError(429, "RATE_LIMITED", sentence, headers={"Retry-After": str(wait_s)})


def preview_unavailable() -> ApiError:
    """Return a 503 for a preview that no worker finished in time."""
    return unavailable(
        "The preview could not be made just now; the write itself can be sent all the same."
    )
