"""Counts of attempts in Redis, across processes.

While Redis is gone or slow each process counts for itself, and logs an error. That locks out no
client; an attacker that makes Redis slow gains only a few attempts per process.
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

KEYS_MAX: Final = 10_000


class FallbackCounts:
    """Windows by key: the count, and the end by the process's clock."""

    def __init__(self) -> None:
        """Begin without any window."""
        self._windows: dict[str, tuple[int, float]] = {}

    def hit(self, limit: Limit, key: str) -> float | None:
        """Count one; if that exceeds the limit, return the seconds left."""
        return self._add(limit, key, 1)

    def peek(self, limit: Limit, key: str) -> float | None:
        """Return the seconds left if one more would exceed the limit."""
        count, ends_at = self._window(limit, key)
        return None if count < limit.amount else ends_at - time.monotonic()

    def give_back(self, limit: Limit, key: str) -> None:
        """Take back one, if there is one."""
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


log = logging.getLogger(__name__)

WITHIN_S = 0.2  # Redis may take no longer
CONNECTIONS = 32
Ask: TypeAlias = Callable[[RateLimitItem, str], Awaitable[float | None]]
Spare: TypeAlias = Callable[[Limit, str], float | None]


class AttemptCounts:
    """Counts per limit and per `parts`, such as an address or an account."""

    def __init__(self, cache_url: str, *, is_on: bool) -> None:
        """Connect lazily; `is_on` false: nothing is counted, nothing is limited."""
        self._is_on = is_on
        self._fallback = FallbackCounts()
        self._pool = aioredis.BlockingConnectionPool.from_url(
            cache_url,
            max_connections=CONNECTIONS,
            timeout=WITHIN_S,
            socket_timeout=WITHIN_S,
            socket_connect_timeout=WITHIN_S,
            retry=Retry(NoBackoff(), 0),  # there is no time for another try
        )
        # The pool knows the address; the URL only says which kind of storage it is.
        self._storage = RedisStorage(
            "async+redis://",
            implementation="redispy",
            key_prefix=keys.LIMITS,
            connection_pool=self._pool,  # type: ignore[arg-type]  # documented, but not typed
        )
        self._windows = FixedWindowRateLimiter(self._storage)

    async def hit(self, limit: Limit, *parts: str) -> int | None:
        """Count one; above the limit, return the seconds until the next try."""
        wait_s = await self._call(self._hit, self._fallback.hit, limit, parts)
        if wait_s is not None:
            metrics.LIMITED.labels(limit.name).inc()
        return wait_s

    async def peek(self, limit: Limit, *parts: str) -> int | None:
        """Return the seconds to wait if one more would exceed the limit; count nothing."""
        return await self._call(self._peek, self._fallback.peek, limit, parts)

    async def give_back(self, limit: Limit, *parts: str) -> None:
        """Take back one count."""
        await self._call(self._give_back, self._fallback.give_back, limit, parts)

    async def close(self) -> None:
        """Close the connections."""
        await self._pool.aclose()

    async def _call(
        self, call: Ask, fallback: Spare, limit: Limit, parts: tuple[str, ...]
    ) -> int | None:
        if not self._is_on:
            return None
        key = _digest(parts)
        try:
            async with asyncio.timeout(WITHIN_S):
                left_s = await call(_item(limit), key)
        except UNREACHABLE as error:
            log.error("COUNTING ATTEMPTS IN THIS PROCESS ONLY, Redis does not answer: %r", error)  # noqa: TRY400 - no bug of ours
            left_s = fallback(limit, key)
        return None if left_s is None else max(math.ceil(left_s), 1)

    async def _hit(self, item: RateLimitItem, key: str) -> float | None:
        return None if await self._windows.hit(item, key) else await self._left_s(item, key)

    async def _peek(self, item: RateLimitItem, key: str) -> float | None:
        return None if await self._windows.test(item, key) else await self._left_s(item, key)

    async def _left_s(self, item: RateLimitItem, key: str) -> float:
        return (await self._windows.get_window_stats(item, key)).reset_time - time.time()

    async def _give_back(self, item: RateLimitItem, key: str) -> None:
        await self._storage.incr(item.key_for(key), item.get_expiry(), -1)


def _item(limit: Limit) -> RateLimitItem:
    return RateLimitItemPerSecond(limit.amount, limit.window_s, limit.name)


def _digest(parts: tuple[str, ...]) -> str:
    """Return a short digest of `parts`: Redis holds no address or e-mail."""
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
