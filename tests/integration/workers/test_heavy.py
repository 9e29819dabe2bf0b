"""Heavy work on a real broker: who waits for a permit, who rests, and what is charged to whom."""

import multiprocessing
import os
import signal
from unittest import mock

import pytest

from domain.runtime.new_ids import new_id
from domain.store.redis import keys
from domain.store.work_queue import LONG_WORK_MS, Job, work_queue
from tests.support.faults.breaking import SOON_S
from tests.support.stack import wait_until
from workers import heavy, permits

pytestmark = pytest.mark.usefixtures("store")
LONG_S = 3 * LONG_WORK_MS / 1000


@pytest.fixture
def stream():
    return new_id("p")


@pytest.fixture
def done():
    """The jobs that were done, in order."""
    jobs = []
    works = dict.fromkeys(("drain", "render_cold"), jobs.append)
    work_queue().broker.delete(keys.WAITING_JOBS)
    with mock.patch.object(heavy, "RUNNERS", works):
        yield jobs


def job(stream, task="drain"):
    return Job(task, (stream,), "nobody_takes_from_here", stream)


def test_stream_rests_as_long_as_a_long_drain_took_whatever_its_batch(stream, done):
    # given a drain of one command that took long
    work_queue().note_drain(stream, LONG_S)
    cool_down_s = work_queue().stream_load(stream).cool_down_s
    assert LONG_S * 0.5 < cool_down_s <= LONG_S
    # when it is rung for twice meanwhile, then it is not drained, and rung for once
    for _ in range(2):
        heavy.run_or_defer(job(stream))
    assert done == []
    name = "nobody_takes_from_here"
    wait_until(lambda: work_queue().broker.llen(name) > 0, "it is rung for", SOON_S)
    messages = work_queue().broker.lrange(name, 0, -1)
    assert sum(stream.encode() in message for message in messages) == 1


def test_stream_does_not_rest_after_a_quick_drain(stream, done):
    work_queue().note_drain(stream, LONG_WORK_MS / 1000)
    heavy.run_or_defer(job(stream))
    assert done == [job(stream)]


def test_drawing_on_demand_counts_towards_the_cool_down_of_its_page(stream, done):
    # given artifacts of a page none of which takes long
    work_queue().charge(stream, LONG_WORK_MS / 1000 * 0.9)
    assert not work_queue().stream_load(stream).cool_down_s
    for _ in range(50):
        work_queue().charge(stream, LONG_WORK_MS / 1000 * 0.9)
    # then together they are long work, and the page's drain waits
    heavy.run_or_defer(job(stream))
    assert done == []


def test_drain_is_heavy_when_the_last_one_was_long(stream, done):
    slow, quick = job(stream), job(new_id("p"))
    work_queue().broker.set(keys.slow_key(stream), "1")
    with all_permits_taken():
        heavy.run_or_defer(slow)
        heavy.run_or_defer(job(quick.stream, "render_cold"))
        # then what was quick is done all the same
        heavy.run_or_defer(quick)
        assert done == [quick]
    # when a permit is free, then what has waited is done, the oldest first, behind what came
    other = job(new_id("p"), "render_cold")
    heavy.run_or_defer(other)
    assert done[1:] == [other, slow, job(quick.stream, "render_cold")]


def test_permit_is_free_again_when_its_process_is_killed():
    with all_permits_taken() as holder:
        with permits.pool().heavy.one() as is_free:
            assert not is_free
        os.kill(holder.pid, signal.SIGKILL)
        holder.join()
        with permits.pool().heavy.one() as is_free:
            assert is_free


def test_all_processes_but_one_do_heavy_work():
    assert [permits.Pool(size).heavy.count for size in (1, 2, 3, 8)] == [1, 1, 2, 7]


class all_permits_taken:  # noqa: N801 - a context manager that is written where a function would be
    """Another process of the pool holds its permit."""

    def __enter__(self):
        permits.share(2)
        fork = multiprocessing.get_context("fork")
        ours, theirs = fork.Pipe()
        self.holder = fork.Process(target=hold, args=(theirs,))
        self.holder.start()
        assert ours.recv()
        return self.holder

    def __exit__(self, *_):
        self.holder.kill()
        self.holder.join()
        permits.share(1)


def hold(told):
    with permits.pool().heavy.one() as is_free:
        told.send(is_free)
        told.recv()
