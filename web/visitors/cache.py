"""Copies a process keeps of what it read from Redis: bounded, marked stale, never deleted by news.

A copy is fresh only if nothing was said of its key since before it was read, and if the process
hears what is said. A stale copy is better than none: whoever asks decides.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

Value = TypeVar("Value")

NEARLY = 0.9


@dataclass(slots=True)
class Copied(Generic[Value]):
    """A value as it was read; `is_stale` once it may be another by now, `stale_s` for how long."""

    value: Value
    weight: int
    is_stale: bool
    stale_at: float = 0.0  # on the monotonic clock

    def turn_stale(self) -> None:
        """Take note that it may be another now, if not before."""
        if not self.is_stale:
            self.is_stale, self.stale_at = True, time.monotonic()

    @property
    def stale_s(self) -> float:
        """For how many seconds it may have been another."""
        return time.monotonic() - self.stale_at if self.is_stale else 0.0


@dataclass(slots=True, eq=False)
class Filling(Generic[Value]):
    """A read under way; `is_dirty` if its key changed meanwhile, so that its result is stale."""

    is_dirty: bool = False
    task: asyncio.Task[Value] | None = None


class Share(NamedTuple):
    """How much the copies of one owner may weigh together; `owner_of` tells it by a key."""

    limit: int
    owner_of: Callable[[str], str]


class Copies(Generic[Value]):
    """Least recently used copies up to a total weight; one read at a time for each key."""

    def __init__(
        self,
        limit: int,
        weigh: Callable[[Value], int],
        is_lasting: Callable[[Value], bool] = lambda _: True,
        share: Share | None = None,
    ) -> None:
        """Keep copies that weigh `limit` together, by the measure of `weigh`.

        What is not `is_lasting` makes room before all else: it pushes nothing out. With a `share`
        the copies of one owner make room for each other, before they make others go.
        """
        self.is_hearing = False
        self._limit = limit
        self._share = share
        self._of_owner: dict[str, dict[str, int]] = {}  # weights by key, the oldest first
        self._weigh = weigh
        self._is_lasting = is_lasting
        self._weight = 0
        self._copies: OrderedDict[str, Copied[Value]] = OrderedDict()
        self._filling: dict[str, Filling[Value]] = {}

    def get(self, key: str) -> Copied[Value] | None:
        """Return the copy of `key`, stale or not."""
        copied = self._copies.get(key)
        if copied is not None and self._is_lasting(copied.value):
            self._copies.move_to_end(key)
        return copied

    def is_fresh(self, key: str) -> bool:
        """Tell whether there is a copy that is not stale."""
        copied = self._copies.get(key)
        return copied is not None and not copied.is_stale

    @property
    def is_nearly_full(self) -> bool:
        """Tell whether what comes next may soon push out what is here."""
        return self._weight > NEARLY * self._limit

    async def fresh(self, key: str, read: Callable[[str], Awaitable[Value]]) -> Value:
        """Return the copy if it is fresh, else read it. Raises what `read` raises."""
        copied = self.get(key)
        if copied is not None and not copied.is_stale:
            return copied.value
        filling = self._filling.get(key)
        if filling is None or filling.is_dirty:
            filling = self._filling[key] = Filling()
            filling.task = asyncio.ensure_future(self._fill(key, read, filling))
        return await asyncio.shield(filling.task)  # type: ignore[arg-type]  # set just above

    async def _fill(
        self, key: str, read: Callable[[str], Awaitable[Value]], mine: Filling[Value]
    ) -> Value:
        try:
            value = await read(key)
            # A read that another one overtook may not put its older value over a newer one.
            if self._filling.get(key) is mine or key not in self._copies:
                self._put(key, value, is_stale=mine.is_dirty or not self.is_hearing)
        finally:
            if self._filling.get(key) is mine:
                del self._filling[key]
        return value

    def drop(self, key: str) -> None:
        """Forget the copy of `key`, if there is one."""
        old = self._copies.pop(key, None)
        if old is None:
            return
        self._weight -= old.weight
        if self._share is not None:
            owner = self._share.owner_of(key)
            del self._of_owner[owner][key]
            if not self._of_owner[owner]:
                del self._of_owner[owner]

    def _put(self, key: str, value: Value, *, is_stale: bool) -> None:
        self.drop(key)
        copied = Copied(value, self._weigh(value), is_stale=False)
        if is_stale:
            copied.turn_stale()
        self._copies[key] = copied
        self._copies.move_to_end(key, last=self._is_lasting(value))
        self._weight += copied.weight
        if self._share is not None:
            self._keep_share(self._share, key, copied.weight)
        while self._weight > self._limit and len(self._copies) > 1:
            self.drop(next(iter(self._copies)))

    def _keep_share(self, share: Share, key: str, weight: int) -> None:
        """Let the owner's older copies go until the rest is no more than its share."""
        owner = share.owner_of(key)
        held = self._of_owner.setdefault(owner, {})
        held[key] = weight
        while sum(held.values()) > share.limit and len(held) > 1:
            self.drop(next(iter(held)))

    def mark_stale(self, key: str) -> None:
        """Take note that `key` is another now."""
        if key in self._copies:
            self._copies[key].turn_stale()
        if key in self._filling:
            self._filling[key].is_dirty = True

    def mark_all_stale(self) -> None:
        """Take note that every key may be another now."""
        for copied in self._copies.values():
            copied.turn_stale()
        for filling in self._filling.values():
            filling.is_dirty = True
