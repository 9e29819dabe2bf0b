"""Counts of attempts in Redis, shared by all processes.

While Redis does not answer in time, each process counts on its own, and logs an error. So no client
is locked out. An attacker who slows Redis down gets as many attempts as the limit allows from each
process.
"""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Final, TypeAlias

import redis.asyncio as aioredis
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.aio.storage import RedisStorage
from limits.aio.strategies import FixedWindowRateLimiter
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from domain.runtime import metrics
from domain.store.redis import keys
from domain.store.redis.rate_limits.rules import Limit
from domain.store.redis.reader import UNREACHABLE

log = logging.getLogger(__name__)

# Of one process. With more keys it forgets all of its counts, so that its memory is bounded.
KEYS_MAX: Final = 10_000
REDIS_TIMEOUT_S: Final = 0.2  # for each operation, all of its commands together
CONNECTIONS: Final = 32
RedisOperation: TypeAlias = Callable[[RateLimitItem, str], Awaitable[float | None]]
FallbackOperation: TypeAlias = Callable[[Limit, str], float | None]


class FallbackCounts:
    """The counts of one process, by limit and key, and their windows' ends.

    An end is a time of the process's monotonic clock.
    """

    def __init__(self) -> None:
        """Start without counts."""
        self._windows: dict[str, tuple[int, float]] = {}

    def hit(self, limit: Limit, key: str) -> float | None:
        """Count one attempt; if it exceeds the limit, return the window's remaining seconds."""
        return self._add(limit, key, 1)

    def peek(self, limit: Limit, key: str) -> float | None:
        """Return the window's remaining seconds if another attempt would exceed the limit."""
        count, ends_at = self._window(limit, key)
        return None if count < limit.amount else ends_at - time.monotonic()

    def undo_hit(self, limit: Limit, key: str) -> None:
        """Subtract one attempt, unless the window has none."""
        if self._window(limit, key)[0] > 0:
            self._add(limit, key, -1)

    def _add(self, limit: Limit, key: str, amount: int) -> float | None:
        count, ends_at = self._window(limit, key)
        if len(self._windows) >= KEYS_MAX:
            self._windows.clear()
        self._windows[f"{limit.name}/{key}"] = count + amount, ends_at
        return None if count + amount <= limit.amount else ends_at - time.monotonic()

    def _window(self, limit: Limit, key: str) -> tuple[int, float]:
        now = time.monotonic()
        window = self._windows.get(f"{limit.name}/{key}", (0, now))
        return window if window[1] > now else (0, now + limit.window_s)


class Storage(RedisStorage):
    """The storage of limits, without a search for other client libraries than ours."""

    # The wheel of the embedded server brings one, whose import takes longer than that of limits.
    DEPENDENCIES = {"redis": RedisStorage.DEPENDENCIES["redis"]}  # noqa: RUF012 - as in limits


class AttemptCounts:
    """Counts of attempts by limit and by `parts`, such as an address or an account."""

    def __init__(self, cache_url: str, *, is_on: bool) -> None:
        """Prepare connections, which open at first use; nothing counts unless `is_on`."""
        self._is_on = is_on
        self._fallback = FallbackCounts()
        self._pool = aioredis.BlockingConnectionPool.from_url(
            cache_url,
            max_connections=CONNECTIONS,
            timeout=REDIS_TIMEOUT_S,
            socket_timeout=REDIS_TIMEOUT_S,
            socket_connect_timeout=REDIS_TIMEOUT_S,
            retry=Retry(NoBackoff(), 0),  # the timeout leaves no time for a retry
        )
        # The URL only selects the kind of storage; the address is that of the pool.
        self._storage = Storage(
            "async+redis://",
            implementation="redispy",
            key_prefix=keys.LIMITS,
            connection_pool=self._pool,  # type: ignore[arg-type]  # documented, but not typed
        )
        self._limiter = FixedWindowRateLimiter(self._storage)

    async def hit(self, limit: Limit, *parts: str) -> int | None:
        """Count one attempt; if it exceeds the limit, return the seconds to wait."""
        wait_s = await self._call(self._hit, self._fallback.hit, limit, parts)
        if wait_s is not None:
            metrics.LIMITED.labels(limit.name).inc()
        return wait_s

    async def peek(self, limit: Limit, *parts: str) -> int | None:
        """Return the seconds to wait if another attempt would exceed the limit."""
        return await self._call(self._peek, self._fallback.peek, limit, parts)

    async def undo_hit(self, limit: Limit, *parts: str) -> None:
        """Subtract one attempt, unless the window has none."""
        await self._call(self._undo_hit, self._fallback.undo_hit, limit, parts)

    async def close(self) -> None:
        """Close the connections."""
        await self._pool.aclose()

    async def _call(
        self,
        operation: RedisOperation,
        fallback: FallbackOperation,
        limit: Limit,
        parts: tuple[str, ...],
    ) -> int | None:
        """Run the operation in Redis, else the fallback; return the seconds to wait, if any."""
        if not self._is_on:
            return None
        key = _digest(parts)
        try:
            async with asyncio.timeout(REDIS_TIMEOUT_S):
                left_s = await operation(_item(limit), key)
        except UNREACHABLE as error:
            log.error("COUNTING ATTEMPTS IN THIS PROCESS ONLY, Redis does not answer: %r", error)  # noqa: TRY400 - an outage has no useful traceback
            left_s = fallback(limit, key)
        return None if left_s is None else max(math.ceil(left_s), 1)

    async def _hit(self, item: RateLimitItem, key: str) -> float | None:
        return None if await self._limiter.hit(item, key) else await self._left_s(item, key)

    async def _peek(self, item: RateLimitItem, key: str) -> float | None:
        return None if await self._limiter.test(item, key) else await self._left_s(item, key)

    async def _left_s(self, item: RateLimitItem, key: str) -> float:
        return (await self._limiter.get_window_stats(item, key)).reset_time - time.time()

    async def _undo_hit(self, item: RateLimitItem, key: str) -> None:
        # The window of the attempt may have ended: its successor may not begin below zero.
        if await self._storage.get(item.key_for(key)) > 0:
            await self._storage.incr(item.key_for(key), item.get_expiry(), -1)


def _item(limit: Limit) -> RateLimitItem:
    return RateLimitItemPerSecond(limit.amount, limit.window_s, limit.name)


def _digest(parts: tuple[str, ...]) -> str:
    """Return a digest of `parts`, so that Redis holds no IP address or e-mail address."""
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
