"""The parse order of a process's connections: a few per loop iteration, in order.

Under a crowd the newest request goes first: its client is the most likely one to wait still
(adaptive LIFO, https://queue.acm.org/detail.cfm?id=2839461). Clients that leave answers unread, or
send requests ahead of answers, are paced: browsers and proxies do neither.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final
from weakref import WeakKeyDictionary

AT_ONCE: Final = 2  # requests per loop iteration; one takes some 0.1 ms
CROWD: Final = 8  # this many waiting requests take a millisecond
PACED_EVERY_S: Final = 0.002  # a fifth of a process: an answer to a full window takes 0.5 ms


class ParseQueue:
    """The connections of one process with unparsed bytes."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start empty."""
        self._loop = loop
        self._in_time: deque[Callable[[], None]] = deque()
        self._paced: deque[Callable[[], None]] = deque()
        self._is_due = self._is_paced_due = False

    def add(self, parse: Callable[[], None], *, is_paced: bool) -> None:
        """Schedule `parse`; with `is_paced` in the slower queue."""
        (self._paced if is_paced else self._in_time).append(parse)
        self._schedule()

    def _schedule(self) -> None:
        if self._in_time and not self._is_due:
            self._is_due = True
            self._loop.call_soon(self._parse)
        if self._paced and not self._is_paced_due:
            self._is_paced_due = True
            self._loop.call_later(PACED_EVERY_S, self._parse_paced)

    def _parse(self) -> None:
        self._is_due, queue = False, self._in_time
        try:
            for _ in range(min(AT_ONCE, len(queue))):
                (queue.pop if len(queue) > CROWD else queue.popleft)()()
        finally:  # an error of one request does not stop the others
            self._schedule()

    def _parse_paced(self) -> None:
        self._is_paced_due = False
        try:
            self._paced.popleft()()
        finally:
            self._schedule()


_of_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, ParseQueue] = WeakKeyDictionary()


def parse_queue_of(loop: asyncio.AbstractEventLoop) -> ParseQueue:
    """Return the queue of a loop's connections."""
    if loop not in _of_loop:
        _of_loop[loop] = ParseQueue(loop)
    return _of_loop[loop]
