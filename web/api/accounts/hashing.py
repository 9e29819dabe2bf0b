"""Slots for password hashing: a few at once, with a short queue by urgency."""

import asyncio
import heapq
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import IntEnum
from typing import Final, TypeAlias

from web.http.errors import ApiError, unavailable

AT_ONCE: Final = 2  # each hash takes PASSWORD_MEMORY_MIB and a core for tens of milliseconds
WAITING_MAX: Final = 20  # two at a time, they are done within a second
BUSY: Final = "Too many passwords are being checked at the moment. Please try again."


class Urgency(IntEnum):
    """Priority of a hash; logins come first, because a login blocks all other work."""

    LOGIN = 0
    SIGN_UP = 1
    CONFIRMATION = 2


Waiter: TypeAlias = tuple[Urgency, int, asyncio.Future[None]]


class HashingSlots:
    """Hashing slots; past `WAITING_MAX` the least urgent, latest waiter is rejected."""

    def __init__(self) -> None:
        """Start with an empty queue."""
        self._running = 0
        self._waiting: list[Waiter] = []
        self._numbers = itertools.count()

    @asynccontextmanager
    async def slot(self, urgency: Urgency) -> AsyncIterator[None]:
        """Wait for a slot. Raises ApiError 503."""
        await self._enter(urgency)
        try:
            yield
        finally:
            self._leave()

    async def _enter(self, urgency: Urgency) -> None:
        if self._running < AT_ONCE:
            self._running += 1
            return
        if len(self._waiting) >= WAITING_MAX:
            self._refuse_one_for(urgency)
        waiter: Waiter = (urgency, next(self._numbers), asyncio.Future())
        heapq.heappush(self._waiting, waiter)
        try:
            await waiter[2]
        except asyncio.CancelledError:
            self._forget(waiter)
            raise

    def _refuse_one_for(self, urgency: Urgency) -> None:
        """Reject the least urgent waiter, or the caller if it is no more urgent."""
        least_urgent = max(self._waiting)
        if least_urgent[0] <= urgency:
            raise busy()
        self._drop(least_urgent)
        if not least_urgent[2].done():
            least_urgent[2].set_exception(busy())

    def _drop(self, waiter: Waiter) -> None:
        self._waiting.remove(waiter)
        heapq.heapify(self._waiting)

    def _forget(self, waiter: Waiter) -> None:
        """Remove a cancelled waiter; pass on a slot that it already had."""
        if waiter in self._waiting:
            self._drop(waiter)
        elif not waiter[2].cancelled() and waiter[2].exception() is None:
            self._leave()

    def _leave(self) -> None:
        """Pass the slot to the next waiter."""
        while self._waiting:
            future = heapq.heappop(self._waiting)[2]
            if not future.done():
                future.set_result(None)
                return
        self._running -= 1


def busy() -> ApiError:
    """Return a 503 for a full hashing queue."""
    return unavailable(BUSY)
