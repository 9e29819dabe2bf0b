"""What repair does to writes and visits: a flush of Redis, then a new build, with many pages.

`python -m bench.repair --pages 10000` makes public pages by copying rows, then has a writer toggle
a page every 0.2 s, each time another one, and visitors look at random ones, 50 a second: idle, from
a flush until all is back, and from the start of a worker of another build until all is of that.
Ends with 1 if the p99 of writes of a phase is more than 3 x that of idle, or if a visit fails or
takes more than a second.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from bench.client import Connection
from domain.store.redis import keys
from tests.support.actors import Actors
from tests.support.faults.breaking import Behind
from tests.support.stack import System, wait_until

WRITE_S, VISIT_S = 0.2, 0.02
WRITTEN = 20
IDLE_S, LIMIT_S, LOOK_S = 15.0, 240.0, 0.5
SEED_LIMIT_S = 280.0
WORSE_MAX, ASKED_MAX_S = 3.0, 1.0
STATUSES = ("degraded", "operational")
ANOTHER_BUILD = {"BASE_URL": "https://another.example"}
COPIED = {"streams": "id", "pages": "id", "components": "page_id", "hosts": "page_id"}


@dataclass(slots=True)
class Figures:
    """What a phase came to, in seconds."""

    name: str
    writes: list[float] = field(default_factory=list)
    visits: list[float] = field(default_factory=list)
    failed: int = 0
    labelled: int = 0
    lasted_s: float = 0.0

    @property
    def p99(self) -> float:
        return quantile(self.writes, 0.99)

    def __str__(self) -> str:
        writes = f"{len(self.writes):>7}{ms(self.writes, 0.5):>8}{ms(self.writes, 0.99):>8}"
        visits = f"{len(self.visits):>9}{ms(self.visits, 0.99):>8}{ms(self.visits, 1):>8}"
        ends = f"{self.failed:>8}{self.labelled:>10}"
        return f"{self.name:<12}{self.lasted_s:>7.0f}{writes}{visits}{ends}"


HEADER = (
    f"{'':<12}{'s':>7}{'writes':>7}{'p50 ms':>8}{'p99 ms':>8}"
    f"{'visits':>9}{'p99 ms':>8}{'max ms':>8}{'failed':>8}{'labelled':>10}"
)


def quantile(seconds: list[float], q: float) -> float:
    return sorted(seconds)[int(q * (len(seconds) - 1))] if seconds else 0.0


def ms(seconds: list[float], q: float) -> str:
    return f"{quantile(seconds, q) * 1000:.0f}"


def value_of(column: str, owner: str) -> str:
    """Return what the n-th copy of a row has in a column."""
    name = "'b' || lpad(n::text, 25, '0')"
    match column:
        case "host":
            return f"CASE WHEN host IS NULL THEN NULL ELSE {name} || '.localhost' END"
        case "id" if owner != "id":
            return "substr(id, 1, 2) || substr(md5(id || n), 1, 26)"
        case _:
            return f"replace({column}, :stem, {name})" if column == owner else column


def copy_pages(behind: Behind, page_id: str, count: int) -> list[str]:
    """Copy a page's rows so many times, unpublished; return the copies' hosts."""
    for table, owner in COPIED.items():
        columns = [
            row.column_name
            for row in behind.sql(
                "SELECT column_name FROM information_schema.columns WHERE table_name = :t"
                " AND table_schema = current_schema() AND column_name !~ '^(published|repair)_'",
                t=table,
            )
        ]
        values = ", ".join(value_of(name, owner) for name in columns)
        behind.sql(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values}"
            f" FROM {table}, generate_series(1, :count) n WHERE {owner} = :id",
            stem=page_id[2:],
            count=count,
            id=page_id,
        )
    rows = behind.sql("SELECT host FROM hosts WHERE host LIKE 'b0%.localhost'")
    return [row.host for row in rows]


class Load:
    """A writer and visitors, for as long as something lasts."""

    def __init__(self, port: int, seats: list[tuple[str, str]], hosts: list[str]) -> None:
        self.port, self.seats, self.hosts = port, seats, hosts

    async def during(self, name: str, is_over: Callable[[], bool]) -> Figures:
        figures, began_at = Figures(name), time.monotonic()
        over = asyncio.Event()
        tasks = [
            asyncio.create_task(self.paced(over, WRITE_S, figures, self.write)),
            asyncio.create_task(self.paced(over, VISIT_S, figures, self.visit)),
        ]
        for _ in range(int(LIMIT_S / LOOK_S)):
            if await asyncio.to_thread(is_over):
                break
            await asyncio.sleep(LOOK_S)
        figures.lasted_s = time.monotonic() - began_at
        over.set()
        await asyncio.gather(*tasks)
        return figures

    async def paced(
        self,
        over: asyncio.Event,
        every_s: float,
        figures: Figures,
        one: Callable[[int, Figures], Awaitable[None]],
    ) -> None:
        turn, due, running = 0, time.monotonic(), set()
        while not over.is_set():
            await asyncio.sleep(max(due - time.monotonic(), 0))
            due, turn = due + every_s, turn + 1
            task = asyncio.create_task(one(turn, figures))
            running.add(task)
            task.add_done_callback(running.discard)
        await asyncio.gather(*running)

    async def write(self, turn: int, figures: Figures) -> None:
        leaf, secret = self.seats[turn % len(self.seats)]
        status = STATUSES[turn // len(self.seats) % 2]
        path = f"/api/v1/status-api/components/{leaf}/status"
        connection, began_at = await Connection.open(self.port), time.perf_counter()
        await connection.post(path, {"status": status}, Authorization=f"Bearer {secret}")
        figures.writes.append(time.perf_counter() - began_at)
        connection.close()

    async def visit(self, _: int, figures: Figures) -> None:
        connection, began_at = await Connection.open(self.port), time.perf_counter()
        code, headers, _body = await connection.get(random.choice(self.hosts), "/")
        figures.visits.append(time.perf_counter() - began_at)
        figures.failed += code != 200
        figures.labelled += b"x-hepstatus-copy" in headers
        connection.close()


def is_repaired(behind: Behind, build: str | None) -> bool:
    """Tell whether every page and host is of this epoch, and of another build than `build`."""
    epoch = (behind.redis.get(keys.EPOCH) or b"").decode()
    [(left,)] = behind.sql(
        "SELECT (SELECT count(*) FROM pages WHERE deleted_at IS NULL AND"
        " (published_epoch <> :epoch OR published_build = :build))"
        " + (SELECT count(*) FROM hosts WHERE published_epoch <> :epoch)",
        epoch=epoch,
        build=build or "",
    )
    return left == 0


def play(system: System, actors: Actors, pages: int) -> list[Figures]:
    behind = Behind(system)
    written = [actors.page("api") for _ in range(WRITTEN)]
    seats = [("api", page.key()["key"]) for page in written]
    hosts = copy_pages(behind, written[0].id, pages)
    wait_until(lambda: is_repaired(behind, None), "all are published", SEED_LIMIT_S)
    load = Load(system.webs[0].port, seats, hosts)
    ends_at = time.monotonic() + IDLE_S
    phases = [asyncio.run(load.during("idle", lambda: time.monotonic() > ends_at))]
    behind.redis.flushall()
    phases.append(asyncio.run(load.during("flush", lambda: is_repaired(behind, None))))
    [(build,)] = behind.sql("SELECT max(published_build) FROM pages")
    phases.append(asyncio.run(load.during("new build", rolled_out(system, behind, build))))
    return phases


def rolled_out(system: System, behind: Behind, build: str) -> Callable[[], bool]:
    """Replace the worker as a deploy does; return what tells that all pages are of its build."""
    old = system.child("worker1")
    system.start_worker(ANOTHER_BUILD)

    def is_over() -> bool:
        newer = "SELECT 1 FROM pages WHERE published_build NOT IN ('', :build) LIMIT 1"
        if old.is_running and behind.sql(newer, build=build):
            old.stop()
        return not old.is_running and is_repaired(behind, build)

    return is_over


def main() -> None:
    """Print the table, and end with 1 if a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=10_000)
    given = parser.parse_args()
    env = {"WORKER_CONCURRENCY": "", "WEB_CONCURRENCY": "1", "RATE_LIMITS": "off"}
    with (
        tempfile.TemporaryDirectory() as folder,
        System(Path(folder) / "system", durable=True, env=env) as system,
        Actors(system.start_all()) as actors,
        system.logs_of_failures(),
    ):
        phases = play(system, actors, given.pages)
    print(HEADER, *phases, sep="\n")
    idle = phases[0]
    worse = max(phase.p99 for phase in phases[1:]) / idle.p99
    slowest = max(max(phase.visits) for phase in phases)
    failed = sum(phase.failed for phase in phases)
    print(f"writes against idle: p99 {worse:.1f} x; the slowest visit {slowest:.2f} s")
    sys.exit(worse > WORSE_MAX or bool(failed) or slowest > ASKED_MAX_S)


if __name__ == "__main__":
    main()
