"""Requests are counted in the process, together with the others' where it matters."""

import asyncio
import time

import pytest

from domain.store.redis.rate_limits import request_counts as module
from domain.store.redis.rate_limits.request_counts import PART, RequestCounts
from domain.store.redis.rate_limits.rules import Limit
from tests.support.actors import unique

NEVER = "redis://127.0.0.1:1/0"  # nobody listens there
LIMIT = Limit("test", 40, 30)


@pytest.fixture
def clock():
    """An instant that stands still until it is moved: a window never ends in a test's midst."""
    return [float(int(time.time()) // 30 * 30 + 5)]


def counting(url, clock):
    return RequestCounts(url, is_on=True, clock=lambda: clock[0])


def let_in(pace, part, tries=100, limit=LIMIT):
    return sum(pace.hit(limit, part) is None for _ in range(tries))


def test_no_more_than_the_limit_is_let_in_when_nobody_else_counts(clock):
    pace = counting(NEVER, clock)
    assert let_in(pace, "a") == LIMIT.amount
    # the rest waits for the end of the window, and another's count is another
    assert pace.hit(LIMIT, "a") == 25
    assert let_in(pace, "b") == LIMIT.amount
    # and in the next window all begins anew
    clock[0] += 25
    assert let_in(pace, "a") == LIMIT.amount


@pytest.mark.parametrize("step_s", [-31, -3_600, 3_600])
def test_window_ends_when_the_clock_is_set(clock, step_s):
    pace = counting(NEVER, clock)
    assert let_in(pace, "a") == LIMIT.amount
    # nobody is kept out for as long as the clock was set back
    clock[0] += step_s
    assert let_in(pace, "a") == LIMIT.amount
    assert pace.hit(LIMIT, "a") <= LIMIT.window_s


def test_processes_share_a_limit_when_they_tell_each_other(store, clock):
    part = unique("part")

    async def shared():
        one, other = (counting(store.urls.redis_url, clock) for _ in range(2))
        let_in(one, part, 30)
        await one.tell()
        let_in(other, part, 4)
        await other.tell()
        counts = let_in(other, part), let_in(one, part, LIMIT.amount // PART)
        await other.tell()
        await one.tell()
        rest = let_in(one, part), let_in(other, part)
        await one.stop()
        await other.stop()
        return counts, rest

    # the other knows of the one's 30; the one, of the other's once it has told a part of its own
    assert asyncio.run(shared()) == ((6, LIMIT.amount // PART), (0, 0))


def test_nothing_is_told_when_it_is_a_small_part_of_the_limit(clock):
    pace = counting(NEVER, clock)
    let_in(pace, "a", LIMIT.amount // PART - 1)
    asyncio.run(pace.tell())  # which would raise if it asked
    let_in(pace, "a", 1)
    with pytest.raises(module.UNREACHABLE):
        asyncio.run(pace.tell())


def test_each_process_counts_for_itself_loudly_when_redis_is_gone(clock, caplog, monkeypatch):
    monkeypatch.setattr(module, "EVERY_S", 0.01)

    async def counted():
        pace = counting(NEVER, clock)
        pace.start()
        let_in_at_first = let_in(pace, "a", 30)
        async with asyncio.timeout(10):
            while "IN THIS PROCESS ONLY" not in caplog.text:  # noqa: ASYNC110 - a line in a log
                await asyncio.sleep(0.01)
        rest = let_in(pace, "a")
        await pace.stop()
        return let_in_at_first, rest

    assert asyncio.run(counted()) == (30, 10)


def test_memory_is_bounded_when_ever_new_ones_are_counted(clock, monkeypatch):
    monkeypatch.setattr(module, "WINDOWS_MAX", 10)
    pace = counting(NEVER, clock)
    for number in range(25):
        pace.hit(LIMIT, f"{number}")
    assert len(pace._windows) <= 10


def test_nothing_is_limited_when_limits_are_off(clock):
    pace = RequestCounts(NEVER, is_on=False, clock=lambda: clock[0])
    assert let_in(pace, "a", 1000) == 1000
