"""Request counts in the process, synchronised through Redis.

Every `EVERY_S` seconds a process reports the counts of clients that used a noticeable part of a
limit, and reads back the sums of all processes. Clients far below a limit cost Redis nothing, and a
limit is exceeded by at most `PART` of it per process and the requests within `EVERY_S`. While Redis
is gone each process counts for itself, and logs an error.
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

from domain.runtime import metrics
from domain.store.redis import keys
from domain.store.redis.rate_limits.byte_buckets import ByteBuckets
from domain.store.redis.rate_limits.rules import Limit
from domain.store.redis.reader import UNREACHABLE

log = logging.getLogger(__name__)

EVERY_S: Final = 0.25
PART: Final = 20  # a twentieth of a limit is reported; less is not worth a command
WITHIN_S: Final = 0.2
PAUSE_S: Final = 5.0  # after Redis did not answer; the error is logged as often
WINDOWS_MAX: Final = 50_000  # some 200 bytes each


@dataclass(slots=True)
class Window:
    """A count until `ends_at` (Unix seconds): of all processes, and unreported."""

    limit: Limit
    ends_at: int
    total: int = 0
    unreported: int = 0

    def is_running(self, now: float) -> bool:
        """Tell whether `now` is within this window; the clock may have been set back."""
        return now < self.ends_at <= now + self.limit.window_s


class RequestCounts:
    """Counts per limit and per `part`, such as an address or an account."""

    def __init__(
        self, cache_url: str, *, is_on: bool, clock: Callable[[], float] = time.time
    ) -> None:
        """Connect lazily; `is_on` false: nothing is counted, nothing is limited."""
        self.is_on = is_on
        self.buckets = ByteBuckets()
        self._clock = clock
        self._windows: dict[tuple[str, str], Window] = {}
        self._paused_until = 0.0
        self._report_task: asyncio.Task[None] | None = None
        self._redis = aioredis.Redis.from_url(
            cache_url,
            socket_timeout=WITHIN_S,
            socket_connect_timeout=WITHIN_S,
            retry=Retry(NoBackoff(), 0),  # the next report is the retry
        )

    def hit(self, limit: Limit, part: str) -> int | None:
        """Count one; above the limit count nothing and return the seconds to wait."""
        if not self.is_on:
            return None
        now = self._clock()
        window = self._window(limit, part, now)
        if window.total + window.unreported >= limit.amount:
            metrics.LIMITED.labels(limit.name).inc()
            return max(math.ceil(window.ends_at - now), 1)
        window.unreported += 1
        return None

    def start(self) -> None:
        """Start the reports to other processes."""
        if self.is_on:
            self._report_task = asyncio.create_task(self._report_loop())

    async def stop(self) -> None:
        """Stop the reports."""
        if self._report_task:
            self._report_task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._report_task
        await self._redis.aclose()

    async def tell(self) -> None:
        """Report noticeable counts and read back the sums. Raises UNREACHABLE."""
        await self._report_windows()
        await self.buckets.tell(self._redis, WITHIN_S)

    async def _report_windows(self) -> None:
        noticeable = {
            name: window
            for name, window in self._windows.items()
            if window.unreported * PART >= window.limit.amount
        }
        if not noticeable:
            return
        counts = [window.unreported for window in noticeable.values()]
        pipe = self._redis.pipeline(transaction=False)
        for (name, window), count in zip(noticeable.items(), counts, strict=True):
            key = key_of(name, window)
            pipe.incrby(key, count)
            pipe.expire(key, window.limit.window_s + 1)  # by the clock of Redis only
        async with asyncio.timeout(WITHIN_S):
            sums = await pipe.execute()
        for window, count, total in zip(noticeable.values(), counts, sums[::2], strict=True):
            window.total, window.unreported = int(total), window.unreported - count

    def _window(self, limit: Limit, part: str, now: float) -> Window:
        window = self._windows.get((limit.name, part))
        if window is not None and window.is_running(now):
            return window
        if len(self._windows) >= WINDOWS_MAX:
            self._drop_past(now)
        ends_at = (int(now) // limit.window_s + 1) * limit.window_s
        window = self._windows[limit.name, part] = Window(limit, ends_at)
        return window

    def _drop_past(self, now: float) -> None:
        """Drop windows that are over, or if all are running, all of them."""
        running = {name: w for name, w in self._windows.items() if w.is_running(now)}
        self._windows = running if len(running) < WINDOWS_MAX // 2 else {}

    async def _report_loop(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            if time.monotonic() < self._paused_until:
                continue
            try:
                await self.tell()
            except UNREACHABLE as error:
                self._paused_until = time.monotonic() + PAUSE_S
                message = "COUNTING REQUESTS IN THIS PROCESS ONLY, Redis does not answer: %r"
                log.error(message, error)  # noqa: TRY400 - no bug of ours


def key_of(name: tuple[str, str], window: Window) -> str:
    """Return a window's key in Redis; addresses and accounts appear only as digests."""
    limit, part = name
    return f"{keys.LIMITS}:{limit}:{sha256(part.encode()).hexdigest()[:32]}:{window.ends_at}"
