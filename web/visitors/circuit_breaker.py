"""A circuit breaker for reads from Redis: after a failure, reads fail at once."""

import time
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

from domain.store.redis.reader import UNREACHABLE

READ_S: Final = 0.5  # the longest wait for a frozen Redis, once per pause
PAUSE_S: Final = 0.5

Value = TypeVar("Value")


class CircuitBreaker:
    """Passes reads on, unless one failed less than `PAUSE_S` ago."""

    def __init__(self) -> None:
        """Start closed: every read passes."""
        self._paused_until = 0.0

    async def read(self, reading: Coroutine[Any, Any, Value]) -> Value:
        """Await a read. Raises one of UNREACHABLE, at once during a pause."""
        if time.monotonic() < self._paused_until:
            reading.close()
            message = "Redis did not answer a moment ago"
            raise ConnectionError(message)
        try:
            return await reading
        except UNREACHABLE:
            self._paused_until = time.monotonic() + PAUSE_S
            raise

    def close(self) -> None:
        """Pass reads on from now on: Redis has answered."""
        self._paused_until = 0.0
