"""Slot purchases of an owner, and the ledger.

Source: docs/behaviour.md, "Tiers and slots".
"""

from falcon.asgi import Request, Response

from domain.account.commands import BuySlot, RenewSlot
from domain.runtime.new_ids import new_id
from domain.store.postgres.engine import run
from domain.store.postgres.ledger import booking_by, bookings_before
from web.api.billing import docs
from web.api.billing.answers import LedgerRows, Traded, booked_trade, ledger_row, pending_trade
from web.api.billing.schemas import Trade, to_command
from web.api.owner_resource import OwnerResource
from web.http.paging import cursor_at, limit_of, seq_of
from web.http.responses import write_data
from web.openapi.describe import describes


class Ledger(OwnerResource):
    """`GET /api/v1/status/purchases`."""

    @describes(docs.LIST_PURCHASES)
    async def on_get(self, req: Request, resp: Response) -> None:
        """List the ledger, newest first."""
        holder = await self.holder(req)
        limit, before = limit_of(req), seq_of(req)
        bookings = await run(self.engine, bookings_before, holder.account_id, before, limit + 1)
        cursor = cursor_at(bookings[limit - 1].seq) if len(bookings) > limit else None
        rows: LedgerRows = {
            "items": [ledger_row(booking) for booking in bookings[:limit]],
            "nextCursor": cursor,
        }
        write_data(resp, rows)


class SlotPurchases(OwnerResource):
    """`POST /api/v1/status/purchases/trade`."""

    @describes(docs.TRADE)
    async def on_post(self, req: Request, resp: Response) -> None:
        """Buy a slot with tokens, or renew one for 30 days."""
        holder = await self.holder(req)
        raw, body = await self.body(req, Trade)
        command = to_command(body, new_id("s"))

        async def describe_booking(first: BuySlot | RenewSlot, receipt_id: str) -> Traded:
            booking = await run(self.engine, booking_by, receipt_id)
            return booked_trade(first, booking) if booking else pending_trade(first)

        draft = self.draft(req, holder, command, raw)
        await self.answer(req, resp, draft, pending_trade, complete=describe_booking, status=201)
