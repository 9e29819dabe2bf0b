"""SPEC 3.6 and 7 under load: whatever breaks, no acknowledged word is lost, doubled or out of
order, and a page that was being served is never an error while one web process lives.

The same scenarios as bench/faults.py, one round each on few pages.
"""

import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.actors import Actors
from tests.support.load import Load, Story
from tests.support.scenarios import SCENARIOS, Fault, small_disk
from tests.support.stack import System
from tests.support.verdict import judge

pytestmark = pytest.mark.system

PAGES = 4
FROZEN_S = 2.0
BEFORE_S = 0.3
IN_ORDER = sorted(SCENARIOS, key=lambda scenario: scenario.needs)  # one system after the other


class Places:
    """The running system of the moment, made for scenarios with certain needs."""

    def __init__(self, folder: Path, template: Path) -> None:
        self.folder, self.template = folder, template
        self.needs: str | None = None
        self.held = ExitStack()

    def fit(self, needs: str) -> tuple[System, list[Story]]:
        """A system with such needs, and pages that are being served."""
        if needs != self.needs:
            self.held.close()
            self.needs, self.made = needs, self.make(needs)
        return self.made

    def make(self, needs: str) -> tuple[System, list[Story]]:
        folder = self.folder / (needs or "plain")
        disk = folder / "disk" if needs == "small disk" else None
        if disk:
            self.held.enter_context(small_disk(disk))
        system = System(
            folder / "system",
            template=self.template,
            disk=disk,
            has_broker=needs == "two redis",
        )
        self.held.enter_context(system).start_all(webs=2)
        actors = self.held.enter_context(Actors(system))
        return system, [new_story(actors) for _ in range(PAGES)]


@pytest.fixture(scope="module")
def places(tmp_path_factory, stack_template):
    places = Places(tmp_path_factory.mktemp("faults"), stack_template)
    with places.held:
        yield places


def new_story(actors):
    page = actors.owner().page()
    return Story(page, page.key()["key"])


@pytest.mark.parametrize("scenario", IN_ORDER, ids=lambda scenario: scenario.name)
def test_no_word_is_lost_when(scenario, places):
    # given writers and visitors at work
    system, stories = places.fit(scenario.needs)
    load = Load(system, stories, visitors=1)
    before = load.acknowledged
    with system.logs_of_failures():
        with load.flowing():
            time.sleep(BEFORE_S)
            # when something breaks, and is mended from outside
            scenario.strike(Fault(system, [story.page.id for story in stories], FROZEN_S))
        # then every word that was acknowledged is told once, in order
        verdict = judge(stories)
        assert verdict.is_clean, (verdict, load.record)
        assert load.acknowledged > before
        # and visitors were served by whichever web process was there
        assert load.record.visits > 0
        assert scenario.is_dark or not load.record.errors, load.record.errors
