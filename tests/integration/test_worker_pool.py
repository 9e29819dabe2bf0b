"""The worker's pool watches every child that lives; Celery's own forgets some (workers/pool.py)."""

import pytest
from kombu.asynchronous import Hub

from workers.pool import WatchfulPool


@pytest.fixture
def hub():
    """The worker's loop, which nobody turns."""
    hub = Hub()
    yield hub
    hub.close()


@pytest.fixture
def pool(hub):
    """Two processes that have nothing to do, watched by the loop."""
    pool = WatchfulPool(processes=2, threads=False)
    pool.register_with_event_loop(hub)
    yield pool
    pool.terminate()
    pool.join()


def watched(pool, hub):
    return {proc.pid for proc in pool._pool if proc._sentinel_poll in hub.readers}


def test_child_stays_watched_when_anothers_end_was_taken_for_its_own(pool, hub):
    # given two children that live
    living = {proc.pid for proc in pool._pool}
    assert watched(pool, hub) == living
    # when the loop calls for one of them, because its descriptor had been another's
    pool._event_process_exit(hub, pool._pool[0])
    # then both live, and are watched
    assert {proc.pid for proc in pool._pool} == watched(pool, hub) == living
    # and stay so when the worker connects to its broker again
    pool.register_with_event_loop(hub)
    assert watched(pool, hub) == living


def test_loop_takes_up_a_child_when_nobody_watched_it(pool, hub):
    pool._untrack_child_process(pool._pool[0], hub)
    pool.register_with_event_loop(hub)
    assert watched(pool, hub) == {proc.pid for proc in pool._pool}
