"""The audit log of a page. Source: docs/behaviour.md, "Audit log"."""

from falcon.asgi import Request, Response

from domain.store.postgres.audit import read_audit
from domain.store.postgres.engine import run
from web.api.accounts.docs import ACCOUNT
from web.api.area import Area
from web.api.audit.answers import AuditView, audit_view
from web.api.owner_resource import OwnerResource
from web.api.receipts import RECEIPT
from web.api.templates.schemas import TEMPLATE
from web.http.paging import audit_cursor_of, audit_position_of, limit_of
from web.http.responses import write_data
from web.openapi.describe import Example, Operation, describes
from web.openapi.operations import LIMIT_PARAMETER, cursor_of

READ_AUDIT = Operation(
    name="readAudit",
    tag="Audit",
    summary="Read the log of a page back, newest first.",
    data=AuditView,
    parameters=(LIMIT_PARAMETER, cursor_of("audit-cursor")),
    examples=(
        Example(
            "the newest",
            query={"limit": 1},
            data={
                "items": [
                    {
                        "id": RECEIPT,
                        "at": "2026-11-23T14:02:00.000Z",
                        "action": "AddTemplate",
                        "summary": "Added the template “The API is down”",
                        "actor": {"type": "owner", "id": ACCOUNT, "name": "ada@example.com"},
                        "cause": None,
                        "outcome": "applied",
                        "refusal": None,
                        "details": {
                            "kind": "incident",
                            "title": "The API is down",
                            "templateId": TEMPLATE,
                        },
                    }
                ],
                "nextCursor": "MTIgMg==",
            },
        ),
    ),
)


class Audit(OwnerResource):
    """`GET /api/v1/status/:pageID/audit`."""

    @describes(READ_AUDIT)
    async def on_get(self, req: Request, resp: Response, page_id: str) -> None:
        """List the audit log of a page, newest first."""
        holder = await self.holder(req)
        page = await self.page(req, page_id)
        limit, position = limit_of(req), audit_position_of(req)
        audit = await run(self.engine, read_audit, holder.account_id, page.id, position, limit)
        cursor = audit_cursor_of(audit.after) if audit.after else None
        write_data(resp, audit_view(audit, cursor))


AREA = Area({"/api/v1/status/{page_id}/audit": Audit})
