"""Repair asked for by visits: a page that Redis has lost comes back at once, whoever sweeps."""

import time

import pytest

from domain.store.redis import keys
from tests.support.faults.breaking import SOON_S, Behind, frozen
from tests.support.stack import System, wait_until

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def system(tmp_path_factory, stack_template):
    """A system of this module's own, with a pool of the size that is the product's default."""
    env = {"WORKER_CONCURRENCY": ""}
    with System(tmp_path_factory.mktemp("repair"), template=stack_template, env=env) as system:
        yield system.start_all(webs=2)


@pytest.fixture
def behind(system):
    """What is behind the door, while nobody sweeps."""
    with frozen(system.child("beat1")):
        behind = Behind(system)
        wait_until(lambda: not behind.redis.llen("beat"), "all that beat asked for is done", SOON_S)
        yield behind


def test_visit_is_answered_when_redis_lost_page_and_host_and_nobody_sweeps(system, actors, behind):
    # given a page that one of two web processes has never served
    page = actors.page("API")
    assert actors.visitor(page).get("/").status_code == 200
    # when Redis loses everything
    behind.redis.flushall()
    # then a visit has host and page published, though on a busy machine not the first one
    vi = actors.visitor(page, web=1)
    wait_until(lambda: vi.get("/").status_code == 200, "it is back", SOON_S)
    assert "API" in vi.get("/").text
    assert not behind.redis.exists(keys.WORKER_SEEN)


def test_unknown_host_is_looked_up_once_when_redis_lost_all_hosts(system, actors, behind):
    behind.redis.flushall()
    vi = actors.caller("guessed.localhost", web=1)
    # when it is asked for again and again
    assert vi.get("/").status_code in {404, 503}
    entry = keys.host_key("guessed.localhost")
    wait_until(lambda: behind.redis.get(entry) == b"0 ", "it is noted as nobody's", SOON_S)
    wait_until(lambda: behind.redis.llen("repair") == 0, "the worker has taken all", SOON_S)
    for _ in range(20):
        assert vi.get("/").status_code in {404, 503}
    # then nobody is asked again before the note expires
    assert behind.redis.llen("repair") == 0
    assert 0 < behind.redis.ttl(entry) <= keys.UNKNOWN_HOST_TTL_S


def test_slow_page_is_left_alone_when_it_is_asked_for_by_many(system, actors, behind):
    # given a page that rests after long work, and that Redis has lost
    page = actors.page("API")
    behind.redis.delete(keys.page_key(page.id))
    behind.redis.set(keys.cool_down_key(page.id), "rest", px=1_500)
    # when a visitor asks for it, then it comes when the rest is over
    began_at = time.monotonic()
    vi = actors.visitor(page, web=1)
    wait_until(lambda: vi.get("/").status_code == 200, "it is back", SOON_S)
    assert time.monotonic() - began_at > 1
