"""Recently visited or changed pages, reported to workers: repair handles them first.

New ones are reported once a second, and all of them after Redis was lost.
"""

import asyncio
import time
from collections import OrderedDict
from typing import Final

from domain.store.redis.reader import UNREACHABLE, PageReader

KNOWN_MAX: Final = 5_000  # some 150 bytes each
EVERY_S: Final = 1.0
AGAIN_S: Final = 60.0  # the shortest interval between two reports of one page


class RecentPages:
    """The recent pages of one process."""

    def __init__(self, visits: PageReader) -> None:
        """Start empty; report through `visits`."""
        self._visits = visits
        self._reported_at: OrderedDict[str, float] = OrderedDict()  # by page, newest last
        self._new: set[str] = set()

    def note(self, page_id: str) -> None:
        """Record a visit or a change of a page."""
        reported_at = self._reported_at.get(page_id)
        if reported_at is not None and time.monotonic() < reported_at + AGAIN_S:
            return
        self._reported_at[page_id] = time.monotonic()
        self._reported_at.move_to_end(page_id)
        self._new.add(page_id)
        if len(self._reported_at) > KNOWN_MAX:
            self._new.discard(self._reported_at.popitem(last=False)[0])

    def mark_all_new(self) -> None:
        """Report every page again: Redis may have lost them."""
        self._new.update(self._reported_at)

    async def report_until_cancelled(self) -> None:
        """Report new pages every `EVERY_S` seconds until cancelled."""
        while True:
            await asyncio.sleep(EVERY_S)
            new, self._new = self._new, set()
            try:
                if new:
                    await self._visits.note_recent(new)
            except UNREACHABLE:  # logged by more important users of Redis
                self._new |= new & self._reported_at.keys()
