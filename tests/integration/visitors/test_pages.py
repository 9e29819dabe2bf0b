"""What a web process serves pages from, beside a real Redis.

Source: docs/architecture.md, "A lost epoch means a lost Redis".
"""

import asyncio

import pytest

from domain.runtime.settings import load_settings
from domain.store.broker import TaskSenderThread
from domain.store.redis import keys
from domain.store.redis.publisher import cache_redis, epoch
from tests.support.actors import unique
from web.visitors.pages import NotAvailableError, PageCache

pytestmark = pytest.mark.usefixtures("store")


def test_nothing_is_said_of_a_host_when_redis_may_be_another_server():
    # given a Redis that holds all entries, those of this server, and a process that listens to it
    held = epoch()
    cache_redis().set(keys.HOSTS_COMPLETE, held)

    async def ask() -> None:
        page_cache = PageCache(load_settings(), TaskSenderThread(load_settings()))
        try:
            page_cache.connected(held.partition(":")[0])
            entry = await page_cache.host(f"{unique('nobody')}.localhost")
            assert (entry.page_id, entry.is_sure) == (None, True)
            # when it is cut off: a Redis that came back with old data says the same as before
            page_cache.disconnected()
            # then nobody is told that there is no page
            with pytest.raises(NotAvailableError):
                await page_cache.host(f"{unique('nobody')}.localhost")
        finally:
            await page_cache.close()

    asyncio.run(ask())
