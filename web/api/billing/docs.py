"""Documentation of the slot and ledger operations."""

from web.api.billing.answers import LedgerRows, Traded
from web.api.billing.schemas import Trade
from web.openapi.describe import Example, Operation
from web.openapi.paged import LIMIT_PARAMETER, cursor_of
from web.openapi.path_parameters import RECEIPT, SLOT

TAG = "Slots"
UNTIL = "2026-12-23T14:02:00.000Z"
LIST_PURCHASES = Operation(
    name="listPurchases",
    tag=TAG,
    summary="Tell the ledger, newest first.",
    data=LedgerRows,
    parameters=(LIMIT_PARAMETER, cursor_of("ledger-cursor")),
    examples=(
        Example(
            "a slot was bought",
            query={"limit": 1},
            data={
                "items": [
                    {
                        "kind": "buy",
                        "amount": -480,
                        "balance": 20,
                        "at": "2026-11-23T14:02:00.000Z",
                        "slot": SLOT,
                        "expiresAt": UNTIL,
                        "receipt": RECEIPT,
                    }
                ],
                "nextCursor": "Nw==",
            },
        ),
    ),
)
TRADE = Operation(
    name="trade",
    tag=TAG,
    summary="Trade 480 tokens for a slot, or for 30 days more of one.",
    note="Without `slot` a new one is bought. With 202 `expiresAt` and `balance` are null. 409,"
    " too: it is paid for ten years ahead.",
    body=Trade,
    data=Traded,
    status=201,
    refusals=("INSUFFICIENT_TOKENS", "NOT_FOUND"),
    examples=(
        Example("a slot", body={}, data={"slot": SLOT, "expiresAt": UNTIL, "balance": 520}),
        Example(
            "a renewal",
            body={"slot": SLOT},
            data={"slot": SLOT, "expiresAt": UNTIL, "balance": 40},
        ),
    ),
)
