"""Drawings that are asked for: no page's questions keep those of another from being asked."""

import asyncio
from datetime import UTC, datetime

from web.visitors.cache import CircuitBreaker
from web.visitors.cached_page import CachedPage, Meta
from web.visitors.on_demand import OnDemandArtifacts, PageEvents

META = Meta(is_public=True, served_until=datetime(2100, 1, 1, tzinfo=UTC), version="v")
COPY = CachedPage(META, (b"1", b"2026-01-01", b"b"), "", b"", {}, None, None, 0)
MANY = 50


class Nothing:
    """A Redis that holds no drawing, and workers that are at work and draw none in time."""

    async def worker_was_seen(self):
        return True

    async def on_demand_fields(self, page_id, name):
        return {}


class Rings:
    """A doorbell that notes for what it was rung."""

    def __init__(self):
        self.pages: list[str] = []

    def request_artifact(self, page_id, name):
        self.pages.append(page_id)


async def until(condition):
    async with asyncio.timeout(1.0):  # less than a turn lasts
        while not condition():  # noqa: ASYNC110 - what is waited for happens in the code under test
            await asyncio.sleep(0)


def test_a_page_is_drawn_when_another_is_slow_and_asked_for_without_pause():
    async def scene():
        rings = Rings()
        drawn = OnDemandArtifacts(1_000, Nothing(), rings, PageEvents(), CircuitBreaker())
        # given a page whose drawings are asked for by many, and never come
        slow = [asyncio.create_task(drawn.of("p_slow", COPY, f"i/{n}")) for n in range(MANY)]
        await until(lambda: rings.pages)
        # when somebody asks for another page's, then a worker is asked at once
        other = asyncio.create_task(drawn.of("p_other", COPY, "history"))
        await until(lambda: "p_other" in rings.pages)
        for asked in (*slow, other):
            asked.cancel()
        await asyncio.gather(*slow, other, return_exceptions=True)

    asyncio.run(scene())
