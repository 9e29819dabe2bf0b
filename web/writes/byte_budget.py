"""How many bytes an account may add to the log: counted before the append, given back without one.

What says that trouble is over draws from a bucket of its own, and toggles are taken though it is
empty: a page does not go on telling of an outage because somebody wrote too much.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from domain import rate_limits as rules
from domain.page.recovery import is_recovery, is_toggle
from domain.rate_limits import Budget
from domain.runtime import metrics
from domain.store.postgres.command_codec import encode_command
from domain.store.postgres.command_log import Draft
from domain.store.postgres.engine import UNREACHABLE, run
from domain.store.postgres.owned import account_of_key
from web.api.accounts.attempts import duration
from web.http.errors import ApiError
from web.process import Process

KEYS_MAX: Final = 20_000  # some 300 bytes each
GiveBack = Callable[[], Awaitable[None]]


class ByteBudget:
    """Spends the budgets of accounts for one process."""

    def __init__(self, process: Process) -> None:
        """Count with the counts of `process`."""
        self._process = process
        self._pace, self._limits = process.pace, process.limits
        self._account_of_key: dict[str, str] = {}

    async def spend(self, draft: Draft) -> GiveBack:
        """Spend what a draft takes in the log; return what takes that back. Raises ApiError 429."""
        account_id = await self._account_of(draft) if self._pace.is_on else None
        if account_id is None:
            return nothing
        cost = rules.ROW_BYTES + len(encode_command(draft.command)[1].encode())
        recovers = is_recovery(draft.command)
        budget = rules.RECOVERY_BYTES if recovers else rules.WRITTEN_BYTES
        wait_s = self._pace.buckets.spend(budget, account_id, cost)
        if wait_s is None:
            return partial(self._give_back, budget, account_id, cost)
        if is_toggle(draft.command):
            return nothing
        if recovers:
            return await self._spend_one_of_few(account_id, wait_s)
        raise too_much(budget, wait_s)

    async def _spend_one_of_few(self, account_id: str, wait_s: int) -> GiveBack:
        """Take one of the updates that an empty bucket lets through. Raises ApiError 429."""
        few = rules.RECOVERY_UPDATES
        also_wait_s = await self._limits.hit(few, account_id)
        if also_wait_s is not None:
            raise too_much(rules.RECOVERY_BYTES, min(wait_s, also_wait_s))
        return partial(self._limits.give_back, few, account_id)

    async def _give_back(self, budget: Budget, account_id: str, cost: int) -> None:
        self._pace.buckets.give_back(budget, account_id, cost)

    async def _account_of(self, draft: Draft) -> str | None:
        """Return whose budget a draft draws from; an account's own stream draws from none."""
        authority = draft.authority
        if authority.kind != "key":
            is_counted = authority.kind == "owner" and draft.stream_id != authority.value
            return authority.value if is_counted else None
        if authority.value not in self._account_of_key:
            try:
                found = await run(self._process.engine, account_of_key, authority.value)
            except UNREACHABLE:
                return None  # the append is about to say it
            if found is None:
                return None
            if len(self._account_of_key) >= KEYS_MAX:
                self._account_of_key.clear()
            self._account_of_key[authority.value] = found
        return self._account_of_key[authority.value]


async def nothing() -> None:
    """Take nothing back."""


def too_much(budget: Budget, wait_s: int) -> ApiError:
    """Return the 429 of an account whose bucket is empty."""
    metrics.LIMITED.labels(budget.name).inc()
    megabytes = 1_000_000
    sentence = (
        f"This account has written too much: {budget.bytes_max // megabytes} MB at once and"
        f" {budget.bytes_a_day // megabytes} MB a day are taken. Please try again in"
        f" {duration(wait_s)}."
    )
    return ApiError(429, "RATE_LIMITED", sentence, headers={"Retry-After": str(wait_s)})
