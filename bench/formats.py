"""What formats for other tools cost: their first request, and a publication while they are read.

`python -m bench.formats` makes pages of five leaves and twenty incidents. It asks each format of a
page for the first time, on an idle machine. Then a writer toggles a leaf, in turns with nobody who
reads formats and with a reader of each format that asks every 0.2 s, and prints for both how long a
write takes to be published, and how long a reader waited at most. Ends with 1 if a first request
takes more than 200 ms (the median over pages), or a reader waited as long as a rendering takes.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from statistics import median

from bench.client import Connection
from tests.support.actors import Actors, Page
from tests.support.stack import System

FORMATS = (
    "/api/v2/summary.json", "/api/v2/incidents.json", "/history.atom", "/history.rss",
    "/feed.json", "/calendar.ics", "/badge.json", "/embed", "/llms.txt", "/history",
)  # fmt: skip
FIRST_MS, READ_MS = 200.0, 100.0
READ_S, WRITE_S, ROUNDS = 0.2, 0.1, 4
STATUSES = ("degraded", "operational")
PLAIN, READ = "nobody", "all formats"


def furnish(actors: Actors) -> Page:
    """Return a page with some history."""
    page = actors.page("api", "b", "c", "d", "e")
    for number in range(20):
        state = "investigating" if number > 17 else "resolved"
        page.incident(title=f"Down {number}", body="We *look* at it.", components=[], state=state)
    return page


async def ask(port: int, host: str, path: str) -> tuple[float, bool]:
    """Return how many milliseconds an answer takes, and whether it is an older copy."""
    connection, began_at = await Connection.open(port), time.perf_counter()
    code, headers, _ = await connection.get(host, path)
    took = 1000 * (time.perf_counter() - began_at)
    connection.close()
    assert code == 200, (path, code)
    return took, b"x-hepstatus-copy" in headers


async def first_requests(port: int, pages: list[Page]) -> dict[str, list[float]]:
    took: dict[str, list[float]] = defaultdict(list)
    for page in pages:
        for path in FORMATS:
            took[path].append((await ask(port, page.host, path))[0])
            await asyncio.sleep(0.1)
    return took


async def write_for(port: int, page: Page, secret: str, seconds: float) -> list[float]:
    """Toggle ten times a second; return how many milliseconds each publication took."""
    took, connection = [], await Connection.open(port)
    path, head = "/api/v1/status-api/components/api/status", f"Bearer {secret}"
    for turn in range(int(seconds / WRITE_S)):
        began_at = time.perf_counter()
        body = {"status": STATUSES[turn % 2]}
        code, _, _ = await connection.post(path, body, Authorization=head)
        assert code == 200, code
        took.append(1000 * (time.perf_counter() - began_at))
        await asyncio.sleep(max(WRITE_S - (time.perf_counter() - began_at), 0))
    connection.close()
    return took


async def read_until(over: asyncio.Event, port: int, host: str, path: str) -> list[float]:
    took = []
    while not over.is_set():
        took.append((await ask(port, host, path))[0])
        await asyncio.sleep(READ_S)
    return took


async def write_and_read(
    port: int, page: Page, secret: str, seconds: float
) -> tuple[dict[str, list[float]], list[float]]:
    """Return the publications' milliseconds by who reads, and those of the readers."""
    writes: dict[str, list[float]] = defaultdict(list)
    reads: list[float] = []
    for turn in range(2 * ROUNDS):
        over, is_read = asyncio.Event(), turn % 2 == 1
        paths = FORMATS if is_read else ()
        tasks = [asyncio.create_task(read_until(over, port, page.host, p)) for p in paths]
        writes[READ if is_read else PLAIN] += await write_for(port, page, secret, seconds)
        over.set()
        reads += [each for took in await asyncio.gather(*tasks) for each in took]
    return writes, reads


def quantile(values: list[float], q: float) -> float:
    return sorted(values)[int(q * (len(values) - 1))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=6.0, help="for each round")
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        System(Path(folder) / "system", durable=True) as system,
        Actors(system.start_all()) as actors,
    ):
        pages, port = [furnish(actors) for _ in range(chosen.pages + 1)], system.webs[0].port
        asyncio.run(first_requests(port, pages[:1]))  # programs load libraries at first use
        first = asyncio.run(first_requests(port, pages[1:]))
        secret = pages[0].key()["key"]
        writes, reads = asyncio.run(write_and_read(port, pages[0], secret, chosen.seconds))
    for path, took in first.items():
        print(f"first {path:<24} median {median(took):6.1f} ms   most {max(took):6.1f} ms")
    for who, took in writes.items():
        p50, p99 = quantile(took, 0.5), quantile(took, 0.99)
        print(f"publication, read by {who:<12} p50 {p50:6.1f} ms   p99 {p99:6.1f} ms   {len(took)}")
    print(f"readers p50 {median(reads):.1f} ms   p99 {quantile(reads, 0.99):.1f} ms   {len(reads)}")
    is_slow = max(map(median, first.values())) > FIRST_MS or quantile(reads, 0.99) > READ_MS
    sys.exit(1 if is_slow else 0)


if __name__ == "__main__":
    main()
