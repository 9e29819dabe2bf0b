"""Whose request a process parses next: who waits for one answer goes before who asks ahead.

Otherwise a process would answer hundreds of requests that clients sent ahead of their answers
before it looks at another visitor's socket. No browser and no proxy asks ahead.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final
from weakref import WeakKeyDictionary

AT_ONCE: Final = 8  # requests between two looks at the sockets; one takes some 0.1 ms


class ParseQueue:
    """The connections of one process that have something to parse."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin with none."""
        self._loop = loop
        self._first: deque[Callable[[], None]] = deque()
        self._later: deque[Callable[[], None]] = deque()
        self._is_due = False

    def line_up(self, parse: Callable[[], None], *, asks_ahead: bool) -> None:
        """Call `parse` in its turn: after those before it, and after all that don't ask ahead."""
        (self._later if asks_ahead else self._first).append(parse)
        self._schedule()

    def _schedule(self) -> None:
        if not self._is_due and (self._first or self._later):
            self._is_due = True
            self._loop.call_soon(self._give)

    def _give(self) -> None:
        self._is_due = False
        try:
            for _ in range(min(AT_ONCE, len(self._first) + len(self._later))):
                (self._first or self._later).popleft()()
        finally:  # whatever one of them does, the others have their turns
            self._schedule()


_of_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, ParseQueue] = WeakKeyDictionary()


def parse_queue_of(loop: asyncio.AbstractEventLoop) -> ParseQueue:
    """Return the queue of a loop's connections."""
    if loop not in _of_loop:
        _of_loop[loop] = ParseQueue(loop)
    return _of_loop[loop]
