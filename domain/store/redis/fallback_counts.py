"""Counting in this process alone, while Redis does not answer: bounded, and soon forgotten."""

import time
from typing import Final

from domain.rate_limits import Limit

KEYS_MAX: Final = 10_000


class SpareCounts:
    """Windows by key: how many so far, and when (by the process's clock) they end."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._windows: dict[str, tuple[int, float]] = {}

    def hit(self, limit: Limit, key: str) -> float | None:
        """Count one; if that is one too many, return the seconds that are left."""
        return self._counted(limit, key, 1)

    def peek(self, limit: Limit, key: str) -> float | None:
        """Return the seconds that are left, if one more would be too many."""
        count, ends_at = self._window(limit, key)
        return None if count < limit.amount else ends_at - time.monotonic()

    def give_back(self, limit: Limit, key: str) -> None:
        """Take back one, if there is one."""
        if self._window(limit, key)[0] > 0:
            self._counted(limit, key, -1)

    def _counted(self, limit: Limit, key: str, amount: int) -> float | None:
        count, ends_at = self._window(limit, key)
        if len(self._windows) >= KEYS_MAX:
            self._windows.clear()
        self._windows[f"{limit.name}/{key}"] = count + amount, ends_at
        return None if count + amount <= limit.amount else ends_at - time.monotonic()

    def _window(self, limit: Limit, key: str) -> tuple[int, float]:
        now = time.monotonic()
        held = self._windows.get(f"{limit.name}/{key}", (0, now))
        return held if held[1] > now else (0, now + limit.window_s)
