"""Neighbours: whether other streams are written to as well, so that a busy one leaves them room."""

import math
import time
from collections.abc import Callable
from typing import Final

LATELY_S: Final = 1.0


class Neighbours:
    """Remembers of the announcements which two streams were heard of last, and when."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with nobody."""
        self._clock = clock
        self._last = self._other = ("", -math.inf)

    def heard(self, stream_id: str) -> None:
        """Note that something became of a stream's writes, in whatever process they came in."""
        if stream_id != self._last[0]:
            self._other = self._last
        self._last = stream_id, self._clock()

    def has(self, stream_id: str) -> bool:
        """Tell whether a stream was not the only one lately."""
        other = self._other if self._last[0] == stream_id else self._last
        return self._clock() - other[1] < LATELY_S
