"""Waiting for news of pages in a web process."""

import asyncio

from web.visitors.on_demand import PageEvents

PATIENCE_S = 20  # nobody here waits so long


def test_who_waits_is_woken_when_something_is_published():
    async def play():
        news = PageEvents()
        waiting = [asyncio.create_task(news.of("p_1", PATIENCE_S)) for _ in range(2)]
        await asyncio.sleep(0)
        news.notify("p_1")
        async with asyncio.timeout(5):
            await asyncio.gather(*waiting)

    asyncio.run(play())


def test_nothing_is_left_of_a_page_when_nobody_waits_any_more():
    async def play():
        # Given pages of which nothing is published
        news = PageEvents()

        # When those who waited have gone: one was told, one gave up, one was cancelled
        told = asyncio.create_task(news.of("p_1", PATIENCE_S))
        cancelled = asyncio.create_task(news.of("p_2", PATIENCE_S))
        await asyncio.sleep(0)
        news.notify("p_1")
        cancelled.cancel()
        await asyncio.gather(told, cancelled, news.of("p_3", 0), return_exceptions=True)

        # Then nothing is kept of them
        assert not news._waiters

    asyncio.run(play())
