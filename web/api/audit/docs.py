"""Documentation of the audit operation."""

from web.api.audit.answers import AuditView
from web.openapi.describe import Example, Operation
from web.openapi.paged import LIMIT_PARAMETER, cursor_of
from web.openapi.path_parameters import ACCOUNT, RECEIPT, TEMPLATE

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
