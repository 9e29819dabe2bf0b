"""Budgets of bytes on a real Redis: over all processes together, refilled all the time."""

import asyncio

import pytest
import redis.asyncio as aioredis

from domain.runtime.new_ids import new_id
from domain.store.redis.rate_limits.byte_buckets import BUCKETS_MAX, ByteBuckets, key_of
from domain.store.redis.rate_limits.rules import RECOVERY_BYTES, WRITTEN_BYTES, Budget

pytestmark = pytest.mark.usefixtures("store")

SMALL = Budget("test-bytes", 1_000, 864_000)  # ten bytes a second
SLOW = Budget("test-slow-bytes", 1_000, 864)  # a byte in 100 s: none while a test runs


class Clock:
    """Seconds that pass when a test says so."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def played(store, play):
    """Run a scene with a client of the Redis that all processes count in."""

    async def scene():
        client = aioredis.Redis.from_url(store.urls.redis_url)
        try:
            async with asyncio.timeout(20):
                await play(client)
        finally:
            await client.aclose()

    asyncio.run(scene())


def test_budgets_are_those_of_the_contract():
    for budget in (WRITTEN_BYTES, RECOVERY_BYTES):
        assert (budget.bytes_max, budget.bytes_a_day) == (20_000_000, 200_000_000)


def test_spending_ends_when_the_bucket_is_empty_and_goes_on_after_the_wait():
    # Given a bucket that was emptied
    clock = Clock()
    buckets, part = ByteBuckets(clock), new_id("a")
    assert buckets.spend(SMALL, part, 1_000) is None

    # When a hundred bytes more are asked for, then it tells in how many seconds they have come
    assert buckets.spend(SMALL, part, 100) == 10
    assert buckets.spend(SMALL, part, 1) == 1
    clock.now += 9.9
    assert buckets.spend(SMALL, part, 100) == 1
    clock.now += 0.1
    assert buckets.spend(SMALL, part, 100) is None
    assert buckets.spend(SMALL, part, 1) == 1


def test_nothing_is_spent_when_it_is_too_much_or_given_back():
    buckets, part = ByteBuckets(Clock()), new_id("a")
    assert buckets.spend(SMALL, part, 1_100) == 10
    assert buckets.spend(SMALL, part, 1_000) is None
    buckets.give_back(SMALL, part, 1_000)
    assert buckets.spend(SMALL, part, 1_000) is None
    assert buckets.spend(SMALL, new_id("a"), 1_000) is None  # another's


def test_a_process_hears_when_another_emptied_the_bucket(store):
    async def play(client):
        # Given two processes, of which one spends all
        one, other, part = ByteBuckets(), ByteBuckets(), new_id("a")
        one.spend(SLOW, part, 1_000)
        await one.tell(client, 5)

        # When the other spends its first bytes and tells of it, then it knows, and owes them
        assert other.spend(SLOW, part, 100) is None
        await other.tell(client, 5)
        assert other.spend(SLOW, part, 1) > 9_000
        assert 0 < await client.ttl(key_of(SLOW.name, part)) <= 200_000

    played(store, play)


def test_a_bucket_is_spent_once_when_processes_tell_each_other(store):
    async def play(client):
        # Given two processes that know a bucket
        one, other, part = ByteBuckets(), ByteBuckets(), new_id("a")
        # When both spend by turns and tell of it
        spent = 0
        while [b.spend(SLOW, part, 50) for b in (one, other)].count(None) == 2:
            spent += 100
            for buckets in (one, other):
                await buckets.tell(client, 5)
        # Then together they got what there was
        assert spent == SLOW.bytes_max

    played(store, play)


def test_nobody_gets_a_full_bucket_when_redis_was_emptied(store):
    async def play(client):
        buckets, part = ByteBuckets(), new_id("a")
        buckets.spend(SLOW, part, 990)
        await buckets.tell(client, 5)
        await client.delete(key_of(SLOW.name, part))
        assert buckets.spend(SLOW, part, 8) is None
        await buckets.tell(client, 5)
        assert float(await client.hget(key_of(SLOW.name, part), "level")) < 20

    played(store, play)


def test_buckets_are_forgotten_when_there_are_more_than_a_process_may_hold():
    buckets = ByteBuckets(Clock())
    for number in range(BUCKETS_MAX + 1):
        buckets.spend(SMALL, str(number), 1)
    assert len(buckets._buckets) <= BUCKETS_MAX
