"""Who did what to a page: the log read back."""

from falcon.asgi import Request

from domain.store.postgres.audit import read_audit
from domain.store.postgres.engine import run
from web.api.audit.answers import actor, entry
from web.dashboard.screen import PageScreen, Values
from web.http.paging import audit_cursor_of, audit_place_of, limit_of


class Activity(PageScreen):
    """`GET /dashboard/pages/:pageID/activity`; what was before by `?cursor=`."""

    template = "activity"
    tab = "activity"

    async def values(self, req: Request, **named: str) -> Values:
        """Return a stretch of the audit, newest first."""
        holder = await self.holder(req)
        desk, frame = await self.desk(req, named["page_id"])
        limit, place = limit_of(req), audit_place_of(req)
        audit = await run(self.engine, read_audit, holder.account_id, desk.page.id, place, limit)
        return {
            **frame,
            "entries": [
                (entry(one, audit), actor(one.doer, audit), one.at) for one in audit.entries
            ],
            "older": audit_cursor_of(audit.after) if audit.after else None,
        }
