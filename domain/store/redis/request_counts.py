"""Counting requests without a trip: in the process, with what others counted read back from Redis.

What a process has counted it tells every `EVERY_S` seconds, of whoever used up a noticeable part of
a limit, and takes over the sum of all processes. So whoever stays far below costs Redis nothing,
and a limit is exceeded by no more than `PART` of it a process and what comes in `EVERY_S`.
While Redis is gone each process counts for itself, loudly.
"""

import asyncio
import contextlib
import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import redis.asyncio as aioredis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from domain.rate_limits import Limit
from domain.runtime import metrics
from domain.store.redis import keys
from domain.store.redis.byte_buckets import Buckets
from domain.store.redis.reader import UNREACHABLE

log = logging.getLogger(__name__)

EVERY_S: Final = 0.25
PART: Final = 20  # a twentieth of a limit is told; less is not worth a word
WITHIN_S: Final = 0.2
PAUSE_S: Final = 5.0  # after Redis did not answer; the line that says so comes as often
WINDOWS_MAX: Final = 50_000  # some 200 bytes each


@dataclass(slots=True)
class Window:
    """A count that ends at `ends_at` (Unix seconds): of all processes, and what is yet untold."""

    limit: Limit
    ends_at: int
    known: int = 0
    untold: int = 0

    def is_running(self, now: float) -> bool:
        """Tell whether it is this window's time: not over, nor before it, the clock set back."""
        return now < self.ends_at <= now + self.limit.window_s


class Pace:
    """Counts per limit and per `part`, which says whose requests they are."""

    def __init__(
        self, cache_url: str, *, is_on: bool, clock: Callable[[], float] = time.time
    ) -> None:
        """Connect lazily; `is_on` false: nothing is counted, nothing is limited."""
        self.is_on = is_on
        self.buckets = Buckets()
        self._clock = clock
        self._windows: dict[tuple[str, str], Window] = {}
        self._quiet_until = 0.0
        self._telling: asyncio.Task[None] | None = None
        self._redis = aioredis.Redis.from_url(
            cache_url,
            socket_timeout=WITHIN_S,
            socket_connect_timeout=WITHIN_S,
            retry=Retry(NoBackoff(), 0),  # the next turn is the retry
        )

    def hit(self, limit: Limit, part: str) -> int | None:
        """Count one; if that is one too many, it does not count: return the seconds to wait."""
        if not self.is_on:
            return None
        now = self._clock()
        window = self._window(limit, part, now)
        if window.known + window.untold >= limit.amount:
            metrics.LIMITED.labels(limit.name).inc()
            return max(math.ceil(window.ends_at - now), 1)
        window.untold += 1
        return None

    def start(self) -> None:
        """Begin to tell other processes what is counted here."""
        if self.is_on:
            self._telling = asyncio.create_task(self._tell_on())

    async def stop(self) -> None:
        """Tell no more."""
        if self._telling:
            self._telling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._telling
        await self._redis.aclose()

    async def tell(self) -> None:
        """Tell what is worth it and take over what others counted. Raises UNREACHABLE."""
        await self._tell_windows()
        await self.buckets.tell(self._redis, WITHIN_S)

    async def _tell_windows(self) -> None:
        told = {
            name: window
            for name, window in self._windows.items()
            if window.untold * PART >= window.limit.amount
        }
        if not told:
            return
        spoken = [window.untold for window in told.values()]
        pipe = self._redis.pipeline(transaction=False)
        for (name, window), count in zip(told.items(), spoken, strict=True):
            key = key_of(name, window)
            pipe.incrby(key, count)
            pipe.expire(key, window.limit.window_s + 1)  # by no clock but that of Redis
        async with asyncio.timeout(WITHIN_S):
            sums = await pipe.execute()
        for window, count, known in zip(told.values(), spoken, sums[::2], strict=True):
            window.known, window.untold = int(known), window.untold - count

    def _window(self, limit: Limit, part: str, now: float) -> Window:
        held = self._windows.get((limit.name, part))
        if held is not None and held.is_running(now):
            return held
        if len(self._windows) >= WINDOWS_MAX:
            self._forget_past(now)
        ends_at = (int(now) // limit.window_s + 1) * limit.window_s
        window = self._windows[limit.name, part] = Window(limit, ends_at)
        return window

    def _forget_past(self, now: float) -> None:
        """Make room: of windows that are over, or if all are running, of all."""
        running = {name: w for name, w in self._windows.items() if w.is_running(now)}
        self._windows = running if len(running) < WINDOWS_MAX // 2 else {}

    async def _tell_on(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            if time.monotonic() < self._quiet_until:
                continue
            try:
                await self.tell()
            except UNREACHABLE as error:
                self._quiet_until = time.monotonic() + PAUSE_S
                said = "COUNTING REQUESTS IN THIS PROCESS ONLY, Redis does not answer: %r"
                log.error(said, error)  # noqa: TRY400 - no bug of ours


def key_of(name: tuple[str, str], window: Window) -> str:
    """Name a window in Redis; nobody's address or account stands there."""
    limit, part = name
    return f"{keys.LIMITS}:{limit}:{sha256(part.encode()).hexdigest()[:32]}:{window.ends_at}"
