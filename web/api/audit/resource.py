"""The audit of a page: who did what, when, through what. Source: docs/behaviour.md, "Audit log"."""

from falcon.asgi import Request, Response

from domain.store.postgres.audit import read_audit
from domain.store.postgres.engine import run
from web.api.audit.answers import shown
from web.api.audit.docs import READ_AUDIT
from web.api.owner_resource import Owner
from web.http.paging import audit_cursor_of, audit_place_of, limit_of
from web.http.responses import write_data
from web.openapi.describe import describes


class Audit(Owner):
    """`GET /api/v1/status/:pageID/audit`."""

    @describes(READ_AUDIT)
    async def on_get(self, req: Request, resp: Response, page_id: str) -> None:
        """Read the log of a page back, newest first."""
        holder = await self.holder(req)
        page = await self.page(req, page_id)
        limit, place = limit_of(req), audit_place_of(req)
        found = await run(self.engine, read_audit, holder.account_id, page.id, place, limit)
        cursor = audit_cursor_of(found.after) if found.after else None
        write_data(resp, shown(found, cursor))
