"""Half an hour of everything: no process may grow by more than 1 MB in its last ten minutes.

`python -m bench.soak` runs the system of production.py under a moderate mix from a process of its
own: visits of many pages with what is drawn on ask, 404s, writes, dashboards, lists, previews,
refusals of all kinds, logins. It samples the memory of every process every ten seconds, and prints
where each began, stood ten minutes before the end, and ended; growth is that of the window's last
minute over its first, in medians. Ends with 1 if a process of the product grew by more than 1 MB.
"""

import argparse
import asyncio
import itertools
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.accounts import Account, new_account
from bench.bystanders import Writer
from bench.client import count_statuses, send_paced
from bench.hostile import refusals
from bench.memory import MB, SERVERS, Bytes, Cast
from bench.production import production_like
from tests.support.actors import Actors
from tests.support.stack import System

GROWTH_LIMIT = 1 * MB
WINDOW_S, EDGE_S, EVERY_S = 600.0, 60.0, 10.0
WARM_S = 30.0
SIGHTS = ("/", "/status.json", "/history", "/badge.svg", "/badge.png", "/og.png", "/nowhere")
ONE = "/dashboard/pages/{page}"
PARTS = ("", "/activity", "/components", "/customize", "/incidents", "/keys", "/settings")
SCREENS = ("/dashboard", "/dashboard/account", *(f"{ONE}{part}" for part in PARTS))
LISTS = ("", "components", "incidents", "keys", "audit", "mounts", "/api/v1/auth/sessions")
# Requests a second, all accounts together.
RATES = {
    "visits": 20.0,
    "writes": 4.0,
    "screens": 1.0,
    "lists": 2.0,
    "previews": 0.5,
    "refusals": 10.0,
    "logins": 0.2,
}


@dataclass(frozen=True, slots=True)
class Sample:
    """The memory of every role at an instant (monotonic seconds)."""

    at: float
    resident: Bytes
    own: Bytes
    postgres: int


def in_turn(accounts: list[Account], words: dict[str, Iterator[bytes]]) -> Iterator[bytes]:
    """Yield what each account asks, one account after the other."""
    while True:
        for account in accounts:
            yield next(words[account.page_id])


def mix(accounts: list[Account]) -> dict[str, Iterator[bytes]]:
    """Return what is asked without end, by kind; writes are others' business."""

    def each(asked) -> Iterator[bytes]:
        return in_turn(accounts, {a.page_id: itertools.cycle(asked(a)) for a in accounts})

    return {
        "visits": each(lambda a: [a.visit(path, Accept_Encoding="br") for path in SIGHTS]),
        "screens": each(lambda a: [a.owner("GET", s.format(page=a.page_id)) for s in SCREENS]),
        "lists": each(lambda a: [a.owner("GET", path) for path in LISTS]),
        "previews": each(
            lambda a: [a.owner("POST", "preview/incidents", {"title": "What if", "body": "It is"})]
        ),
        "refusals": each(refusals),
        "logins": each(lambda a: [a.login(), a.login("not the password")]),
    }


def live(accounts: list[Account], lasts_s: float, factor: float) -> dict[str, Counter[int]]:
    """Play the mix, in a process of its own; return how each kind was answered."""

    async def everybody() -> dict[str, Counter[int]]:
        until = asyncio.get_running_loop().time() + lasts_s
        counted: dict[str, Counter[int]] = {kind: Counter() for kind in RATES}
        port = accounts[0].port
        async with asyncio.TaskGroup() as group:
            for kind, asked in mix(accounts).items():
                rate = RATES[kind] * factor
                group.create_task(send_paced(port, asked, rate, until, counted[kind], 4))
            share = RATES["writes"] * factor / len(accounts)
            for writer in map(Writer, accounts):
                asked, note = writer.words(), writer.note
                group.create_task(send_paced(port, asked, share, until, counted["writes"], 1, note))
        return counted

    return asyncio.run(everybody())


