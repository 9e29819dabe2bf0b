"""Listening to a real Redis goes on, whatever an ear raises, and tells of workers at once."""

import asyncio
import contextlib

from domain.store.redis import keys
from domain.store.redis import subscriber as listener
from domain.store.redis.publisher import cache_redis
from domain.store.redis.subscriber import Listener


class SubscriptionHandler:
    """Hears announcements, the first of which it does not bear."""

    def __init__(self):
        self.connections = 0
        self.heard = []
        self.changed = asyncio.Queue()
        self.seen = asyncio.Queue()  # what was told of workers, after how many connections

    def connected(self, server):
        self.connections += bool(server)

    def disconnected(self):
        """Nothing depends on it here."""

    def invalidated(self, changed):
        self.changed.put_nowait(changed)

    def worker_seen(self, *, is_seen):
        self.seen.put_nowait((self.connections, is_seen))

    def announced(self, message):
        if self.connections == 1:
            raise ZeroDivisionError
        self.heard.append(message)


@contextlib.asynccontextmanager
async def listening(redis_url, ears):
    """A listener at work, for twenty seconds at most."""
    task = asyncio.create_task(Listener(redis_url, ears).run())
    async with asyncio.timeout(20):
        yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def test_written_key_is_heard_of_on_the_connection_that_hears_announcements(store):
    ears = SubscriptionHandler()

    async def heard():
        async with listening(store.urls.redis_url, ears):
            await ears.seen.get()
            while not ears.changed.empty():  # at the start any key may have changed
                ears.changed.get_nowait()
            cache_redis().mset({"other": "1", f"{keys.PAGE_PREFIX}p_written": "1"})
            return await ears.changed.get()

    assert asyncio.run(heard()) == [f"{keys.PAGE_PREFIX}p_written"]


def test_announcements_are_heard_again_when_one_made_an_ear_raise(store, caplog):
    ears = SubscriptionHandler()

    async def heard():
        async with listening(store.urls.redis_url, ears):
            while b"again" not in ears.heard:
                cache_redis().publish(keys.ANNOUNCEMENTS, "again")
                await asyncio.sleep(0.01)

    asyncio.run(heard())
    assert ears.connections == 2
    assert "ZeroDivisionError" in caplog.text


def test_it_is_told_at_once_whether_a_worker_is_at_work(store, monkeypatch):
    # given a listener that does not ask by itself any more, and no worker
    monkeypatch.setattr(listener, "PING_S", 3600)
    cache_redis().delete(keys.WORKER_SEEN)
    ears = SubscriptionHandler()

    async def heard():
        async with listening(store.urls.redis_url, ears):
            assert await ears.seen.get() == (0, False)  # before anything is shown
            # when a sweep leaves its mark, and no other does
            cache_redis().set(keys.WORKER_SEEN, "1", px=200)
            # then both are told
            return [(await ears.seen.get())[1] for _ in range(2)]

    assert asyncio.run(heard()) == [True, False]
