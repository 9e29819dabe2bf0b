"""The memory of every process of a system: sampled in a thread, told by role."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TypeAlias

import psutil
import redis

from tests.support.stack import System

MB = 1024 * 1024
POSTGRES, REDIS, REDIS_DATA = "postgres, all", "redis", "redis, used_memory"
SERVERS = frozenset({POSTGRES, REDIS, REDIS_DATA})  # told, but not of the product
Bytes: TypeAlias = dict[str, int]  # by role


@dataclass(frozen=True, slots=True)
class Cast:
    """Which process plays which role; a role's process has a number in the order of its start."""

    processes: dict[str, psutil.Process]
    postgres: psutil.Process
    cache: redis.Redis

    @classmethod
    def of(cls, system: System) -> "Cast":
        """Name the processes of a system that runs."""
        found: dict[str, psutil.Process] = {}
        for child in system.children:
            name = re.sub(r"1$", "", child.name)
            main = psutil.Process(child.pid)
            found[f"{name} main"] = main
            for number, each in enumerate(sorted(main.children(), key=lambda p: p.pid), start=1):
                found[f"{name} {number}"] = each
        found[REDIS] = psutil.Process(system.stack.redis.child.pid)
        postgres = psutil.Process(system.stack.postgres.child.pid)
        return cls(found, postgres, redis.Redis.from_url(system.urls.redis_url))

    def ended(self) -> list[str]:
        """Return the roles whose process is gone: killed, or replaced by its main process."""
        return [role for role, process in self.processes.items() if not process.is_running()]

    def resident(self) -> Bytes:
        """Return the resident memory of every process that lives; cheap."""
        found: Bytes = {}
        for role, process in self.processes.items():
            with suppress(psutil.NoSuchProcess):
                found[role] = process.memory_info().rss
        return found | {REDIS_DATA: int(self.cache.info("memory")["used_memory"])}

    def own(self) -> Bytes:
        """Return what each process shares with no other; takes milliseconds a process."""
        found: Bytes = {}
        for role, process in self.processes.items():
            with suppress(psutil.NoSuchProcess):
                found[role] = process.memory_full_info().uss
        return found

    def of_postgres(self) -> int:
        """Return the memory of Postgres' processes together, what they share counted once."""
        total = 0
        for process in (self.postgres, *self.postgres.children(recursive=True)):
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                total += process.memory_full_info().pss
        return total


@dataclass(slots=True)
class Peaks:
    """The largest resident memory that each role had."""

    bytes: Bytes = field(default_factory=dict)

    def note(self, found: Bytes) -> None:
        """Take one sample."""
        for role, size in found.items():
            self.bytes[role] = max(size, self.bytes.get(role, 0))


@contextmanager
def peaks_of(cast: Cast, every_s: float = 1.0) -> Iterator[Peaks]:
    """Sample for as long as the block lasts."""
    peaks, is_over = Peaks(), threading.Event()

    def sample() -> None:
        while not is_over.wait(every_s):
            peaks.note(cast.resident())

    thread = threading.Thread(target=sample, name="memory")
    thread.start()
    try:
        yield peaks
    finally:
        is_over.set()
        thread.join()
        peaks.note(cast.resident())
