"""Listening to a real Redis goes on, whatever an ear raises."""

import asyncio
import contextlib

from domain.store import keys
from domain.store.artifacts import cache_redis
from domain.store.listener import Listener


class Ears:
    """Hears announcements, the first of which it does not bear."""

    def __init__(self):
        self.connections = 0
        self.heard = []

    def connected(self, server):
        self.connections += bool(server)

    def disconnected(self):
        """Nothing depends on it here."""

    def invalidated(self, changed):
        """Nothing depends on it here."""

    def swept(self, *, is_lately):
        """Nothing depends on it here."""

    def announced(self, message):
        if self.connections == 1:
            raise ZeroDivisionError
        self.heard.append(message)


def test_announcements_are_heard_again_when_one_made_an_ear_raise(store, caplog):
    ears = Ears()

    async def heard():
        listening = asyncio.create_task(Listener(store.urls.redis_url, ears).run())
        async with asyncio.timeout(20):
            while b"again" not in ears.heard:
                cache_redis().publish(keys.ANNOUNCEMENTS, "again")
                await asyncio.sleep(0.01)
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listening

    asyncio.run(heard())
    assert ears.connections == 2
    assert "ZeroDivisionError" in caplog.text
