"""What clients that ask and never read cost: memory, connections, and another visitor's time.

`python -m bench.never_read` opens 1,000 connections to one web process; each sends 200 GETs of a
page, one a segment, and then reads nothing, or every other one a byte a second. It prints by how
much the web tier's memory grew, how many seconds after the last GET all were gone, and another
visitor's p50 and p99 meanwhile against those of the same run while nothing else went on.
"""

import argparse
import asyncio
import multiprocessing
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from pathlib import Path

import psutil

from bench.client import Connection as Client
from bench.journey import Figures, make_page
from tests.support.actors import Actors
from tests.support.stack import System, Web

SPAWN = multiprocessing.get_context("spawn")
VISIT_EVERY_S = 0.02
LOOK_EVERY_S = 0.5
LEAVES = 30
MOST_MB, MOST_S, MOST_TIMES = 50.0, 35.0, 2.0  # what is promised


def crowd(
    has_sent: Event, port: int, host: str, connections: int, gets: int, lasts_s: float
) -> None:
    """Ask on every connection, and read next to nothing; in a process of its own."""
    request = f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
    wires = [socket.create_connection(("127.0.0.1", port)) for _ in range(connections)]
    for wire in wires:
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wire.settimeout(0)
    for _ in range(gets):
        for wire in wires:
            try:
                wire.send(request)
            except OSError:  # its buffer is full, or the other side has ended it
                continue
    has_sent.set()
    until = time.monotonic() + lasts_s
    while time.monotonic() < until:
        time.sleep(1)
        for wire in wires[::2]:
            try:
                wire.recv(1)
            except OSError:
                continue


def visit(port: int, host: str, is_over: Event, times: Connection) -> None:
    """Look at a page now and then, in a process of its own; send the seconds of each answer."""
    times.send(asyncio.run(time_visits(port, host, is_over)))


async def time_visits(port: int, host: str, is_over: Event) -> list[float]:
    client, took = await Client.open(port), []
    while not is_over.is_set():
        sent = time.perf_counter()
        status, _, _ = await client.get(host, "/")
        took.append(time.perf_counter() - sent)
        assert status == 200, status
        await asyncio.sleep(VISIT_EVERY_S)
    client.close()
    return took


@contextmanager
def visits(port: int, host: str, took: list[float]) -> Iterator[None]:
    """Visit during the block; then `took` holds the seconds of each visit."""
    is_over, (ours, theirs) = SPAWN.Event(), SPAWN.Pipe()
    visitor = SPAWN.Process(target=visit, args=(port, host, is_over, theirs), daemon=True)
    visitor.start()
    yield
    is_over.set()
    took += ours.recv()
    visitor.join()


class Watched:
    """The web tier as the operating system sees it."""

    def __init__(self, web: Web) -> None:
        pids = [web.child.pid, *web.child.descendants()]
        self._processes = [psutil.Process(pid) for pid in pids]
        self._port = web.port
        self.most_mb = self.mb()

    def mb(self) -> float:
        return sum(process.memory_info().rss for process in self._processes) / 2**20

    def connections(self) -> int:
        """How many the processes hold."""
        held = (c for process in self._processes for c in process.net_connections("tcp4"))
        return len({c.raddr for c in held if c.laddr.port == self._port and c.raddr})

    def until_gone(self, before: int, lasts_s: float) -> float:
        """Look until no more connections are held than before; return when that was."""
        began = time.perf_counter()
        while (took := time.perf_counter() - began) < lasts_s:
            time.sleep(LOOK_EVERY_S)
            self.most_mb = max(self.most_mb, self.mb())
            if self.connections() <= before:
                break
        return took


def measure(
    web: Web, host: str, connections: int, gets: int, idle_s: float
) -> tuple[float, float, float]:
    """Return by how many MB web grew, when all were gone, and how much slower a visit was."""
    idle: list[float] = []
    with visits(web.port, host, idle):
        time.sleep(idle_s)
    watched, besieged = Watched(web), list[float]()
    before, before_mb = watched.connections() + 1, watched.mb()  # one is the visitor's own
    lasts_s, has_sent = 3 * MOST_S, SPAWN.Event()
    given = (web.port, host, connections, gets, lasts_s)
    asking = SPAWN.Process(target=crowd, args=(has_sent, *given), daemon=True)
    with visits(web.port, host, besieged):
        asking.start()
        has_sent.wait()
        gone_s = watched.until_gone(before, lasts_s)
    asking.kill()
    for title, took in (("alone", idle), ("beside them", besieged)):
        print(Figures(f"a visitor {title}", took, 1), flush=True)
    times = Figures("", besieged, 1).quantile_ms(0.99) / Figures("", idle, 1).quantile_ms(0.99)
    return watched.most_mb - before_mb, gone_s, times


def main() -> None:
    """Print the figures, and end with 1 if a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=1_000)
    parser.add_argument("--gets", type=int, default=200, help="of each connection")
    parser.add_argument("--idle", type=float, default=15.0, help="seconds that a visitor is alone")
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        System(Path(folder) / "system", env={"WEB_CONCURRENCY": "2"}) as system,
    ):
        system.start_all(webs=1)
        with Actors(system) as actors:
            host = make_page(actors, system, LEAVES)[0].host
        grown_mb, gone_s, times = measure(
            system.webs[0], host, given.connections, given.gets, given.idle
        )
    print(f"web grew by {grown_mb:.0f} MB; the last was gone after {gone_s:.1f} s;", end=" ")
    print(f"a visitor's p99 was {times:.1f} x that of idle")
    sys.exit(not (grown_mb <= MOST_MB and gone_s <= MOST_S and times <= MOST_TIMES))


if __name__ == "__main__":
    main()
