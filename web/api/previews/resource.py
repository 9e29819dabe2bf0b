"""What a write would do, found out without doing it.

The bodies are those of the writes; a worker decides and draws, so web renders nothing.

Source: docs/architecture.md, "Web renders no public page"; docs/behaviour.md, "Preview of a write".
"""

from typing import Any

from falcon.asgi import Request, Response

from domain.rate_limits import PREVIEWS
from domain.runtime.new_ids import mint
from domain.store.postgres.accounts.sessions import Holder
from domain.store.redis.keys import PREVIEW_BYTES_MAX
from domain.store.redis.previews import SEQ, Outlook, ReplacedError, slot_of
from domain.store.redis.reader import UNREACHABLE
from web.api.accounts.attempts import duration
from web.api.incidents.resource import begun, posted
from web.api.owner_resource import Owner
from web.api.owner_schemas import given_of
from web.api.pages.page_preview import Preview, write_framed
from web.api.pages.settings_schemas import BODY_BYTES, PageChange, command_of
from web.api.previews import docs as said
from web.api.previews.answers import outlook_view
from web.http.bodies import read_body
from web.http.errors import ApiError, invalid, not_found, rejected, unavailable
from web.http.responses import write_data
from web.openapi.describe import describes

WAIT_S = 1.0
REPLACED = "A newer preview of this page was asked for in your session: it replaced this one."
TOO_LARGE = (
    f"This page is too large for a preview: at most {PREVIEW_BYTES_MAX // 1_000_000} MB of one,"
    " compressed, are kept. The write itself can be sent all the same."
)
PARTS = ("page", "change")


class Rehearsal(Owner):
    """The hands of a resource that finds out what a write would do."""

    async def rehearse(self, resp: Response, holder: Holder, page_id: str, command: Any) -> None:  # noqa: ANN401 - any command
        """Have a command rehearsed; tell what came of it. Raises ApiError as the write would."""
        page = await self.page_held_by(holder, page_id)
        wait_s = await self.process.limits.hit(PREVIEWS, holder.session_id, page.id)
        if wait_s is not None:
            raise too_many(wait_s)
        rehearsal_id = mint("v")
        outlook = await self.outlook(holder, page.id, rehearsal_id, command)
        if outlook.refusal:
            raise rejected(outlook.refusal)
        if outlook.is_too_large:
            raise ApiError(413, "TOO_LARGE", TOO_LARGE)
        path = f"/api/v1/status/{page.id}/preview/{rehearsal_id}"
        write_data(resp, outlook_view(outlook, path))

    async def outlook(
        self,
        holder: Holder,
        page_id: str,
        rehearsal_id: str,
        command: Any,  # noqa: ANN401 - any command
    ) -> Outlook:
        """Return what a worker finds out.

        Raises ApiError 503 if none does in time, or if the session asked for another meanwhile.
        """
        process, slot = self.process, slot_of(page_id, holder.session_id)
        try:
            await process.rehearsals.ask(slot, rehearsal_id, page_id, command)
            process.doorbell.ring_rehearsal(slot)
            await process.waits.wait(rehearsal_id, SEQ, WAIT_S)
            found = await process.rehearsals.outlook(slot, rehearsal_id)
        except ReplacedError:
            raise unavailable(REPLACED) from None
        except UNREACHABLE:
            raise not_rehearsed() from None
        if found is None:
            raise not_rehearsed()
        return found


class RehearsedIncidents(Rehearsal):
    """`POST /api/v1/status/:pageID/preview/incidents`."""

    @describes(said.PREVIEW_INCIDENT)
    async def on_post(self, req: Request, resp: Response, page_id: str) -> None:
        """Tell what opening an incident, or planning a maintenance, would do."""
        holder = await self.holder(req)
        await self.rehearse(resp, holder, page_id, begun(await read_body(req)))


class RehearsedUpdates(Rehearsal):
    """`POST /api/v1/status/:pageID/preview/incidents/:iid/updates`."""

    @describes(said.PREVIEW_UPDATE)
    async def on_post(self, req: Request, resp: Response, page_id: str, iid: str) -> None:
        """Tell what an update would do."""
        holder = await self.holder(req)
        await self.rehearse(resp, holder, page_id, posted(iid, await read_body(req)))


class RehearsedSettings(Rehearsal, Preview):
    """`GET` and `POST /api/v1/status/:pageID/preview`: the page, and with other settings."""

    @describes(said.PREVIEW_SETTINGS)
    async def on_post(self, req: Request, resp: Response, page_id: str) -> None:
        """Tell what other settings would do."""
        holder = await self.holder(req)
        _, body = await self.body(req, PageChange, BODY_BYTES)
        if not given_of(body):
            raise invalid("Give at least one setting to change.")
        if body.domain is not None:
            raise invalid("domain can't be previewed: it changes nothing that is shown.", "domain")
        await self.rehearse(resp, holder, page_id, command_of(body, None))


class RehearsedDocument(Rehearsal):
    """`GET /api/v1/status/:pageID/preview/:vid`: what visitors would see."""

    @describes(said.READ_PREVIEW)
    async def on_get(self, req: Request, resp: Response, page_id: str, vid: str) -> None:
        """Show the page as it would be, or only what would change."""
        part = req.get_param("part", default="page")
        if part not in PARTS:
            raise invalid("part must be page or change.", "part")
        holder = await self.holder(req)
        page = await self.page_held_by(holder, page_id)
        slot = slot_of(page.id, holder.session_id)
        try:
            found = await self.process.rehearsals.document(slot, vid, part)
        except ReplacedError:
            raise ApiError(404, "NOT_FOUND", REPLACED) from None
        except UNREACHABLE:
            raise not_rehearsed() from None
        if found is None:
            raise not_found("preview any more")
        resp.content_type = "text/html; charset=utf-8"
        write_framed(resp, found.html, found.policy)


def too_many(wait_s: int) -> ApiError:
    """Return the 429 of a session that asks for previews of a page too often."""
    sentence = (
        f"At most {PREVIEWS.amount} previews of a page are made in a second."
        f" Please try again in {duration(wait_s)}."
    )
    return ApiError(429, "RATE_LIMITED", sentence, headers={"Retry-After": str(wait_s)})


def not_rehearsed() -> ApiError:
    """Return the 503 of a preview that no worker made in time."""
    return unavailable(
        "The preview could not be made just now; the write itself can be sent all the same."
    )
