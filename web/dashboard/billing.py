"""The billing view: tokens, slots, warnings and the ledger of the account."""

from datetime import UTC, datetime

from falcon.asgi import Request

from domain.account.allocations import INCLUDED, SLOT_LASTS, SLOT_PRICE, find_dark_pages
from domain.page.state import Tier
from domain.store.postgres.accounts import bookings_before
from domain.store.postgres.engine import run
from domain.store.postgres.owned import account_of, pages_of
from web.api.pages.answers import dark_warning, slot_views
from web.dashboard.screen import Values, View, identity_of
from web.http.paging import cursor_at, limit_of, seq_of


class Tokens(View):
    """`GET /dashboard/tokens`; older bookings by `?cursor=`."""

    template = "tokens"

    async def values(self, req: Request, **params: str) -> Values:
        """Return the current account and one page of its ledger."""
        del params
        holder, now = await self.holder(req), datetime.now(UTC)
        account = await run(self.engine, account_of, holder.account_id)
        pages = await run(self.engine, pages_of, holder.account_id)
        limit, before = limit_of(req), seq_of(req)
        rows = await run(self.engine, bookings_before, holder.account_id, before, limit + 1)
        names = {page.id: page.name for page in pages}
        ends = {slot.id: slot.expires_at for slot in account.slots.values()}
        return {
            "tab": "tokens",
            **identity_of(holder),
            "now": now,
            "balance": account.balance,
            "is_prime": account.is_prime_at(now),
            "tier_until": account.tier_until,
            "included": INCLUDED[Tier.PRIME if account.is_prime_at(now) else Tier.FREE],
            "price": SLOT_PRICE,
            "days": SLOT_LASTS.days,
            "slots": [(slot, ends[slot.id]) for slot in slot_views(account, now)],
            "names": names,
            "warnings": [
                dark_warning(dark, names).warning for dark in find_dark_pages(account, now)
            ],
            "ledger": rows[:limit],
            "older": cursor_at(rows[limit - 1].seq) if len(rows) > limit else None,
        }


ROUTES = {"/dashboard/tokens": Tokens}
