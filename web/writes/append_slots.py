"""Append slots: the Postgres connections that appends to one stream may hold.

Appends to one stream wait for each other at its row's lock. Without slots a burst of writes to one
page would hold every connection of the process while waiting there.

Under contention a busy stream leaves others room: after each append its slot cools down for a
multiple of the append's duration (docs/decisions/0010-neighbours.md).
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

AT_ONCE: Final = 2  # one commits, one is ready
WAIT_S: Final = 2.0  # like the pool's own limit; nothing was accepted then
KNOWN_MAX: Final = 20_000
BUSY: Final = 16  # more appends of one stream than any monitor sends
COOL_DOWN_FACTOR: Final = 3.0  # the cool-down of a busy stream, as a multiple of its append
COOL_DOWN_MAX_S: Final = 0.05


class SlotTimeoutError(Exception):
    """No slot became free in time."""


class AppendSlots:
    """A limited number of slots per name; unused names take no memory."""

    def __init__(self, is_contended: Callable[[str], bool] = lambda _: False) -> None:
        """Start without users; `is_contended` tells whether other streams were active lately."""
        self._is_contended = is_contended
        self._semaphores: dict[str, tuple[asyncio.Semaphore, int]] = {}
        self._stream_of: dict[str, str] = {}

    @asynccontextmanager
    async def slot(self, name: str) -> AsyncIterator[None]:
        """Hold a slot, first come, first served. Raises SlotTimeoutError after `WAIT_S`."""
        stream = self._stream_of.get(name, name)
        semaphore, users = self._semaphores.get(stream, (asyncio.Semaphore(AT_ONCE), 0))
        self._semaphores[stream] = semaphore, users + 1
        try:
            await self._acquire(semaphore)
            began_at = time.monotonic()
            try:
                yield
            finally:
                self._release(semaphore, self._cool_down_of(stream, time.monotonic() - began_at))
        finally:
            self._leave(stream)

    async def _acquire(self, semaphore: asyncio.Semaphore) -> None:
        try:
            async with asyncio.timeout(WAIT_S):
                await semaphore.acquire()
        except TimeoutError:
            raise SlotTimeoutError from None

    def _cool_down_of(self, stream: str, took_s: float) -> float:
        is_busy = self._semaphores[stream][1] >= BUSY and self._is_contended(stream)
        return min(COOL_DOWN_FACTOR * took_s, COOL_DOWN_MAX_S) if is_busy else 0.0

    def _release(self, semaphore: asyncio.Semaphore, cool_down_s: float) -> None:
        """Free the slot, after a cool-down; the finished append does not wait for it."""
        if cool_down_s:
            asyncio.get_running_loop().call_later(cool_down_s, semaphore.release)
        else:
            semaphore.release()

    def note_stream(self, name: str, stream_id: str) -> None:
        """Record the stream of a key: all keys of a page share slots."""
        if name not in self._stream_of:
            if len(self._stream_of) >= KNOWN_MAX:
                self._stream_of.clear()
            self._stream_of[name] = stream_id

    def _leave(self, stream: str) -> None:
        semaphore, users = self._semaphores[stream]
        if users == 1:
            del self._semaphores[stream]
        else:
            self._semaphores[stream] = semaphore, users - 1


LATELY_S: Final = 1.0


class Contention:
    """The last two announced streams, and the time of each."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start without any stream."""
        self._clock = clock
        self._last = self._other = ("", -math.inf)

    def note_announcement(self, stream_id: str) -> None:
        """Record an announcement of a stream's writes, by any process."""
        if stream_id != self._last[0]:
            self._other = self._last
        self._last = stream_id, self._clock()

    def has_others(self, stream_id: str) -> bool:
        """Return whether other streams were announced in the last `LATELY_S` seconds."""
        other = self._other if self._last[0] == stream_id else self._last
        return self._clock() - other[1] < LATELY_S
