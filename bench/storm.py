"""What a storm on one page does to another page's writes: its p99 may be three times that of idle.

`python -m bench.storm` prints, from one run on real processes with a durable Postgres and limits
off: the answers of one quiet writer (request sent → 200, published) without and during a storm of
500 writes/s offered on another page by a process of its own, turn by turn, and their ratio.
"""

import argparse
import asyncio
import multiprocessing
import tempfile
import time
from collections import Counter
from pathlib import Path

from bench.client import Connection
from bench.journey import STATUSES, Figures, Seat, make_page
from tests.support.actors import Actors
from tests.support.stack import System

QUIET_EVERY_S = 0.05  # the quiet writer is no storm of its own
WRITERS = 128
TURNS = 3


def path_of(seat: Seat) -> str:
    return f"/api/v1/status-api/components/{seat.leaf}/status"


async def quiet(seat: Seat, port: int, until: float) -> list[float]:
    """Toggle a leaf now and then; return how many seconds each answer took."""
    connection, took, turn = await Connection.open(port), [], 0
    while time.perf_counter() < until:
        sent, turn = time.perf_counter(), turn + 1
        body = {"status": STATUSES[turn % 2]}
        code, _, said = await connection.post(
            path_of(seat), body, Authorization=f"Bearer {seat.secret}"
        )
        took.append(time.perf_counter() - sent)
        assert code in {200, 202}, said
        await asyncio.sleep(QUIET_EVERY_S)
    connection.close()
    return took


async def blow(seat: Seat, port: int, rate: float, until: float, codes: Counter[int]) -> None:
    """One of the storm's writers: its share of the rate, late or not, one call at a time."""
    connection, turn, due = await Connection.open(port), 0, time.perf_counter()
    while time.perf_counter() < until:
        await asyncio.sleep(max(due - time.perf_counter(), 0))
        due, turn = due + 1 / rate, turn + 1
        body = {"status": STATUSES[turn % 2]}
        code, _, _ = await connection.post(
            path_of(seat), body, Authorization=f"Bearer {seat.secret}"
        )
        codes[code] += 1
    connection.close()


async def everybody(seat: Seat, port: int, offered: float, lasts_s: float) -> Counter[int]:
    codes: Counter[int] = Counter()
    until = time.perf_counter() + lasts_s
    share = offered / WRITERS
    await asyncio.gather(*(blow(seat, port, share, until, codes) for _ in range(WRITERS)))
    return codes


def storm(seat: Seat, port: int, offered: float, lasts_s: float) -> None:
    """The storm, in a process of its own so that it does not delay the quiet writer's clock."""
    began = time.perf_counter()
    codes = asyncio.run(everybody(seat, port, offered, lasts_s))
    rate = codes.total() / (time.perf_counter() - began)
    print(f"  the storm was answered {rate:.0f} times a second: {dict(codes)}", flush=True)


def measure(seat: Seat, port: int, title: str, lasts_s: float) -> Figures:
    """Let the quiet writer write alone."""
    took = asyncio.run(quiet(seat, port, time.perf_counter() + lasts_s))
    return Figures(title, took, lasts_s)


def measure_in_storm(hot: Seat, seat: Seat, port: int, offered: float, lasts_s: float) -> Figures:
    """Let the quiet writer write in the midst of a storm."""
    blown = multiprocessing.get_context("spawn").Process(
        target=storm, args=(hot, port, offered, lasts_s + 2)
    )
    blown.start()
    time.sleep(2)
    figures = measure(seat, port, f"{offered:.0f} writes/s offered elsewhere", lasts_s)
    blown.join()
    return figures


def main() -> None:
    """Print the turns, and the ratio of all of them together."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=6.0, help="for each turn")
    parser.add_argument("--offered", type=float, default=500.0, help="writes/s on the hot page")
    given = parser.parse_args()
    env = {"WEB_CONCURRENCY": "2", "RATE_LIMITS": "off"}
    with (
        tempfile.TemporaryDirectory() as folder,
        System(Path(folder) / "system", durable=True, env=env) as system,
    ):
        system.start_all(webs=1)
        port = system.webs[0].port
        with Actors(system) as actors:
            hot, seat = (make_page(actors, system, 1)[0] for _ in range(2))
        measure(seat, port, "warming up", 1)
        turns = [turn(hot, seat, port, given.offered, given.seconds) for _ in range(TURNS)]
    idle, stormy = ([s for one in turns for s in one[side].seconds] for side in (0, 1))
    p50, p99 = (
        Figures("", stormy, 1).quantile_ms(q) / Figures("", idle, 1).quantile_ms(q)
        for q in (0.5, 0.99)
    )
    print(f"in a storm, against idle: p50 {p50:.1f} x, p99 {p99:.1f} x")


def turn(hot: Seat, seat: Seat, port: int, offered: float, lasts_s: float) -> list[Figures]:
    """Once idle, once in a storm."""
    figures = [measure(seat, port, "idle", lasts_s)]
    print(figures[0], flush=True)
    figures.append(measure_in_storm(hot, seat, port, offered, lasts_s))
    print(figures[1], flush=True)
    return figures


if __name__ == "__main__":
    main()
