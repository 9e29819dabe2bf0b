"""What abuse by one free account, or by none, does to others: their p99 may be one second.

`python -m bench.abuse` runs two web processes, a worker, beat, Postgres with `fsync` and Redis with
512 MB, limits on, and plays what bench/abusers.py lists, each scenario by a process and an account
of its own, while another tenant writes and a visitor looks. It prints for each what was offered and
how it was answered, how that tenant and visitor fared, and the memory of every process; at the end,
after a rest, how much memory was not given back. Ends with 1 if a promise was broken.
"""

import argparse
import asyncio
import multiprocessing
import socket
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench.abusers import Abuse
from bench.accounts import Account, new_account
from bench.bystanders import Bystanders, Timed
from bench.client import count_statuses
from bench.memory import MB, REDIS_DATA, SERVERS, Bytes, Cast, peaks_of
from bench.production import production_like
from bench.scenarios_of_abuse import SCENARIOS, Scenario
from tests.support.actors import Actors
from tests.support.stack import System

P99_LIMIT_S = 1.0
GROWTH_LIMIT = 20 * MB
TENANT, ABUSER = "198.51.100.7", "203.0.113.66"  # as the proxy tells them
WARM_S, CALM_S = 20.0, 5.0
HEADER = (
    f"{'point':>5}  {'abuse, offered':<52}{'write p50':>10}{'p99':>7}{'n':>5}{'202':>5}{'err':>5}"
    f"{'visit p50':>11}{'p99':>7}{'n':>6}{'err':>5}  promise"
)


@dataclass(frozen=True, slots=True)
class Row:
    """What a scenario did to others, and how the abuse was answered."""

    point: str
    offered: str
    writes: Timed
    visits: Timed
    abuse: Counter[int]

    @property
    def is_kept(self) -> bool:
        """Whether what is promised to others held."""
        return (
            self.writes.quantile_s(0.99) <= P99_LIMIT_S
            and not self.writes.late
            and not self.writes.failed
            and not self.visits.failed
        )

    def __str__(self) -> str:
        def times(timed: Timed) -> str:
            return f"{timed.quantile_s(0.5):.3f}{timed.quantile_s(0.99):>7.3f}"

        writes, visits = self.writes, self.visits
        return (
            f"{self.point:>5}  {self.offered:<52}{times(writes):>17}{len(writes.seconds):>5}"
            f"{writes.late:>5}{writes.failed.total():>5}{times(visits):>18}"
            f"{len(visits.seconds):>6}{visits.failed.total():>5}"
            f"  {'kept' if self.is_kept else 'BROKEN'}"
        )

    @property
    def details(self) -> str:
        """How the abuse was answered, and what others met."""
        told = f"       abuse answered: {count_statuses(self.abuse)}"
        for who, timed in (("tenant", self.writes), ("visitor", self.visits)):
            told += f"; {who} met {count_statuses(timed.failed)}" if timed.failed else ""
        return told


def play(scenario: Scenario, accounts: tuple[Account, ...], lasts_s: float) -> Counter[int]:
    """Abuse, in a process of its own."""

    async def abuse() -> Counter[int]:
        played = Abuse(accounts, asyncio.get_running_loop().time() + lasts_s)
        await scenario.play(played)
        return played.statuses

    return asyncio.run(abuse())


def prepare(scenario: Scenario, accounts: tuple[Account, ...]) -> None:
    """Make ready what is not measured, in a process of its own."""
    if scenario.prepare:
        asyncio.run(scenario.prepare(Abuse(accounts, 0)))


