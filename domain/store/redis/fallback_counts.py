"""Counts in this process alone while Redis does not answer; bounded and short-lived."""

import time
from typing import Final

from domain.rate_limits import Limit

KEYS_MAX: Final = 10_000


class FallbackCounts:
    """Windows by key: the count, and the end by the process's clock."""

    def __init__(self) -> None:
        """Begin without any window."""
        self._windows: dict[str, tuple[int, float]] = {}

    def hit(self, limit: Limit, key: str) -> float | None:
        """Count one; if that exceeds the limit, return the seconds left."""
        return self._add(limit, key, 1)

    def peek(self, limit: Limit, key: str) -> float | None:
        """Return the seconds left if one more would exceed the limit."""
        count, ends_at = self._window(limit, key)
        return None if count < limit.amount else ends_at - time.monotonic()

    def give_back(self, limit: Limit, key: str) -> None:
        """Take back one, if there is one."""
        if self._window(limit, key)[0] > 0:
            self._add(limit, key, -1)

    def _add(self, limit: Limit, key: str, amount: int) -> float | None:
        count, ends_at = self._window(limit, key)
        if len(self._windows) >= KEYS_MAX:
            self._windows.clear()
        self._windows[f"{limit.name}/{key}"] = count + amount, ends_at
        return None if count + amount <= limit.amount else ends_at - time.monotonic()

    def _window(self, limit: Limit, key: str) -> tuple[int, float]:
        now = time.monotonic()
        window = self._windows.get(f"{limit.name}/{key}", (0, now))
        return window if window[1] > now else (0, now + limit.window_s)
