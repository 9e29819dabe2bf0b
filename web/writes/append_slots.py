"""Turns: how many connections to Postgres the appends to one stream may hold at a time.

Appends to one stream wait for each other at its row's lock. Without turns a storm on one page would
hold every connection of the process while it waits there, and nobody else would get one.

While others are written to, a stream with many waiting leaves them room: after each turn it rests
for some times as long (docs/decisions/0010-neighbours.md).
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

AT_ONCE: Final = 2  # one commits, one stands ready
WAIT_S: Final = 2.0  # like the pool's own limit: then nothing was accepted
KNOWN_MAX: Final = 20_000
BUSY: Final = 16  # so many of one stream in this process are no monitor, but a storm
RESTS: Final = 3.0  # for how many times as long as its turn took a busy stream rests
REST_MAX_S: Final = 0.05


class TurnNotTakenError(Exception):
    """So many were before it that its turn did not come in time."""


class Turns:
    """Lets so many at a time through for each name; there is nothing of a name that nobody uses."""

    def __init__(self, has_neighbours: Callable[[str], bool] = lambda _: False) -> None:
        """Begin with nobody; ask `has_neighbours` whether a stream is not the only one lately."""
        self._has_neighbours = has_neighbours
        self._gates: dict[str, tuple[asyncio.Semaphore, int]] = {}
        self._stream_of: dict[str, str] = {}

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """Wait for a turn, first come, first served. Raises TurnNotTakenError after `WAIT_S`."""
        stream = self._stream_of.get(name, name)
        gate, users = self._gates.get(stream, (asyncio.Semaphore(AT_ONCE), 0))
        self._gates[stream] = gate, users + 1
        try:
            await self._acquire(gate)
            began_at = time.monotonic()
            try:
                yield
            finally:
                self._release(gate, self._rest_of(stream, time.monotonic() - began_at))
        finally:
            self._leave(stream)

    async def _acquire(self, gate: asyncio.Semaphore) -> None:
        try:
            async with asyncio.timeout(WAIT_S):
                await gate.acquire()
        except TimeoutError:
            raise TurnNotTakenError from None

    def _rest_of(self, stream: str, took_s: float) -> float:
        is_busy = self._gates[stream][1] >= BUSY and self._has_neighbours(stream)
        return min(RESTS * took_s, REST_MAX_S) if is_busy else 0.0

    def _release(self, gate: asyncio.Semaphore, rest_s: float) -> None:
        """Let the next one through, after a rest: who has had the turn does not wait for it."""
        if rest_s:
            asyncio.get_running_loop().call_later(rest_s, gate.release)
        else:
            gate.release()

    def learn(self, name: str, stream_id: str) -> None:
        """Note which stream a key writes to, so that all keys of a page take turns together."""
        if name not in self._stream_of:
            if len(self._stream_of) >= KNOWN_MAX:
                self._stream_of.clear()
            self._stream_of[name] = stream_id

    def _leave(self, stream: str) -> None:
        gate, users = self._gates[stream]
        if users == 1:
            del self._gates[stream]
        else:
            self._gates[stream] = gate, users - 1
