"""Waiters for announcements: each learns the outcome of its write."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from domain.results import Rejection, Remarks
from domain.store.redis.subscriber import Announcement

REMEMBERED_S = 60
# Remembered outcomes, about 500 bytes each; a waiter for an older one reads the log.
REMEMBERED_MAX = 20_000


@dataclass(frozen=True, slots=True)
class AnnouncedOutcome:
    """The announced outcome of one command."""

    refusal: Rejection | None
    follow_ups: tuple[tuple[str, int], ...]
    remarks: Remarks | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Waiter:
    """A waiter for a seq; woken with None once no announcement can come.

    Announcements of later seqs do not wake a patient one.
    """

    seq: int
    is_patient: bool
    future: asyncio.Future[AnnouncedOutcome | None]


class Waiters:
    """All waiters of this process, and the announcements of the last 60 seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start disconnected: no write waits before the listener is connected."""
        self._clock = clock
        self.is_connected = False
        self._waiters: dict[str, set[Waiter]] = {}
        self._remembered: deque[tuple[float, Announcement]] = deque()
        self._by_stream: dict[str, list[Announcement]] = {}
        self._weight = 0

    def note_announcement(self, announcement: Announcement) -> None:
        """Remember an announcement and wake its waiters."""
        self._remember(announcement)
        for waiter in list(self._waiters.get(announcement.stream, ())):
            is_late = waiter.seq < announcement.first
            if waiter.seq > announcement.last or (is_late and waiter.is_patient):
                continue
            if not waiter.future.done():
                waiter.future.set_result(find_outcome(announcement, waiter.seq))

    def disconnected(self) -> None:
        """Wake all waiters with None: announcements may be lost from now on."""
        self.is_connected = False
        self._remembered.clear()
        self._by_stream.clear()
        self._weight = 0
        for waiters in self._waiters.values():
            for waiter in waiters:
                if not waiter.future.done():
                    waiter.future.set_result(None)

    async def wait(
        self, stream: str, seq: int, timeout_s: float, *, is_patient: bool = False
    ) -> AnnouncedOutcome | None:
        """Return the announced outcome within `timeout_s` seconds; None: ask the log."""
        waiter = Waiter(seq, is_patient, asyncio.get_running_loop().create_future())
        self._waiters.setdefault(stream, set()).add(waiter)
        try:
            outcome = self._find_remembered(stream, seq)  # after registering, against a race
            is_over = not self.is_connected or (not is_patient and self._was_passed(stream, seq))
            if outcome is not None or is_over:
                return outcome
            return await asyncio.wait_for(waiter.future, timeout_s)
        except TimeoutError:
            return None
        finally:
            self._forget(stream, waiter)

    def _forget(self, stream: str, waiter: Waiter) -> None:
        waiters = self._waiters[stream]
        waiters.discard(waiter)
        if not waiters:
            del self._waiters[stream]

    def _find_remembered(self, stream: str, seq: int) -> AnnouncedOutcome | None:
        for announcement in self._by_stream.get(stream, ()):
            if announcement.first <= seq <= announcement.last:
                return find_outcome(announcement, seq)
        return None

    def _was_passed(self, stream: str, seq: int) -> bool:
        """Return whether a later seq was announced: the announcement of `seq` is lost."""
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
    """Return the number of outcomes, follow-ups and ignored references in an announcement."""
    follow_ups = sum(map(len, announcement.follow_ups.values()))
    remarks = sum(1 + len(remark.ignored) for remark in announcement.remarks.values())
    return 1 + len(announcement.refusals) + follow_ups + remarks


def find_outcome(announcement: Announcement, seq: int) -> AnnouncedOutcome | None:
    """Return the announced outcome of a seq; None before the announcement's range."""
    if seq < announcement.first:
        return None
    return AnnouncedOutcome(
        announcement.refusals.get(seq),
        tuple(announcement.follow_ups.get(seq, ())),
        announcement.remarks.get(seq),
    )
