"""Previews made by workers: the request, the wait, and the documents."""

from dataclasses import dataclass
from typing import Any

from domain.calendar import format_wait
from domain.store.broker import TaskSenderThread
from domain.store.postgres.sessions import Holder
from domain.store.redis.previews import (
    SEQ,
    Document,
    PreviewResult,
    Previews,
    ReplacedError,
    slot_of,
)
from domain.store.redis.rate_limits.rate_counts import AttemptCounts
from domain.store.redis.rate_limits.rules import PREVIEWS
from domain.store.redis.reader import UNREACHABLE
from web.http.errors import ApiError, not_found, unavailable
from web.writes.waiters import Waiters

WAIT_S = 1.0
REPLACED = "A newer preview of this page was asked for in your session: it replaced this one."


@dataclass(frozen=True, slots=True)
class PreviewWorker:
    """The worker that decides and renders, as this process reaches it."""

    limits: AttemptCounts
    previews: Previews
    doorbell: TaskSenderThread
    waiters: Waiters

    async def preview(
        self,
        holder: Holder,
        page_id: str,
        preview_id: str,
        command: Any,  # noqa: ANN401 - any command
    ) -> PreviewResult:
        """Return the preview of a command.

        Raises ApiError 429, and 503 after `WAIT_S` or if the session requested another preview
        meanwhile.
        """
        wait_s = await self.limits.hit(PREVIEWS, holder.session_id, page_id)
        if wait_s is not None:
            raise too_many_previews(wait_s)
        slot = slot_of(page_id, holder.session_id)
        try:
            await self.previews.ask(slot, preview_id, page_id, command)
            self.doorbell.request_preview(slot)
            await self.waiters.wait(preview_id, SEQ, WAIT_S)
            preview = await self.previews.outlook(slot, preview_id)
        except ReplacedError:
            raise unavailable(REPLACED) from None
        except UNREACHABLE:
            raise preview_unavailable() from None
        if preview is None:
            raise preview_unavailable()
        return preview

    async def document(self, holder: Holder, page_id: str, preview_id: str, part: str) -> Document:
        """Return a document of a preview. Raises ApiError 404 and 503."""
        try:
            document = await self.previews.document(
                slot_of(page_id, holder.session_id), preview_id, part
            )
        except ReplacedError:
            raise ApiError(404, "NOT_FOUND", REPLACED) from None
        except UNREACHABLE:
            raise preview_unavailable() from None
        if document is None:
            raise not_found("preview any more")
        return document


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
