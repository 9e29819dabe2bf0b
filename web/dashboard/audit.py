"""The audit log view of a page."""

from falcon.asgi import Request

from domain.store.postgres.audit import read_audit
from domain.store.postgres.engine import run
from web.api.audit import actor_view, entry_view
from web.dashboard.screen import PageView, Values
from web.http.paging import audit_cursor_of, audit_position_of, limit_of


class AuditLog(PageView):
    """`GET /dashboard/pages/:pageID/activity`; older entries by `?cursor=`."""

    template = "activity"
    tab = "activity"

    async def values(self, req: Request, **params: str) -> Values:
        """Return one page of the audit log, newest first."""
        holder = await self.holder(req)
        page_context, frame = await self.fetch_page_context(req, params["page_id"])
        limit, position = limit_of(req), audit_position_of(req)
        audit = await run(
            self.engine, read_audit, holder.account_id, page_context.page.id, position, limit
        )
        return {
            **frame,
            "entries": [
                (entry_view(entry, audit), actor_view(entry.original_actor, audit), entry.at)
                for entry in audit.entries
            ],
            "older": audit_cursor_of(audit.after) if audit.after else None,
        }


ROUTES = {"/dashboard/pages/{page_id}/activity": AuditLog}
