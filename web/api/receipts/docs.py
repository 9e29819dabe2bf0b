"""Documentation of the receipt operation. Source: docs/behaviour.md, "Receipts"."""

from web.api.receipts.answers import ReceiptView
from web.openapi.describe import Audience, Example, Operation
from web.openapi.path_parameters import RECEIPT

READ_RECEIPT = Operation(
    name="readReceipt",
    tag="Receipts",
    summary="Tell how far a write got.",
    note="With any live key of the page, or a session of its owner.",
    who=Audience.EITHER,
    data=ReceiptView,
    examples=(
        Example(
            "a write that visitors see",
            data={
                "id": RECEIPT,
                "state": "published",
                "requestId": "3f0c7d1e-restart",
                "acceptedAt": "2026-11-23T14:02:00.000Z",
                "appliedAt": "2026-11-23T14:02:00.012Z",
                "publishedAt": "2026-11-23T14:02:00.018Z",
                "refusal": None,
            },
        ),
    ),
)
