"""Faults under load: no acknowledged write is lost, doubled or out of order.

A page that was being served is never an error while one web process lives. The same scenarios
as bench/faults.py, one round each on few pages.

Source: docs/behaviour.md, "Order and durability" and "Failures".
"""

import random
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.actors import Actors
from tests.support.faults.clock import has_compiler
from tests.support.faults.load import Load
from tests.support.faults.places import Place, new_story, place_for
from tests.support.faults.scenarios import SCENARIOS
from tests.support.faults.story import Story
from tests.support.faults.verdict import judge
from tests.support.prerequisites import skip_without

pytestmark = pytest.mark.system

PAGES = 4
FROZEN_S = 3.0
REST_S = 0.05  # other tests run beside this one
BEFORE_S = (0.1, 0.6)
IN_ORDER = sorted(SCENARIOS, key=lambda scenario: scenario.needs)  # one system after the other


class Places:
    """The place of the moment, made for scenarios with certain needs."""

    def __init__(self, folder: Path, template: Path) -> None:
        self.folder, self.template = folder, template
        self.needs: str | None = None
        self.held = ExitStack()

    def fit(self, needs: str) -> tuple[Place, list[Story]]:
        """A place with such needs, and pages that are being served."""
        if needs != self.needs:
            self.held.close()
            self.needs, self.made = needs, self.make(needs)
        return self.made

    def make(self, needs: str) -> tuple[Place, list[Story]]:
        folder = self.folder / (needs.replace(" ", "-") or "plain")
        place = self.held.enter_context(place_for(needs, folder, template=self.template))
        actors = self.held.enter_context(Actors(place.system))
        return place, [new_story(actors) for _ in range(PAGES)]


@pytest.fixture(scope="module")
def places(tmp_path_factory, stack_template):
    places = Places(tmp_path_factory.mktemp("faults"), stack_template)
    with places.held:
        yield places


@pytest.mark.parametrize("scenario", IN_ORDER, ids=lambda scenario: scenario.name)
def test_no_word_is_lost_when(scenario, places):
    if scenario.needs == "own clock":
        skip_without("C compiler", is_there=has_compiler())
    # given writers and visitors at work
    place, stories = places.fit(scenario.needs)
    load = Load(place.system, stories, visitors=1, rest_s=REST_S)
    before = load.acknowledged
    with place.system.logs_of_failures():
        with load.flowing():
            time.sleep(random.uniform(*BEFORE_S))
            # when something breaks, and is mended from outside
            scenario.strike(place.fault(stories, FROZEN_S))
        # then every word that was acknowledged is told once, in order
        verdict = judge(stories)
        assert verdict.is_clean, (verdict, load.record)
        assert load.acknowledged > before
        # and visitors were served by whichever web process was there
        assert load.record.visits > 0
        assert scenario.is_dark or not load.record.errors, load.record.errors
