"""Receipts: the outcome of a write. Source: docs/behaviour.md, "Receipts"."""

from collections.abc import Mapping
from typing import Literal

from falcon.asgi import Request, Response

from domain.results import Code, Remarks
from domain.store.postgres.command_log import Authority
from domain.store.postgres.engine import run
from domain.store.postgres.notifications.delivery_report import DeliveryCounts, count_of_command
from domain.store.postgres.receipts import Receipt, receipt_for
from web.api.owner_resource import OwnerResource
from web.http.auth import parse_bearer
from web.http.errors import not_found
from web.http.responses import write_data
from web.http.wire import Answer, DeliveryNumbers, Id, Instant, delivery_numbers, to_answer
from web.openapi.describe import Audience, Example, Operation, PathParameter, describes
from web.openapi.operations import TAIL, Area

Stage = Literal["accepted", "applied", "published", "refused", "failed"]


class ReceiptRefusal(Answer, frozen=True):
    """Why a write was refused: as its answer would have said."""

    code: Code
    error: str
    fields: Mapping[str, str]


class ReceiptView(Answer, frozen=True):
    """How far a write got."""

    id: Id
    state: Stage
    request_id: str | None
    accepted_at: Instant
    applied_at: Instant | None
    published_at: Instant | None
    refusal: ReceiptRefusal | None
    ignored: list[str]
    unchanged: bool
    notifications: DeliveryNumbers


def receipt_view(receipt: Receipt, counts: DeliveryCounts) -> ReceiptView:
    """Return a receipt as JSON."""
    refusal = to_answer(ReceiptRefusal, receipt.refusal) if receipt.refusal else None
    remarks = receipt.remarks or Remarks()
    return to_answer(
        ReceiptView,
        receipt,
        refusal=refusal,
        ignored=list(remarks.ignored),
        unchanged=remarks.unchanged,
        notifications=delivery_numbers(counts),
    )


RECEIPT = "r_" + TAIL.format("g")
READ_RECEIPT = Operation(
    name="readReceipt",
    tag="Receipts",
    summary="Read the state of a write.",
    note="With any live key of the page, or a session of its owner. `ignored` are references"
    " that match no component; `unchanged`: the update said nothing new, and was not added.",
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
                "ignored": [],
                "unchanged": False,
                "notifications": dict.fromkeys(DeliveryNumbers.__struct_encode_fields__, 0),
            },
        ),
    ),
)


class Receipts(OwnerResource):
    """`GET /api/v1/receipts/:rid`."""

    @describes(READ_RECEIPT)
    async def on_get(self, req: Request, resp: Response, rid: str) -> None:
        """Return the receipt of a write to a live key or a session."""
        authority = await self.authority(req)
        receipt = await run(self.engine, receipt_for, rid, authority)
        if receipt is None:
            raise not_found("receipt")
        counts = await run(self.engine, count_of_command, receipt.id)
        write_data(resp, receipt_view(receipt, counts))

    async def authority(self, req: Request) -> Authority:
        """Return the authority of the request: its key, otherwise its session."""
        if req.get_header("Authorization") is None:
            holder = await self.holder(req)
            return Authority("owner", holder.account_id)
        key = parse_bearer(req)
        await self.authenticator.live_key(key)
        return key


AREA = Area(
    {
        "/api/v1/receipts/{rid}": Receipts,
    },
    {"rid": PathParameter("receiptId", "As `Location` said it.", RECEIPT)},
)
