"""Turns: how many connections to Postgres the appends to one stream may hold at a time.

Appends to one stream wait for each other at its row's lock. Without turns a storm on one page would
hold every connection of the process while it waits there, and nobody else would get one.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

AT_ONCE: Final = 2  # one commits, one stands ready
WAIT_S: Final = 2.0  # like the pool's own limit: then nothing was accepted
KNOWN_MAX: Final = 20_000


class TurnNotTakenError(Exception):
    """So many were before it that its turn did not come in time."""


class Turns:
    """Lets so many at a time through for each name; there is nothing of a name that nobody uses."""

    def __init__(self) -> None:
        """Begin with nobody."""
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
            try:
                yield
            finally:
                gate.release()
        finally:
            self._leave(stream)

    async def _acquire(self, gate: asyncio.Semaphore) -> None:
        try:
            async with asyncio.timeout(WAIT_S):
                await gate.acquire()
        except TimeoutError:
            raise TurnNotTakenError from None

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
