"""A cache with a limit in bytes."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class BoundedCache(Generic[Key, Value]):
    """A least-recently-used cache of computed values, for one thread."""

    def __init__(self, limit: int, size_of: Callable[[Key, Value], int]) -> None:
        """Set the limit of the sum of all `size_of(key, value)`, in bytes."""
        self._limit, self._size_of = limit, size_of
        self._entries: OrderedDict[Key, Value] = OrderedDict()
        self.size = 0

    def get(self, key: Key, compute: Callable[[], Value]) -> Value:
        """Return the value of a key, computed if it is not there."""
        if key in self._entries:
            self._entries.move_to_end(key)
            return self._entries[key]
        value = self._entries[key] = compute()
        self.size += self._size_of(key, value)
        while self.size > self._limit:
            self.size -= self._size_of(*self._entries.popitem(last=False))
        return value
