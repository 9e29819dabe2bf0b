"""Bounds of heavy work: permits of a pool's processes, and a stopwatch of their work.

A permit is a lock on one byte of a file that the pool's processes share. The kernel releases it
when its process ends, so nothing has to expire.
"""

import fcntl
import tempfile
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

LIGHT_PROCESSES = 1  # these do no heavy work; they serve streams that were quick last time
# Linux: nanoseconds that this process ran, and that it waited for a processor.
SCHEDULE = Path("/proc/self/schedstat")
NANOSECOND = 1e-9


class Permits:
    """A set of `count` permits, created before the pool is forked."""

    def __init__(self, count: int) -> None:
        """Create the file; it has no name and disappears with the last process."""
        self.count = count
        self._file, path = tempfile.mkstemp()
        Path(path).unlink()

    @contextmanager
    def one(self) -> Iterator[bool]:
        """Hold any permit during the block; yield whether one was free."""
        with self._hold(range(self.count)) as is_held:
            yield is_held

    @contextmanager
    def alone(self, name: str) -> Iterator[bool]:
        """Hold the only permit of a name; yield whether it was free."""
        with self._hold([self.count + zlib.crc32(name.encode())]) as is_held:
            yield is_held

    @contextmanager
    def _hold(self, numbers: Iterable[int]) -> Iterator[bool]:
        number = self._acquire(numbers)
        try:
            yield number is not None
        finally:
            if number is not None:
                fcntl.lockf(self._file, fcntl.LOCK_UN, 1, number)

    def _acquire(self, numbers: Iterable[int]) -> int | None:
        for number in numbers:
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
            except OSError:  # another process holds it
                continue
            return number
        return None


class Pool:
    """The permits of a pool with `size` processes."""

    def __init__(self, size: int) -> None:
        """Keep one process free of heavy work, if there are several."""
        self.size = size
        self.heavy = Permits(max(size - LIGHT_PROCESSES, 1))
        self.repair = Permits(1)


class Shared:
    """The pool of this process, once it is known."""

    pool: Pool | None = None


def share(size: int) -> None:
    """Create the permits of the pool, before its first process is forked."""
    Shared.pool = Pool(size)


def pool() -> Pool:
    """Return the pool of this process; without one, a pool of its own."""
    if Shared.pool is None:
        share(1)
    return Shared.pool or Pool(1)


class Stopwatch:
    """A stopwatch that runs from its construction on."""

    def __init__(self) -> None:
        """Start the stopwatch."""
        self._started_at, self._waited_s = time.monotonic(), waited_s()
        self._computed_s = time.process_time()

    def worked_s(self) -> float:
        """Return the seconds since the start, less the waits for a processor.

        The waits count twice: on a busy machine the servers that were called have waited as long.
        The processor time of this process always counts.
        """
        elapsed_s = time.monotonic() - self._started_at - 2 * (waited_s() - self._waited_s)
        return max(elapsed_s, time.process_time() - self._computed_s)


def waited_s() -> float:
    """Return the seconds this process has waited for a processor; 0 where unknown."""
    try:
        return int(SCHEDULE.read_text().split()[1]) * NANOSECOND
    except (OSError, ValueError, IndexError):
        return 0.0