def sample(cast: Cast, began_at: float) -> Sample:
    return Sample(time.monotonic() - began_at, cast.resident(), cast.own(), cast.of_postgres())


def sampled(cast: Cast, lasts_s: float) -> list[Sample]:
    """Sample until the end; the first one is of the beginning."""
    began_at, found = time.monotonic(), []
    while not found or found[-1].at < lasts_s:
        found.append(sample(cast, began_at))
        time.sleep(max(len(found) * EVERY_S - (time.monotonic() - began_at), 0))
    return found


@dataclass(frozen=True, slots=True)
class Growth:
    """How the memory of a role went; bytes, and of the slope bytes a minute."""

    role: str
    start: float
    before: float
    end: float
    own_growth: float
    slope: float

    @property
    def growth(self) -> float:
        return self.end - self.before

    @property
    def is_bounded(self) -> bool:
        return self.role in SERVERS or self.growth <= GROWTH_LIMIT

    def __str__(self) -> str:
        figures = (self.start, self.before, self.end, self.growth, self.own_growth, self.slope)
        told = "".join(f"{figure / MB:>11.2f}" for figure in figures)
        return f"{self.role:<20}{told}  {'' if self.is_bounded else 'GROWS'}".rstrip()


HEADER = f"{'MB':<20}" + "".join(
    f"{name:>11}" for name in ("start", "before", "end", "growth", "of its own", "a minute")
)


def growth_of(role: str, samples: list[Sample], window_s: float) -> Growth:
    """Compare the last minute of the window with its first, by medians: a peak is no growth."""
    edge_s = min(EDGE_S, window_s / 3)
    end = samples[-1].at
    window = [s for s in samples if s.at >= end - window_s]
    first = [s for s in window if s.at <= end - window_s + edge_s]
    last = [s for s in window if s.at >= end - edge_s]

    def median(part: list[Sample], held: str) -> float:
        return statistics.median(getattr(s, held).get(role, 0) for s in part)

    slope = statistics.linear_regression(
        [s.at / 60 for s in window], [s.resident.get(role, 0) for s in window]
    ).slope
    own = median(last, "own") - median(first, "own")
    start = samples[0].resident[role]
    return Growth(role, start, median(first, "resident"), median(last, "resident"), own, slope)


def soak(system: System, given: argparse.Namespace) -> bool:
    """Play the mix and watch; tell whether no process of the product grew."""
    with Actors(system) as actors:
        accounts = [new_account(actors, f"198.51.100.{n}") for n in range(1, given.pages + 1)]
    lasts_s, cast = given.minutes * 60, Cast.of(system)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        pool.apply(live, (accounts, WARM_S, given.factor))
        played = pool.apply_async(live, (accounts, lasts_s, given.factor))
        samples = sampled(cast, lasts_s)
        answered = played.get()
    for kind, counted in answered.items():
        print(f"{kind}: {count_statuses(counted)}")
    window_s = min(WINDOW_S, lasts_s / 2)
    print(
        f"the window is the last {window_s / 60:.1f} minutes of {given.minutes:g}", HEADER, sep="\n"
    )
    grown = [growth_of(role, samples, window_s) for role in samples[0].resident]
    print(*grown, sep="\n")
    first, last = (each.postgres / MB for each in (samples[0], samples[-1]))
    print(f"Postgres, all of it: {first:.0f} MB, {last:.0f} MB")
    print(f"ended meanwhile: {', '.join(cast.ended()) or 'none'}")
    return all(each.is_bounded for each in grown) and not cast.ended()


def main() -> None:
    """Print the table, and end with 1 if a process grew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--pages", type=int, default=12)
    parser.add_argument("--factor", type=float, default=1.0, help="times as many requests a second")
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        production_like(Path(folder) / "system") as system,
        system.logs_of_failures(),
    ):
        is_bounded = soak(system, given)
    sys.exit(not is_bounded)


if __name__ == "__main__":
    main()
