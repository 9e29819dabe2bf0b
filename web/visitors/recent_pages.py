"""Pages that were visited or changed lately, told to workers: repair takes them first.

Told is what is new, once a second, and all of it when Redis was lost: it knows nothing then.
"""

import asyncio
import time
from collections import OrderedDict
from typing import Final

from domain.store.redis.reader import UNREACHABLE, Visits

KNOWN_MAX: Final = 5_000  # some 150 bytes each
EVERY_S: Final = 1.0
AGAIN_S: Final = 60.0  # a page that is visited all the time is told of no more often


class RecentPages:
    """What one process knows of them."""

    def __init__(self, visits: Visits) -> None:
        """Know nothing yet; tell by `visits`."""
        self._visits = visits
        self._told_at: OrderedDict[str, float] = OrderedDict()  # by page, the newest last
        self._new: set[str] = set()

    def note(self, page_id: str) -> None:
        """Take note that a page is visited, or was changed."""
        told_at = self._told_at.get(page_id)
        if told_at is not None and time.monotonic() < told_at + AGAIN_S:
            return
        self._told_at[page_id] = time.monotonic()
        self._told_at.move_to_end(page_id)
        self._new.add(page_id)
        if len(self._told_at) > KNOWN_MAX:
            self._new.discard(self._told_at.popitem(last=False)[0])

    def all_are_new(self) -> None:
        """Take note that Redis may have lost what it was told."""
        self._new.update(self._told_at)

    async def tell_on(self) -> None:
        """Tell what is new until cancelled."""
        while True:
            await asyncio.sleep(EVERY_S)
            new, self._new = self._new, set()
            try:
                if new:
                    await self._visits.note_recent(new)
            except UNREACHABLE:  # said by all that need Redis more
                self._new |= new & self._told_at.keys()
