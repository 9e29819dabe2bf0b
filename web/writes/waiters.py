"""Waiting for announcements: who wrote hears that it is published, and what was refused."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from domain.results import Rejection
from domain.store.redis.announcements import Announcement

REMEMBERED_S = 60
# Commands whose outcome is remembered, about 500 bytes each; a waiter of an older one asks the log.
REMEMBERED_MAX = 20_000


@dataclass(frozen=True, slots=True)
class Heard:
    """What an announcement says of one command."""

    refusal: Rejection | None
    follow_ups: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Waiter:
    """Somebody who waits for a seq; woken with None when nobody can say any more.

    A patient one is not woken by what is announced of later seqs.
    """

    seq: int
    is_patient: bool
    woken: asyncio.Future[Heard | None]


class Waits:
    """All that wait in this process, and what was announced in the last 60 seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin deaf: nobody waits until the process hears."""
        self._clock = clock
        self.is_hearing = False
        self._waiting: dict[str, set[Waiter]] = {}
        self._remembered: deque[tuple[float, Announcement]] = deque()
        self._by_stream: dict[str, list[Announcement]] = {}
        self._weight = 0

    def heard(self, announcement: Announcement) -> None:
        """Remember an announcement and wake whom it concerns."""
        self._remember(announcement)
        for waiter in list(self._waiting.get(announcement.stream, ())):
            is_late = waiter.seq < announcement.first
            if waiter.seq > announcement.last or (is_late and waiter.is_patient):
                continue
            if not waiter.woken.done():
                waiter.woken.set_result(said_of(announcement, waiter.seq))

    def deafened(self) -> None:
        """Wake everybody with nothing: what was said meanwhile is lost."""
        self.is_hearing = False
        self._remembered.clear()
        self._by_stream.clear()
        self._weight = 0
        for waiters in self._waiting.values():
            for waiter in waiters:
                if not waiter.woken.done():
                    waiter.woken.set_result(None)

    async def wait(
        self, stream: str, seq: int, timeout_s: float, *, is_patient: bool = False
    ) -> Heard | None:
        """Return what is said of a command, at the latest after `timeout_s`; None: ask the log."""
        waiter = Waiter(seq, is_patient, asyncio.get_running_loop().create_future())
        self._waiting.setdefault(stream, set()).add(waiter)
        try:
            said = self._recall(stream, seq)  # after registering: it may have been said before
            is_over = not self.is_hearing or (not is_patient and self._was_passed(stream, seq))
            if said is not None or is_over:
                return said
            return await asyncio.wait_for(waiter.woken, timeout_s)
        except TimeoutError:
            return None
        finally:
            self._forget(stream, waiter)

    def _forget(self, stream: str, waiter: Waiter) -> None:
        waiters = self._waiting[stream]
        waiters.discard(waiter)
        if not waiters:
            del self._waiting[stream]

    def _recall(self, stream: str, seq: int) -> Heard | None:
        for announcement in self._by_stream.get(stream, ()):
            if announcement.first <= seq <= announcement.last:
                return said_of(announcement, seq)
        return None

    def _was_passed(self, stream: str, seq: int) -> bool:
        """Tell whether something later was announced: what was said of `seq` got lost."""
        return any(announcement.first > seq for announcement in self._by_stream.get(stream, ()))

    def _remember(self, announcement: Announcement) -> None:
        now = self._clock()
        self._remembered.append((now, announcement))
        self._by_stream.setdefault(announcement.stream, []).append(announcement)
        self._weight += weight_of(announcement)
        while self._remembered and self._is_too_much(now):
            self._forget_oldest()

    def _is_too_much(self, now: float) -> bool:
        return self._remembered[0][0] < now - REMEMBERED_S or self._weight > REMEMBERED_MAX

    def _forget_oldest(self) -> None:
        _, old = self._remembered.popleft()
        self._weight -= weight_of(old)
        of_stream = self._by_stream[old.stream]
        of_stream.remove(old)
        if not of_stream:
            del self._by_stream[old.stream]


def weight_of(announcement: Announcement) -> int:
    """Return how many things an announcement tells."""
    follow_ups = sum(map(len, announcement.follow_ups.values()))
    return 1 + len(announcement.refusals) + follow_ups


def said_of(announcement: Announcement, seq: int) -> Heard | None:
    """Return what an announcement says of a seq; None if that is before its range."""
    if seq < announcement.first:
        return None
    return Heard(announcement.refusals.get(seq), tuple(announcement.follow_ups.get(seq, ())))
