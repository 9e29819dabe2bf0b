"""Fixtures: a bare store for what runs in this process, real systems for the rest, and the actors.

Every test makes its own account and page; nothing is ever cleaned. `system` is shared and must be
left whole; who kills, freezes or empties takes `own_system`.
"""

import os
from pathlib import Path

import pytest

import tests.support.law_profiles  # noqa: F401 - laws are everywhere
from domain.store.postgres import engine
from tests.support.actors import Actors
from tests.support.inside import STORE_VARIABLES, forget_settings
from tests.support.stack import System
from tests.support.stack_template import template

HERE = Path(__file__).parent
ROOMS = ("system", "integration", "property", "browser", "architecture", "unit")


def pytest_collection_modifyitems(items):
    """Begin with what takes long, so that what is short fills up the end, room by room: what the
    tests of a room share is started once a process.
    """
    slow = {item.path for item in items if item.get_closest_marker("slow")}

    def place(item):
        return item.path not in slow, ROOMS.index(item.path.relative_to(HERE).parts[0])

    items.sort(key=place)


@pytest.fixture(scope="session")
def stack_template(tmp_path_factory):
    shared = tmp_path_factory.getbasetemp()
    return template(shared.parent if os.environ.get("PYTEST_XDIST_WORKER") else shared)


@pytest.fixture(scope="session")
def store(tmp_path_factory, stack_template):
    """Postgres and Redis without any program of ours: this process is web and worker in one."""
    with System(tmp_path_factory.mktemp("store"), template=stack_template) as system:
        system.migrate()
        os.environ.update({name: system.env[name] for name in STORE_VARIABLES})
        forget_settings()
        yield system
        engine.sync_engine().dispose()


@pytest.fixture(scope="session")
def system(tmp_path_factory, stack_template):
    """The whole product with two web processes, for tests that leave it whole."""
    folder = tmp_path_factory.mktemp("system")
    with System(folder, template=stack_template) as system:
        yield system.start_all(webs=2)


@pytest.fixture
def own_system(tmp_path, stack_template):
    """The whole product, with one web process, for one test that breaks it."""
    with System(tmp_path / "system", template=stack_template) as system:
        yield system.start_all()


@pytest.fixture
def actors(system):
    """Ada, Bo, Mon and Vi, new for this test."""
    with Actors(system) as actors:
        yield actors


@pytest.fixture
def own_actors(own_system):
    """The actors of a system that is about to be broken."""
    with Actors(own_system) as actors:
        yield actors
