"""Budgets of bytes, spent in the process and synchronised through Redis.

A process begins with full buckets and reports its spending four times a second, together with the
request counts: at most one entry for each command that it appended. So a bucket is overdrawn by
little, and the debt is repaid first. A bucket that is unused for as long as it takes to fill is
dropped. Source: docs/decisions/0013-byte-budget.md.
"""

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

import redis.asyncio as aioredis

from domain.store.redis import keys
from domain.store.redis.rate_limits.rules import Budget

BUCKETS_MAX: Final = 20_000  # some 300 bytes each
SCRIPT: Final = (Path(__file__).parents[1] / "scripts" / "spend.lua").read_text()


@dataclass(slots=True)
class Bucket:
    """The bytes left of a budget at `at`, and the unreported spending.

    `at` is in seconds of the process's clock.
    """

    budget: Budget
    level: float
    at: float
    unreported: int = 0

    def refill(self, now: float) -> None:
        """Add the refill since the last time."""
        gain = (now - self.at) * self.budget.refill
        self.level, self.at = min(self.budget.bytes_max, self.level + gain), now


class ByteBuckets:
    """The buckets of one process, by budget and owner."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with full buckets."""
        self._clock = clock
        self._buckets: dict[tuple[str, str], Bucket] = {}

    def spend(self, budget: Budget, part: str, cost: int) -> int | None:
        """Spend `cost` bytes, or nothing: then return the seconds to wait."""
        bucket = self._bucket(budget, part)
        if bucket.level < cost:
            return max(math.ceil((cost - bucket.level) / budget.refill), 1)
        bucket.level -= cost
        bucket.unreported += cost
        return None

    def give_back(self, budget: Budget, part: str, cost: int) -> None:
        """Take back spent bytes: nothing was stored after all."""
        bucket = self._bucket(budget, part)
        bucket.level = min(budget.bytes_max, bucket.level + cost)
        bucket.unreported -= cost

    async def tell(self, client: aioredis.Redis, within_s: float) -> None:
        """Report the spending and read back that of others. Raises UNREACHABLE."""
        unsent = {key: b for key, b in self._buckets.items() if b.unreported}
        if not unsent:
            return
        amounts = [bucket.unreported for bucket in unsent.values()]
        pipe = client.pipeline(transaction=False)
        for (key, bucket), spent in zip(unsent.items(), amounts, strict=True):
            pipe.eval(SCRIPT, 1, key_of(*key), *_arguments(bucket, spent))
        async with asyncio.timeout(within_s):
            levels = await pipe.execute()
        now = self._clock()
        for bucket, spent, level in zip(unsent.values(), amounts, levels, strict=True):
            bucket.unreported -= spent
            bucket.level, bucket.at = float(level) - bucket.unreported, now

    def _bucket(self, budget: Budget, part: str) -> Bucket:
        now = self._clock()
        bucket = self._buckets.get((budget.name, part))
        if bucket is None:
            if len(self._buckets) >= BUCKETS_MAX:
                self._make_room(now)
            bucket = self._buckets[budget.name, part] = Bucket(budget, budget.bytes_max, now)
        bucket.refill(now)
        return bucket

    def _make_room(self, now: float) -> None:
        """Drop full buckets, or if few are full, all: Redis knows them."""
        for bucket in self._buckets.values():
            bucket.refill(now)
        partly_full = {key: b for key, b in self._buckets.items() if b.level < b.budget.bytes_max}
        self._buckets = partly_full if len(partly_full) < BUCKETS_MAX // 2 else {}


def _arguments(bucket: Bucket, spent: int) -> list[str | int | float]:
    budget = bucket.budget
    ttl_s = math.ceil(2 * budget.bytes_max / budget.refill)
    return [budget.bytes_max, budget.refill, spent, bucket.level + spent, ttl_s]


def key_of(name: str, part: str) -> str:
    """Return a bucket's key in Redis; accounts appear in it only as digests."""
    return f"{keys.LIMITS}:{name}:{sha256(part.encode()).hexdigest()[:32]}"
