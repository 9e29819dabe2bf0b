"""The audit log view of a page."""

from itertools import groupby

from falcon.asgi import Request

from domain.store.postgres.audit import read_audit
from domain.store.postgres.engine import run
from web.api.audit import actor_view, entry_view
from web.dashboard.document import day_in
from web.dashboard.screen import PageView, Values
from web.http.paging import audit_actor_of, audit_cursor_of, audit_position_of, limit_of


class AuditLog(PageView):
    """`GET /dashboard/pages/:pageID/activity`; older entries by `?cursor=`."""

    template = "activity"
    tab = "activity"

    async def values(self, req: Request, **params: str) -> Values:
        """Return one page of the audit log, newest first."""
        holder = await self.holder(req)
        page_context, frame = await self.fetch_page_context(req, params["page_id"])
        actor = audit_actor_of(req)
        where = page_context.page.id, audit_position_of(req), limit_of(req), actor
        audit = await run(self.engine, read_audit, holder.account_id, *where)
        days = groupby(audit.entries, lambda entry: day_in(entry.at, page_context.page.time_zone))
        return {
            **frame,
            "actor": actor,
            "days": [
                (
                    day,
                    [(entry_view(e, audit), actor_view(e.original_actor, audit), e.at) for e in of],
                )
                for day, of in days
            ],
            "older": audit_cursor_of(audit.after) if audit.after else None,
        }


ROUTES = {"/dashboard/pages/{page_id}/activity": AuditLog}
