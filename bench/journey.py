"""How long a write takes until a visitor sees it, and what draining in batches is worth.

`make bench` prints, from one run on real processes with a durable Postgres: request sent → first
GET that shows it (p50, p99) with one writer, with 64 on one page and with 64 on ten pages, and
commands/s; then 64 on one page with the same code but a batch of one and no coalesced rings.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.client import Connection
from tests.support.actors import Actors, Page
from tests.support.stack import System

ONE_BY_ONE = {"DRAIN_LIMIT": "1", "RING_COALESCE": "off"}
STATUSES = ("degraded", "operational")


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a writer writes: a leaf of its own, so that nobody else's toggle hides its."""

    host: str
    secret: str
    leaf: str
    name: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What a scenario came to."""

    title: str
    seconds: list[float]
    lasted_s: float

    def quantile_ms(self, q: float) -> float:
        return sorted(self.seconds)[int(q * (len(self.seconds) - 1))] * 1000

    @property
    def rate(self) -> float:
        return len(self.seconds) / self.lasted_s

    def __str__(self) -> str:
        p50, p99 = self.quantile_ms(0.5), self.quantile_ms(0.99)
        return (
            f"{self.title:<44} {len(self.seconds):>6} shown {self.rate:>7.0f} commands/s"
            f"  p50 {p50:>7.1f} ms  p99 {p99:>7.1f} ms"
        )


async def write_on(seat: Seat, port: int, until: float) -> list[float]:
    """Toggle a leaf again and again; return the seconds from each request to its being shown."""
    connection, took, turn = await Connection.open(port), [], 0
    path = f"/api/v1/status-api/components/{seat.leaf}/status"
    while time.perf_counter() < until:
        status, turn = STATUSES[turn % 2], turn + 1
        sent = time.perf_counter()
        code, _, body = await connection.post(
            path, {"status": status}, Authorization=f"Bearer {seat.secret}"
        )
        assert code in {200, 202}, body
        await until_shown(connection, seat, status)
        took.append(time.perf_counter() - sent)
    connection.close()
    return took


async def until_shown(connection: Connection, seat: Seat, status: str) -> None:
    """Ask until the page shows it."""
    wanted = f'"id":"{seat.leaf}","name":"{seat.name}","status":"{status}"'.encode()
    for _ in range(1000):
        _, _, body = await connection.get(seat.host, "/status.json")
        if wanted in body:
            return
        await asyncio.sleep(0.005)
    raise AssertionError(f"{seat.leaf} is never shown as {status}")


async def scenario(title: str, seats: list[Seat], port: int, lasts_s: float) -> Figures:
    """Let a writer write on every seat at the same time."""
    began = time.perf_counter()
    until = began + lasts_s
    lists = await asyncio.gather(*(write_on(seat, port, until) for seat in seats))
    return Figures(title, [s for one in lists for s in one], time.perf_counter() - began)


def make_page(actors: Actors, system: System, leaves: int) -> list[Seat]:
    """A page of a Prime account with so many leaves: a seat each."""
    ada = actors.owner()
    done = system.run(".venv/bin/hepstatus", "tier", "set", ada.email, "prime")
    assert done.returncode == 0, done.stderr
    page: Page = ada.page()
    secret = page.key()["key"]
    names = [f"Part {number}" for number in range(leaves)]
    return [Seat(page.host, secret, page.leaf(name), name) for name in names]


def run(titles: Mapping[str, tuple[int, int]], env: Mapping[str, str], lasts_s: float) -> dict:
    """Measure scenarios, title → (pages, writers), on a system of its own."""
    with (
        tempfile.TemporaryDirectory() as folder,
        System(Path(folder) / "system", durable=True, env=env) as system,
    ):
        system.start_all(webs=1)
        return {title: measure(title, system, *sizes, lasts_s) for title, sizes in titles.items()}


def measure(title: str, system: System, pages: int, writers: int, lasts_s: float) -> Figures:
    """Measure one scenario after a second of warming up, and print it."""
    shares = [writers // pages + (number < writers % pages) for number in range(pages)]
    with Actors(system) as actors:
        seats = [seat for share in shares for seat in make_page(actors, system, share)]
    port = system.webs[0].port
    asyncio.run(scenario(title, seats, port, 1))
    figures = asyncio.run(scenario(title, seats, port, lasts_s))
    print(figures, flush=True)
    return figures


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=6.0, help="for each scenario")
    lasts_s = parser.parse_args().seconds
    env = {"WEB_CONCURRENCY": "2", "RATE_LIMITS": "off"}
    batched = run(
        {
            "1 writer": (1, 1),
            "64 writers on one page": (1, 64),
            "64 writers on ten pages": (10, 64),
        },
        env,
        lasts_s,
    )
    title = "64 writers on one page, one by one"
    single = run({title: (1, 64)}, {**env, **ONE_BY_ONE}, lasts_s)[title]
    ratio = batched["64 writers on one page"].rate / single.rate
    print(f"batches and coalesced rings, against one by one: {ratio:.1f} x")


if __name__ == "__main__":
    main()
