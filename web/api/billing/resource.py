"""An owner's purchases: trades of tokens for slots, and the ledger.

Source: docs/behaviour.md, "Tiers and slots".
"""

from falcon.asgi import Request, Response

from domain.account.commands import BuySlot, RenewSlot
from domain.runtime.new_ids import mint
from domain.store.postgres.engine import run
from domain.store.postgres.ledger import booking_by, bookings_before
from web.api.billing import docs as said
from web.api.billing.answers import LedgerRows, Traded, ledger_row, trade_asked, trade_done
from web.api.billing.schemas import Trade, command_of
from web.api.owner_resource import Owner
from web.http.paging import cursor_at, limit_of, seq_of
from web.http.responses import write_data
from web.openapi.describe import describes


class Purchases(Owner):
    """`GET /api/v1/status/purchases`."""

    @describes(said.LIST_PURCHASES)
    async def on_get(self, req: Request, resp: Response) -> None:
        """Tell the ledger, newest first."""
        holder = await self.holder(req)
        limit, before = limit_of(req), seq_of(req)
        found = await run(self.engine, bookings_before, holder.account_id, before, limit + 1)
        cursor = cursor_at(found[limit - 1].seq) if len(found) > limit else None
        rows: LedgerRows = {
            "items": [ledger_row(booking) for booking in found[:limit]],
            "nextCursor": cursor,
        }
        write_data(resp, rows)


class Trades(Owner):
    """`POST /api/v1/status/purchases/trade`."""

    @describes(said.TRADE)
    async def on_post(self, req: Request, resp: Response) -> None:
        """Trade tokens for a slot, or for 30 days more of one."""
        holder = await self.holder(req)
        raw, body = await self.body(req, Trade)
        command = command_of(body, mint("s"))

        async def booked(first: BuySlot | RenewSlot, receipt_id: str) -> Traded:
            booking = await run(self.engine, booking_by, receipt_id)
            return trade_done(first, booking) if booking else trade_asked(first)

        draft = self.draft(req, holder, command, raw)
        await self.answer(req, resp, draft, trade_asked, complete=booked, status=201)
