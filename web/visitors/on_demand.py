"""What is drawn on the first ask, as a process keeps it: the archive, permalinks, pictures, badges.

A drawing is good for the edition of the page that it was made from. Kept past that one, bounded in
bytes, it is what visitors are shown when nobody can draw it anew.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from domain.store.broker import RingThread
from domain.store.redis.reader import UNREACHABLE, Visits
from web.visitors.cache import Copies, Share
from web.visitors.cached_page import (
    ANSWER_BYTES,
    ENCODINGS,
    Answer,
    Edition,
    PageCopy,
    answers_of,
    edition_of,
    reason_of,
)
from web.visitors.circuit_breaker import Breaker
from web.visitors.page_events import News
from web.writes.append_slots import TurnNotTakenError, Turns

WAIT_S: Final = 3.0  # a first picture loads a library
WAIT_WITH_OLDER_S: Final = 1.0  # who can be shown an older one waits less
RETRY_S: Final = 0.3  # a lost ring is repeated while its visitor waits; for no worker, only once
# Guessed addresses of one process may not fill the workers' queue. A page has two turns of these
# (web/writes/append_slots.py): a page that is slow to draw, and asked for without pause, leaves
# others theirs.
AT_ONCE: Final = 16
PAGE_PART: Final = 8  # of the room for drawings a page takes an eighth at most

Draw = Callable[[str], Awaitable["Drawing"]]


class NotDrawnError(Exception):
    """It can't be had now; a message is one for the visitor."""


class AbsentError(Exception):
    """A page has no such thing, and never will of itself."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """An artifact's answers by field name, and what they were drawn from."""

    answers: Mapping[str, Answer]
    edition: Edition

    @property
    def seq(self) -> int:
        """The seq up to which commands are shown."""
        return int(self.edition[0] or 0)

    @property
    def size(self) -> int:
        """How many bytes it takes, in all encodings together."""
        return sum(len(answer.body) + ANSWER_BYTES for answer in self.answers.values())


class Drawn:
    """The drawings of one process."""

    def __init__(
        self, limit: int, visits: Visits, doorbell: RingThread, news: News, breaker: Breaker
    ) -> None:
        """Keep `limit` bytes at most."""
        share = Share(limit // PAGE_PART, page_of)
        self.copies: Copies[Drawing] = Copies(limit, lambda drawing: drawing.size, share=share)
        self._visits, self._doorbell, self._news, self._breaker = visits, doorbell, news, breaker
        self._of_page, self._of_all = Turns(), asyncio.Semaphore(AT_ONCE)

    async def of(self, page_id: str, copy: PageCopy, name: str) -> tuple[Drawing, bool]:
        """Return an artifact, and whether it is older than the copy of its page.

        Raises AbsentError if the page has no such thing, NotDrawnError if there is none in time.
        """
        key = f"{page_id}/{name}"
        held = self.copies.get(key)
        if held is not None and held.value.edition == copy.edition:
            return held.value, False
        if held is not None and not held.is_stale:
            self.copies.mark_stale(key)
        wait_s = WAIT_WITH_OLDER_S if held else WAIT_S
        draw = partial(self._draw, page_id, copy, name, wait_s)
        try:
            return await self._drawn_since(key, copy, draw), False
        except AbsentError:
            self.copies.drop(key)
            raise
        except NotDrawnError:
            if held is None:
                raise
            return held.value, True

    async def _drawn_since(self, key: str, copy: PageCopy, draw: Draw) -> Drawing:
        """Return a drawing that is no older than a copy, also where it was asked for before."""
        while (drawing := await self.copies.fresh(key, draw)).seq < copy.seq:
            self.copies.mark_stale(key)
        return drawing

    async def _draw(
        self, page_id: str, copy: PageCopy, name: str, wait_s: float, _key: str
    ) -> Drawing:
        found = await self._read(page_id, copy, name)
        if found is not None:
            return found
        try:
            is_at_work = await self._breaker.read(self._visits.worker_was_seen())
            async with (
                asyncio.timeout(wait_s if is_at_work else RETRY_S),
                self._of_page.turn(page_id),
                self._of_all,
            ):
                return await self._ask(page_id, copy, name)
        except (TurnNotTakenError, *UNREACHABLE) as error:  # or nobody was as quick as that
            raise NotDrawnError from error

    async def _ask(self, page_id: str, copy: PageCopy, name: str) -> Drawing:
        found = None
        while found is None:
            self._doorbell.ring_cold(page_id, name)
            await self._news.of(page_id, RETRY_S)
            found = await self._read(page_id, copy, name)
        return found

    async def _read(self, page_id: str, copy: PageCopy, name: str) -> Drawing | None:
        try:
            fields = await self._breaker.read(self._visits.cold_fields(page_id, name, ENCODINGS))
        except UNREACHABLE as error:
            raise NotDrawnError from error
        if fields is None:
            raise AbsentError
        if reason := reason_of(fields, name):
            raise NotDrawnError(reason)
        drawing = Drawing(answers_of(fields, copy.policy), edition_of(fields))
        return drawing if name in drawing.answers and drawing.seq >= copy.seq else None


def page_of(key: str) -> str:
    """Return the page of a drawing's key."""
    return key.partition("/")[0]
