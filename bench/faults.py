"""Break everything, under load, again and again; count what was lost, doubled or out of order.

`python -m bench.faults` prints a line for each scenario of tests/support/faults/scenarios.py: what
was acknowledged and what the pages tell, visitors' errors (on pages that were being served, by a
web process that lived), the oldest word that a visitor was not shown, and the time to heal once the
fault was mended. Three writers of four wait for publication, the others do not. Ends with 1 if a
word was lost, doubled or out of order, or a visitor met an error while a web process lived.
"""

import argparse
import random
import re
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.actors import Actors
from tests.support.faults.load import Load
from tests.support.faults.places import Place, new_story, place_for
from tests.support.faults.scenarios import SCENARIOS, Fault, Scenario
from tests.support.faults.verdict import Verdict, judge

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
    errors: Counter[str] = field(default_factory=Counter)
    stalest_s: float = 0.0
    heals_s: float = 0.0

    @property
    def is_clean(self) -> bool:
        """Whether all that is promised held."""
        return self.verdict.is_clean and (self.scenario.is_dark or not self.errors)

    @property
    def complaint(self) -> str:
        """What visitors met that they should not have; empty if nothing."""
        return (
            "" if self.scenario.is_dark else ", ".join(f"{n} x {e}" for e, n in self.errors.items())
        )

    def __str__(self) -> str:
        v = self.verdict
        count = self.errors.total()
        errors = f"({count})" if self.scenario.is_dark else str(count)
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
    row.errors.update(wrong for _, wrong in record.errors)
    row.stalest_s = max(row.stalest_s, record.longest_stale_s)
    row.heals_s = max(row.heals_s, record.healed_s(struck_at, mended_at))


def run(scenario: Scenario, place: Place, pages: int, rounds: int, freeze_s: float) -> Row:
    """Play the rounds of a scenario on pages of their own, and judge what the pages tell."""
    row = Row(scenario)
    with Actors(place.system) as actors:
        stories = [new_story(actors) for _ in range(pages)]
        for _ in range(rounds):
            load = Load(place.system, stories, rest_s=scenario.rest_s)
            play(row, load, place.fault(stories, freeze_s))
        row.verdict = judge(stories)
    return row


def main() -> None:
    """Print the table, and end with 1 if a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--freeze", type=float, default=10.0, help="seconds that a server is frozen"
    )
    parser.add_argument("--only", default="", help="scenarios whose name matches")
    given = parser.parse_args()
    chosen = [scenario for scenario in SCENARIOS if re.search(given.only, scenario.name)]
    rows = []
    print(HEADER)
    for needs in sorted({scenario.needs for scenario in chosen}):
        with (
            tempfile.TemporaryDirectory() as folder,
            place_for(needs, Path(folder), durable=True, env=ENV) as place,
        ):
            for scenario in (s for s in chosen if s.needs == needs):
                with place.system.logs_of_failures():
                    rows.append(run(scenario, place, given.pages, given.rounds, given.freeze))
                print(rows[-1], flush=True)
                if rows[-1].complaint:
                    print(f"  visitors met {rows[-1].complaint}", flush=True)
    print(f"in all: {sum((row.verdict for row in rows), Verdict())}")
    sys.exit(not all(row.is_clean for row in rows))


if __name__ == "__main__":
    main()
