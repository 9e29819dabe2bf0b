"""The pool watches every child that lives; Celery's own forgets some.

See workers/celery_patches/pool.py.
"""

import pickle

import pytest
from kombu.asynchronous import Hub

from tests.support.faults.breaking import NOBODY
from tests.support.inside import leave_stack
from workers.celery_patches.pool import WatchfulPool


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


ASKED = {"drain": ["p_x"], "render_cold": ["p_x", "history"], "rehearse": ["h_x"]}
READ_AT_ONCE = 4_096  # bytes that a pipe takes, and gives, in one piece (PIPE_BUF)


@pytest.fixture
def nowhere(store, monkeypatch):
    """This process with neither Postgres nor Redis."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    for name in ("REDIS_URL", "BROKER_URL", "CACHE_URL"):
        monkeypatch.setenv(name, NOBODY)
    leave_stack()
    yield
    leave_stack()


@pytest.mark.parametrize(
    "name",
    ["drain", "render_cold", "rehearse", "sweep", "clock", "check_mounts", "clean", "archive"],
)
def test_result_is_read_at_once_when_a_task_meets_an_outage(nowhere, name):
    # given a task as a child of the pool runs it
    from celery.app.trace import build_tracer

    import workers.tasks  # noqa: F401 - registers them
    from workers.app import app

    args = ASKED.get(name, [])
    run = build_tracer(name, app.tasks[name], app.loader, "worker", app=app)
    # when neither Postgres nor Redis is there
    result = run("id", args, {}, {"id": "id", "task": name, "args": args, "kwargs": {}})
    # then what it sends to the main process is no exception with all that hangs on one
    assert len(pickle.dumps(tuple(result))) < READ_AT_ONCE