class Bench:
    """Plays scenarios on a system, and keeps the memory of its processes in view."""

    def __init__(self, system: System, cast: Cast, given: argparse.Namespace) -> None:
        self._cast, self._given = cast, given
        # All beforehand: the next scenario begins whatever the last one left behind.
        with Actors(system) as actors:
            self._tenant = new_account(actors, TENANT)
            self._abusers = {
                s: tuple(new_account(actors, ABUSER) for _ in range(s.accounts)) for s in SCENARIOS
            }
        self._pool = ProcessPoolExecutor(2, multiprocessing.get_context("spawn"))

    def close(self) -> None:
        self._pool.shutdown()

    def bystand(self, lasts_s: float) -> Bystanders:
        return Bystanders(self._tenant, self._given.writes, self._given.visits, lasts_s)

    def run_alone(self, point: str, lasts_s: float) -> Row:
        """Let tenant and visitor be by themselves."""
        fared = self._pool.submit(self.bystand(lasts_s).run)
        return Row(point, "nothing", *fared.result(), Counter())

    def run(self, scenario: Scenario) -> Row:
        """Play a scenario while tenant and visitor go on, and print what it took."""
        accounts = self._abusers[scenario]
        self._pool.submit(prepare, scenario, accounts).result()
        before = self._cast.resident()
        with peaks_of(self._cast) as peaks:
            fared = self._pool.submit(self.bystand(self._given.seconds).run)
            abuse = self._pool.submit(play, scenario, accounts, self._given.seconds)
            row = Row(str(scenario.point), scenario.offered, *fared.result(), abuse.result())
        time.sleep(CALM_S)
        print(row, row.details, sep="\n")
        print(f"       MB before/peak/after: {memory(before, peaks.bytes, self._cast.resident())}")
        sys.stdout.flush()
        return row


def memory(*samples: Bytes) -> str:
    """Tell the memory of every role, sample by sample."""
    return ", ".join(
        f"{role} " + "/".join(f"{sample.get(role, 0) / MB:.0f}" for sample in samples)
        for role in samples[0]
    )


def kept_memory(before: Bytes, after: Bytes, cast: Cast) -> bool:
    """Print what was not given back; tell whether every process gave back all but a little."""
    grown = {role: after.get(role, 0) - size for role, size in before.items()}
    too_much = [role for role, size in grown.items() if role not in SERVERS and size > GROWTH_LIMIT]
    print(f"MB before the first/after the rest: {memory(before, after)}")
    print(f"grown by more than {GROWTH_LIMIT // MB} MB: {', '.join(too_much) or 'none'}")
    print(f"ended meanwhile: {', '.join(cast.ended()) or 'none'}")
    return not too_much and not cast.ended()


def bench(system: System, given: argparse.Namespace) -> bool:
    """Play the scenarios that were asked for; tell whether every promise was kept."""
    played = Bench(system, cast := Cast.of(system), given)
    with closing(played):
        print(HEADER)
        played.run_alone("-", WARM_S)
        rows = [played.run_alone("idle", given.seconds)]
        print(rows[0], flush=True)
        before = cast.resident()
        chosen = [s for s in SCENARIOS if not given.only or s.point in given.only]
        rows += [played.run(scenario) for scenario in chosen]
        time.sleep(given.rest)
        print(f"Redis holds {cast.resident()[REDIS_DATA] / MB:.0f} MB after {given.rest:.0f} s")
        is_given_back = kept_memory(before, cast.resident(), cast)
    return is_given_back and all(row.is_kept for row in rows)


def main() -> None:
    """Print the table, and end with 1 if a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0, help="for each scenario")
    parser.add_argument("--rest", type=float, default=300.0, help="seconds after the last one")
    parser.add_argument("--writes", type=float, default=4.0, help="the tenant's, a second")
    parser.add_argument("--visits", type=float, default=30.0, help="the visitor's, a second")
    parser.add_argument("--only", type=int, nargs="*", default=(), help="points of the issue")
    given = parser.parse_args()
    with (
        closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as silent,
        tempfile.TemporaryDirectory() as folder,
    ):
        silent.bind(("127.0.0.1", 0))  # a name server that takes every question, and says nothing
        env = {"DNS_PORT": str(silent.getsockname()[1])}
        with production_like(Path(folder) / "system", env) as system, system.logs_of_failures():
            is_kept = bench(system, given)
    sys.exit(not is_kept)


if __name__ == "__main__":
    main()
