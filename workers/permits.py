"""Permits: how many processes of this pool may do a kind of work at once.

A permit is a lock on one byte of a file that the pool's processes share. The kernel takes it back
from a process that ends, however it ends: nothing has to expire.
"""

import fcntl
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

KEPT = 1  # processes that do no heavy work, for streams that were quick last time


class Permits:
    """`count` permits, made before the pool is forked."""

    def __init__(self, count: int) -> None:
        """Make the file; it has no name, and is gone with the last process."""
        self.count = count
        self._file, path = tempfile.mkstemp()
        Path(path).unlink()

    @contextmanager
    def one(self) -> Iterator[bool]:
        """Hold a permit during the block, if one is free: True."""
        with self._held(range(self.count)) as is_held:
            yield is_held

    @contextmanager
    def alone(self, name: str) -> Iterator[bool]:
        """Hold the only permit of a name during the block, if no other process does: True."""
        with self._held([self.count + zlib.crc32(name.encode())]) as is_held:
            yield is_held

    @contextmanager
    def _held(self, numbers: Iterable[int]) -> Iterator[bool]:
        held = self._take(numbers)
        try:
            yield held is not None
        finally:
            if held is not None:
                fcntl.lockf(self._file, fcntl.LOCK_UN, 1, held)

    def _take(self, numbers: Iterable[int]) -> int | None:
        for number in numbers:
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
            except OSError:  # another process holds it
                continue
            return number
        return None


class Pool:
    """What the processes of a pool share; `size` is how many they are."""

    def __init__(self, size: int) -> None:
        """Keep one process free of heavy work, where there is more than one."""
        self.size = size
        self.heavy = Permits(max(size - KEPT, 1))
        self.repair = Permits(1)


class Shared:
    """What this process shares with the others of its pool, once that is known."""

    pool: Pool | None = None


def share(size: int) -> None:
    """Make what the pool shares, before its first process is forked."""
    Shared.pool = Pool(size)


def pool() -> Pool:
    """Return what this process shares with its pool; one that belongs to none is its own."""
    if Shared.pool is None:
        share(1)
    return Shared.pool or Pool(1)
