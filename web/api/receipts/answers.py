"""Answers about receipts. Source: docs/behaviour.md, "Receipts"."""

from collections.abc import Mapping
from typing import Literal, TypedDict, cast

from domain.calendar import iso
from domain.results import Code
from domain.store.postgres.receipts import Receipt
from web.http.responses import iso as iso_or_none
from web.http.wire import Id, Instant

Stage = Literal["accepted", "applied", "published", "refused", "failed"]


class ReceiptRefusal(TypedDict):
    """Why a write was refused: as its answer would have said."""

    code: Code
    error: str
    fields: Mapping[str, str]


class ReceiptView(TypedDict):
    """How far a write got."""

    id: Id
    state: Stage
    requestId: str | None
    acceptedAt: Instant
    appliedAt: Instant | None
    publishedAt: Instant | None
    refusal: ReceiptRefusal | None


def receipt_view(receipt: Receipt) -> ReceiptView:
    """Return a receipt as JSON."""
    refusal = receipt.refusal
    return {
        "id": receipt.id,
        "state": cast("Stage", receipt.state),
        "requestId": receipt.request_id,
        "acceptedAt": iso(receipt.accepted_at),
        "appliedAt": iso_or_none(receipt.applied_at),
        "publishedAt": iso_or_none(receipt.published_at),
        "refusal": {"code": refusal.code, "error": refusal.error, "fields": refusal.fields}
        if refusal
        else None,
    }
