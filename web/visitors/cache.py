"""A bounded cache of values read from Redis; changes mark entries stale, never delete.

An entry is fresh only if no change of its key was announced since before the read, and only while
the process is connected to the announcements. A stale entry is better than none: the caller
decides. After a failed read, a circuit breaker fails the next ones at once.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final, Generic, NamedTuple, TypeVar

from domain.store.redis.reader import UNREACHABLE

Value = TypeVar("Value")

NEARLY_FULL = 0.9
READ_S: Final = 0.5  # the longest wait for a frozen Redis, once per pause
PAUSE_S: Final = 0.5


@dataclass(slots=True)
class CacheEntry(Generic[Value]):
    """A cached value; `is_stale` once it may be outdated, `stale_s` since when."""

    value: Value
    weight: int
    is_stale: bool
    stale_at: float = 0.0  # on the monotonic clock

    def turn_stale(self) -> None:
        """Mark the value as possibly outdated, unless it already is."""
        if not self.is_stale:
            self.is_stale, self.stale_at = True, time.monotonic()

    @property
    def stale_s(self) -> float:
        """The seconds since the entry turned stale; 0 if fresh."""
        return time.monotonic() - self.stale_at if self.is_stale else 0.0


@dataclass(slots=True, eq=False)
class PendingRead(Generic[Value]):
    """A read in progress; `is_dirty` if its key changed meanwhile: its result is stale."""

    is_dirty: bool = False
    task: asyncio.Task[Value] | None = None


class OwnerQuota(NamedTuple):
    """The weight limit of one owner's entries; `owner_of` maps a key to its owner."""

    limit: int
    owner_of: Callable[[str], str]


class Cache(Generic[Value]):
    """An LRU cache with a weight limit; one read at a time per key."""

    def __init__(
        self,
        limit: int,
        weigh: Callable[[Value], int],
        is_lasting: Callable[[Value], bool] = lambda _: True,
        share: OwnerQuota | None = None,
    ) -> None:
        """Keep entries of at most `limit` total weight, measured by `weigh`.

        Entries that are not `is_lasting` are evicted first and evict nothing. With a `share` the
        entries of one owner evict each other before those of others.
        """
        self.is_connected = False
        self._limit = limit
        self._share = share
        self._of_owner: dict[str, dict[str, int]] = {}  # weights by key, oldest first
        self._weigh = weigh
        self._is_lasting = is_lasting
        self._weight = 0
        self._entries: OrderedDict[str, CacheEntry[Value]] = OrderedDict()
        self._pending: dict[str, PendingRead[Value]] = {}

    def get(self, key: str) -> CacheEntry[Value] | None:
        """Return the entry of `key`, stale or not."""
        entry = self._entries.get(key)
        if entry is not None and self._is_lasting(entry.value):
            self._entries.move_to_end(key)
        return entry

    def is_fresh(self, key: str) -> bool:
        """Return whether there is a fresh entry."""
        entry = self._entries.get(key)
        return entry is not None and not entry.is_stale

    @property
    def is_nearly_full(self) -> bool:
        """Whether the next entries may soon evict existing ones."""
        return self._weight > NEARLY_FULL * self._limit

    async def get_fresh(self, key: str, read: Callable[[str], Awaitable[Value]]) -> Value:
        """Return a fresh value, reading it if necessary; errors of `read` pass through."""
        entry = self.get(key)
        if entry is not None and not entry.is_stale:
            return entry.value
        pending = self._pending.get(key)
        if pending is None or pending.is_dirty:
            pending = self._pending[key] = PendingRead()
            pending.task = asyncio.ensure_future(self._fill(key, read, pending))
        return await asyncio.shield(pending.task)  # type: ignore[arg-type]  # set just above

    async def _fill(
        self, key: str, read: Callable[[str], Awaitable[Value]], pending: PendingRead[Value]
    ) -> Value:
        try:
            value = await read(key)
            # An overtaken read must not replace a newer value with its older one.
            if self._pending.get(key) is pending or key not in self._entries:
                self._put(key, value, is_stale=pending.is_dirty or not self.is_connected)
        finally:
            if self._pending.get(key) is pending:
                del self._pending[key]
        return value

    def drop(self, key: str) -> None:
        """Remove the entry of `key`, if there is one."""
        old = self._entries.pop(key, None)
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
        entry = CacheEntry(value, self._weigh(value), is_stale=False)
        if is_stale:
            entry.turn_stale()
        self._entries[key] = entry
        self._entries.move_to_end(key, last=self._is_lasting(value))
        self._weight += entry.weight
        if self._share is not None:
            self._keep_share(self._share, key, entry.weight)
        while self._weight > self._limit and len(self._entries) > 1:
            self.drop(next(iter(self._entries)))

    def _keep_share(self, share: OwnerQuota, key: str, weight: int) -> None:
        """Evict the owner's older entries until the rest fits its limit."""
        owner = share.owner_of(key)
        weights = self._of_owner.setdefault(owner, {})
        weights[key] = weight
        while sum(weights.values()) > share.limit and len(weights) > 1:
            self.drop(next(iter(weights)))

    def mark_stale(self, key: str) -> None:
        """Mark the entry of `key` and its pending read stale."""
        if key in self._entries:
            self._entries[key].turn_stale()
        if key in self._pending:
            self._pending[key].is_dirty = True

    def mark_all_stale(self) -> None:
        """Mark every entry and every pending read stale."""
        for entry in self._entries.values():
            entry.turn_stale()
        for pending in self._pending.values():
            pending.is_dirty = True


class CircuitBreaker:
    """Passes reads on, unless one failed less than `PAUSE_S` ago."""

    def __init__(self) -> None:
        """Start closed: every read passes."""
        self._paused_until = 0.0

    async def read(self, reading: Coroutine[Any, Any, Value]) -> Value:
        """Await a read. Raises one of UNREACHABLE, at once during a pause."""
        if time.monotonic() < self._paused_until:
            reading.close()
            message = "Redis did not answer a moment ago"
            raise ConnectionError(message)
        try:
            return await reading
        except UNREACHABLE:
            self._paused_until = time.monotonic() + PAUSE_S
            raise

    def close(self) -> None:
        """Pass reads on from now on: Redis has answered."""
        self._paused_until = 0.0
