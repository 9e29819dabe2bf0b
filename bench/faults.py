"""Break everything, under load, again and again; count what was lost, doubled or out of order.

`python -m bench.faults` prints a line for each scenario of tests/support/scenarios.py: what was
acknowledged and what the pages tell, visitors' errors (on pages that were being served, while a
web process lived), the oldest word that a visitor was not shown, and the time to heal once the
fault was mended. Three writers of four wait for publication, the others do not.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.actors import Actors
from tests.support.load import Load, Story
from tests.support.scenarios import SCENARIOS, Fault, Scenario, small_disk
from tests.support.stack import System
from tests.support.verdict import Verdict, judge

ENV = {"WEB_CONCURRENCY": "1", "RATE_LIMITS": "off"}
BEFORE_S, AFTER_S = (1.0, 3.0), 4.0
HEADER = (
    f"{'scenario':<46}{'rounds':>7}{'acknowl.':>9}{'applied':>9}{'lost':>6}{'doubled':>8}"
    f"{'order':>6}{'visits':>9}{'errors':>7}{'labelled':>9}{'stalest s':>10}{'heals s':>8}"
)


@dataclass(slots=True)
class Row:
    """What the rounds of a scenario came to."""

    scenario: Scenario
    rounds: int = 0
    verdict: Verdict = field(default_factory=Verdict)
    visits: int = 0
    labelled: int = 0
    errors: int = 0
    stalest_s: float = 0.0
    heals_s: float = 0.0

    def __str__(self) -> str:
        v = self.verdict
        errors = f"({self.errors})" if self.scenario.is_dark else str(self.errors)
        return (
            f"{self.scenario.name:<46}{self.rounds:>7}{v.acknowledged:>9}{v.applied:>9}{v.lost:>6}"
            f"{v.doubled:>8}{v.out_of_order:>6}{self.visits:>9}{errors:>7}{self.labelled:>9}"
            f"{self.stalest_s:>10.1f}{self.heals_s:>8.1f}"
        )


def play(row: Row, load: Load, fault: Fault) -> None:
    """One round: some quiet load, the fault, and load until it must have healed."""
    with load.flowing():
        time.sleep(random.uniform(*BEFORE_S))
        struck_at = time.monotonic()
        row.scenario.strike(fault)
        mended_at = time.monotonic()
        time.sleep(AFTER_S)
    record = load.record
    row.rounds += 1
    row.visits += record.visits
    row.labelled += record.labelled
    row.errors += len(record.errors)
    row.stalest_s = max(row.stalest_s, record.longest_stale_s)
    row.heals_s = max(row.heals_s, record.healed_s(struck_at, mended_at))


def run(scenario: Scenario, system: System, pages: int, rounds: int, freeze_s: float) -> Row:
    """Play the rounds of a scenario on pages of their own, and judge what the pages tell."""
    row = Row(scenario)
    with Actors(system) as actors:
        stories = [new_story(actors) for _ in range(pages)]
        fault = Fault(system, [story.page.id for story in stories], freeze_s)
        for _ in range(rounds):
            play(row, Load(system, stories), fault)
        row.verdict = judge(stories)
    return row


def new_story(actors: Actors) -> Story:
    """A page of an owner of its own, with a key."""
    page = actors.owner().page()
    return Story(page, page.key()["key"])


@contextmanager
def system_for(needs: str) -> Iterator[System]:
    """A running system that is made for scenarios with such needs."""
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        disk = folder / "disk" if needs == "small disk" else None
        if disk:
            held.enter_context(small_disk(disk))
        system = System(
            folder / "system", durable=True, env=ENV, disk=disk, has_broker=needs == "two redis"
        )
        yield held.enter_context(system).start_all(webs=2)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--freeze", type=float, default=10.0, help="seconds that Redis is frozen")
    parser.add_argument("--only", default="", help="scenarios whose name holds this")
    given = parser.parse_args()
    chosen = [scenario for scenario in SCENARIOS if given.only in scenario.name]
    total = Verdict()
    print(HEADER)
    for needs in sorted({scenario.needs for scenario in chosen}):
        with system_for(needs) as system:
            for scenario in (s for s in chosen if s.needs == needs):
                with system.logs_of_failures():
                    row = run(scenario, system, given.pages, given.rounds, given.freeze)
                print(row, flush=True)
                total += row.verdict
    print(f"in all: {total}")


if __name__ == "__main__":
    main()
