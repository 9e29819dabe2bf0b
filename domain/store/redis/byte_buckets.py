"""Budgets of bytes, spent in the process without a trip; what others spent is read back from Redis.

A process begins with full buckets and tells four times a second what it spent, with what
`domain.store.redis.request_counts` tells: at most one thing for each command that it appended. So a
bucket is overdrawn by little, and that is paid back before more is given. One that nobody has used
for as long as it takes to fill is forgotten. Source: docs/decisions/0013-byte-budget.md.
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

from domain.rate_limits import Budget
from domain.store.redis import keys

BUCKETS_MAX: Final = 20_000  # some 300 bytes each
SCRIPT: Final = (Path(__file__).parent / "scripts" / "spend.lua").read_text()


@dataclass(slots=True)
class Bucket:
    """How many bytes are left, as of `at` by the process's clock, and what is yet untold."""

    budget: Budget
    level: float
    at: float
    untold: int = 0

    def refill(self, now: float) -> None:
        """Add what has come since the last time."""
        came = (now - self.at) * self.budget.refill
        self.level, self.at = min(self.budget.bytes_max, self.level + came), now


class Buckets:
    """The buckets of one process, by budget and by whose they are."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with full ones."""
        self._clock = clock
        self._buckets: dict[tuple[str, str], Bucket] = {}

    def spend(self, budget: Budget, part: str, cost: int) -> int | None:
        """Spend `cost` bytes; if there are too few nothing is spent: return the seconds to wait."""
        bucket = self._bucket(budget, part)
        if bucket.level < cost:
            return max(math.ceil((cost - bucket.level) / budget.refill), 1)
        bucket.level -= cost
        bucket.untold += cost
        return None

    def give_back(self, budget: Budget, part: str, cost: int) -> None:
        """Take back what was spent: nothing was stored after all."""
        bucket = self._bucket(budget, part)
        bucket.level = min(budget.bytes_max, bucket.level + cost)
        bucket.untold -= cost

    async def tell(self, client: aioredis.Redis, within_s: float) -> None:
        """Tell what was spent and take over what others did. Raises UNREACHABLE."""
        told = {key: b for key, b in self._buckets.items() if b.untold}
        if not told:
            return
        spoken = [bucket.untold for bucket in told.values()]
        pipe = client.pipeline(transaction=False)
        for (key, bucket), spent in zip(told.items(), spoken, strict=True):
            pipe.eval(SCRIPT, 1, key_of(*key), *_arguments(bucket, spent))
        async with asyncio.timeout(within_s):
            levels = await pipe.execute()
        now = self._clock()
        for bucket, spent, level in zip(told.values(), spoken, levels, strict=True):
            bucket.untold -= spent
            bucket.level, bucket.at = float(level) - bucket.untold, now

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
        """Forget full buckets, or if few are full, all: Redis knows them."""
        for bucket in self._buckets.values():
            bucket.refill(now)
        left = {key: b for key, b in self._buckets.items() if b.level < b.budget.bytes_max}
        self._buckets = left if len(left) < BUCKETS_MAX // 2 else {}


def _arguments(bucket: Bucket, spent: int) -> list[str | int | float]:
    budget = bucket.budget
    lasts_s = math.ceil(2 * budget.bytes_max / budget.refill)
    return [budget.bytes_max, budget.refill, spent, bucket.level + spent, lasts_s]


def key_of(name: str, part: str) -> str:
    """Name a bucket in Redis; nobody's account stands there."""
    return f"{keys.LIMITS}:{name}:{sha256(part.encode()).hexdigest()[:32]}"
