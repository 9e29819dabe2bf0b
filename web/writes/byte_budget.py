"""Byte budgets of accounts: spent before an append, refunded without one.

Recovery updates draw from a bucket of their own, and toggles pass even if that is empty: a page
does not keep showing an outage because its account wrote too much.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from domain.calendar import format_wait
from domain.page.room import is_recovery, is_toggle
from domain.runtime import metrics
from domain.store.postgres.command_codec import encode_command
from domain.store.postgres.command_log import Draft
from domain.store.postgres.engine import UNREACHABLE, run
from domain.store.postgres.owned import account_of_key
from domain.store.redis.rate_limits import rules
from domain.store.redis.rate_limits.rate_counts import AttemptCounts
from domain.store.redis.rate_limits.request_counts import RequestCounts
from domain.store.redis.rate_limits.rules import Budget
from web.http.errors import ApiError

if TYPE_CHECKING:
    from domain.store.postgres.engine import AsyncEngine

KEYS_MAX: Final = 20_000  # some 300 bytes each
Refund = Callable[[], Awaitable[None]]


class ByteBudget:
    """The byte budgets of accounts in one process."""

    def __init__(self, engine: "AsyncEngine", pace: RequestCounts, limits: AttemptCounts) -> None:
        """Count bytes by `pace` and recovery updates by `limits`."""
        self._engine, self._pace, self._limits = engine, pace, limits
        self._account_of_key: dict[str, str] = {}

    async def spend(self, draft: Draft) -> Refund:
        """Spend a draft's bytes; return the refund function. Raises ApiError 429."""
        account_id = await self._account_of(draft) if self._pace.is_on else None
        if account_id is None:
            return refund_nothing
        cost = rules.ROW_BYTES + len(encode_command(draft.command)[1].encode())
        is_recovering = is_recovery(draft.command)
        budget = rules.RECOVERY_BYTES if is_recovering else rules.WRITTEN_BYTES
        wait_s = self._pace.buckets.spend(budget, account_id, cost)
        if wait_s is None:
            return partial(self._give_back, budget, account_id, cost)
        if is_toggle(draft.command):
            return refund_nothing
        if is_recovering:
            return await self._spend_recovery_update(account_id, wait_s)
        raise budget_error(budget, wait_s)

    async def _spend_recovery_update(self, account_id: str, wait_s: int) -> Refund:
        """Spend one of the updates that an empty bucket allows. Raises ApiError 429."""
        updates_limit = rules.RECOVERY_UPDATES
        updates_wait_s = await self._limits.hit(updates_limit, account_id)
        if updates_wait_s is not None:
            raise budget_error(rules.RECOVERY_BYTES, min(wait_s, updates_wait_s))
        return partial(self._limits.undo_hit, updates_limit, account_id)

    async def _give_back(self, budget: Budget, account_id: str, cost: int) -> None:
        self._pace.buckets.give_back(budget, account_id, cost)

    async def _account_of(self, draft: Draft) -> str | None:
        """Return the account that pays for a draft; None for an account's own stream."""
        authority = draft.authority
        if authority.kind != "key":
            is_counted = authority.kind == "owner" and draft.stream_id != authority.value
            return authority.value if is_counted else None
        if authority.value not in self._account_of_key:
            try:
                account_id = await run(self._engine, account_of_key, authority.value)
            except UNREACHABLE:
                return None  # the append reports the outage
            if account_id is None:
                return None
            if len(self._account_of_key) >= KEYS_MAX:
                self._account_of_key.clear()
            self._account_of_key[authority.value] = account_id
        return self._account_of_key[authority.value]


async def refund_nothing() -> None:
    """Refund nothing."""


def budget_error(budget: Budget, wait_s: int) -> ApiError:
    """Return the 429 of an account with an empty bucket."""
    metrics.LIMITED.labels(budget.name).inc()
    megabytes = 1_000_000
    sentence = (
        f"This account has written too much: {budget.bytes_max // megabytes} MB at once and"
        f" {budget.bytes_a_day // megabytes} MB a day are taken. Please try again in"
        f" {format_wait(wait_s)}."
    )
    return ApiError(429, "RATE_LIMITED", sentence, headers={"Retry-After": str(wait_s)})
