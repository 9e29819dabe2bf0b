"""Contention: whether other streams were written to lately as well."""

import math
import time
from collections.abc import Callable
from typing import Final

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
