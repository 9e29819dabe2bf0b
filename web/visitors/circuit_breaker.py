"""Reading from Redis for visitors: who knows that it is gone does not wait for it."""

import time
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

from domain.store.redis.reader import UNREACHABLE

READ_S: Final = 0.5  # a visitor waits for a frozen Redis no longer than this, and once a pause
PAUSE_S: Final = 0.5

Value = TypeVar("Value")


class Breaker:
    """Lets reads through, unless one failed a moment ago."""

    def __init__(self) -> None:
        """Let everything through."""
        self._paused_until = 0.0

    async def read(self, reading: Coroutine[Any, Any, Value]) -> Value:
        """Read. Raises one of UNREACHABLE, at once if Redis did not answer a moment ago."""
        if time.monotonic() < self._paused_until:
            reading.close()
            message = "Redis did not answer a moment ago"
            raise ConnectionError(message)
        try:
            return await reading
        except UNREACHABLE:
            self._paused_until = time.monotonic() + PAUSE_S
            raise

    def open(self) -> None:
        """Let everything through from now on: Redis has spoken."""
        self._paused_until = 0.0
