"""The download of a page as one file, for its owner.

Source: docs/behaviour.md, "Export and import".
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from falcon.asgi import Request, Response

from domain.calendar import day_of, format_wait
from domain.runtime.page_file.document import Document, encode_end, encode_item, encode_start
from domain.runtime.page_file.own_ids import Ids
from domain.runtime.settings import Settings
from domain.store.page_file import read_document, read_slice
from domain.store.postgres.engine import run
from domain.store.postgres.incidents import ListPosition
from domain.store.postgres.owned import OwnedPage
from domain.store.redis.rate_limits.rules import EXPORTS
from web.api.owner_resource import OwnerResource
from web.http.errors import ApiError
from web.http.rate_limits import Attempts
from web.openapi.describe import Example, Operation, describes
from web.openapi.operations import Area

MEDIA = "application/vnd.hepstatus+json"  # JSON without the envelope of other answers
EXPORT_PAGE = Operation(
    name="exportPage",
    tag="Export",
    summary="Download the page as one file.",
    note="The document itself, without the envelope, as an attachment. It comes in parts: while it"
    " is read, an incident may change. At most 10 downloads of a page a minute.",
    data=Any,  # the chapter Export describes it, and the example is only its beginning
    media=MEDIA,
    examples=(Example("the beginning of a file", data='{"format":"hepstatus","version":1,'),),
)


@dataclass(eq=False)
class Export(OwnerResource):
    """`GET /api/v1/status/:pageID/export`."""

    attempts: Attempts
    settings: Settings

    @describes(EXPORT_PAGE)
    async def on_get(self, req: Request, resp: Response, page_id: str) -> None:
        """Send the document of a page in parts. Raises ApiError 429."""
        page = await self.page(req, page_id)
        await self.count_export(page.id)
        document, ids = await run(self.engine, read_document, page.id)
        resp.content_type = MEDIA
        resp.downloadable_as = file_name(page, self.settings.base_domain)
        resp.set_header("Cache-Control", "no-store")
        resp.stream = self.read_parts(page.id, document, ids)

    async def count_export(self, page_id: str) -> None:
        """Count a download. Raises ApiError 429."""
        wait_s = await self.attempts.limits.hit(EXPORTS, page_id)
        if wait_s is not None:
            sentence = (
                f"A page can be downloaded {EXPORTS.amount} times a minute."
                f" Please try again in {format_wait(wait_s)}."
            )
            raise ApiError(429, "RATE_LIMITED", sentence, headers={"Retry-After": str(wait_s)})

    async def read_parts(self, page_id: str, document: Document, ids: Ids) -> AsyncIterator[bytes]:
        """Yield the document; each slice of incidents is read when the former one was sent."""
        yield encode_start(document)
        position: ListPosition | None = None
        is_first, has_more = True, True
        while has_more:
            parts, position = await run(self.engine, read_slice, page_id, ids, position)
            for part in parts:
                yield encode_item(part, is_first=is_first)
                is_first = False
            has_more = position is not None
        yield encode_end(document)


def file_name(page: OwnedPage, base_domain: str) -> str:
    """Return the name of a page's file: its subdomain or host, and the day there."""
    name = (page.host or page.id).removesuffix(f".{base_domain}")
    return f"{name}-{day_of(datetime.now(UTC), page.time_zone)}.json"


AREA = Area({"/api/v1/status/{page_id}/export": Export})
