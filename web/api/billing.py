"""Slot purchases of an owner, and the ledger.

Source: docs/behaviour.md, "Tiers and slots".
"""

from typing import Annotated

import msgspec
from falcon.asgi import Request, Response

from domain.account.commands import BuySlot, RenewSlot
from domain.account.state import Booking, BookingKind
from domain.runtime.new_ids import new_id
from domain.store.postgres.accounts import booking_by, bookings_before
from domain.store.postgres.engine import run
from web.api import field_sentences as says
from web.api.audit_sentences import fixed_sentence
from web.api.field_sentences import ID_LIMIT
from web.api.owner_resource import OwnerResource, WritingResource
from web.api.receipts import RECEIPT
from web.http.bodies import wrong_value
from web.http.paging import cursor_at, limit_of, seq_of
from web.http.responses import write_data
from web.http.wire import Answer, Id, Instant, to_answer
from web.openapi.describe import Example, Operation, describes
from web.openapi.operations import LIMIT_PARAMETER, TAIL, Area, cursor_of


class Trade(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """`POST /api/v1/status/purchases/trade`: a new slot, or 30 days more of one."""

    slot: Annotated[str | None, says.SLOT] = None


def to_command(body: Trade, new_slot_id: str) -> BuySlot | RenewSlot:
    """Return the purchase command; a new slot gets `new_slot_id`. Raises ApiError 400.

    A blank `slot` is an error: its sender did not mean to buy a new slot.
    """
    if body.slot is None:
        return BuySlot(new_slot_id)
    slot_id = body.slot.strip()
    if not 0 < len(slot_id) <= ID_LIMIT:
        raise wrong_value(Trade, "slot")
    return RenewSlot(slot_id)


class Traded(Answer, frozen=True):
    """The result of a trade; after a 202 its end and the balance are unknown yet."""

    slot: str
    expires_at: Instant | None
    balance: int | None


class LedgerRow(Answer, frozen=True):
    """One change of the balance; `amount` and the `balance` after it are in tokens."""

    kind: BookingKind
    amount: int
    balance: int
    at: Instant
    slot_id: Id | None = msgspec.field(name="slot")
    slot_expires_at: Instant | None = msgspec.field(name="expiresAt")
    command_id: Id = msgspec.field(name="receipt")


class LedgerRows(Answer, frozen=True):
    """A part of the ledger, newest first."""

    items: list[LedgerRow]
    next_cursor: str | None


def pending_trade(command: BuySlot | RenewSlot) -> Traded:
    """Return a purchase before the decision."""
    return Traded(command.slot_id, None, None)


def booked_trade(booking: Booking) -> Traded:
    """Return a purchase with the values of its booking."""
    return to_answer(Traded, booking, slot=booking.slot_id, expires_at=booking.slot_expires_at)


TAG = "Slots"
SLOT = "s_" + TAIL.format("m")
UNTIL = "2026-12-23T14:02:00.000Z"
LIST_PURCHASES = Operation(
    name="listPurchases",
    tag=TAG,
    summary="List the ledger of tokens, newest first.",
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


class Ledger(OwnerResource):
    """`GET /api/v1/status/purchases`."""

    @describes(LIST_PURCHASES)
    async def on_get(self, req: Request, resp: Response) -> None:
        """List the ledger, newest first."""
        holder = await self.holder(req)
        limit, before = limit_of(req), seq_of(req)
        bookings = await run(self.engine, bookings_before, holder.account_id, before, limit + 1)
        cursor = cursor_at(bookings[limit - 1].seq) if len(bookings) > limit else None
        rows = [to_answer(LedgerRow, booking) for booking in bookings[:limit]]
        write_data(resp, LedgerRows(rows, cursor))


class SlotPurchases(WritingResource):
    """`POST /api/v1/status/purchases/trade`."""

    @describes(TRADE)
    async def on_post(self, req: Request, resp: Response) -> None:
        """Buy a slot with tokens, or renew one for 30 days."""
        holder = await self.holder(req)
        raw, body = await self.body(req, Trade)
        command = to_command(body, new_id("s"))

        async def describe_booking(first: BuySlot | RenewSlot, receipt_id: str) -> Traded:
            booking = await run(self.engine, booking_by, receipt_id)
            return booked_trade(booking) if booking else pending_trade(first)

        draft = self.draft(req, holder, command, raw)
        await self.answer(req, resp, draft, pending_trade, complete=describe_booking, status=201)


AREA = Area(
    {
        "/api/v1/status/purchases": Ledger,
        "/api/v1/status/purchases/trade": SlotPurchases,
    },
    sentences={
        "BuySlot": fixed_sentence("Bought a slot"),
        "RenewSlot": fixed_sentence("Renewed a slot"),
    },
)
