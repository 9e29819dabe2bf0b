"""The parts of one web process: caches, waiters and connections, wired at start."""

import asyncio
import contextlib
import logging
from collections.abc import Sequence

import msgspec

from domain.runtime.metrics import carry_over
from domain.runtime.settings import Settings
from domain.store.broker import PAGE_PREFIX, TaskSenderThread
from domain.store.postgres.engine import make_async_engine
from domain.store.redis import keys
from domain.store.redis.previews import Previews
from domain.store.redis.rate_counts import AttemptCounts
from domain.store.redis.request_counts import RequestCounts
from domain.store.redis.subscriber import Listener, decode
from web.visitors.circuit_breaker import READ_S
from web.visitors.pages import PageCache
from web.writes.append_slots import Contention
from web.writes.waiters import Waiters

log = logging.getLogger(__name__)

LISTENER_WAIT_S = 2.0  # without Redis a process starts disconnected, and serves


class Process:
    """The parts of a web process; also the handler of Redis listener events."""

    def __init__(self, settings: Settings) -> None:
        """Build the parts; nothing connects before `start`."""
        self.settings = settings
        self.engine = make_async_engine(settings.database_url)
        self.doorbell = TaskSenderThread(settings)
        self.page_cache = PageCache(settings, self.doorbell)
        self.previews = Previews(settings.cache_url, READ_S)
        self.limits = AttemptCounts(settings.cache_url, is_on=settings.rate_limits)
        self.pace = RequestCounts(settings.cache_url, is_on=settings.rate_limits)
        self.waiters = Waiters()
        self.contention = Contention()
        self._first_connection = asyncio.Event()
        self._listening: asyncio.Task[None] | None = None
        self._reporting: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start the listener, wait `LISTENER_WAIT_S` for it, then prefetch pages.

        A connected listener lets the first writes wait for their publication. The prefetch keeps
        pages available if Redis goes away next.
        """
        self.pace.start()
        self._reporting = asyncio.create_task(self.page_cache.recent.report_until_cancelled())
        self._listening = asyncio.create_task(Listener(self.settings.cache_url, self).run())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._first_connection.wait(), LISTENER_WAIT_S)
            await self.page_cache.prefetch()

    async def stop(self) -> None:
        """Close everything."""
        for task in (self._listening, self._reporting):
            if task:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        carry_over()
        await self.page_cache.close()
        await self.previews.close()
        await self.limits.close()
        await self.pace.stop()
        await self.engine.dispose()

    # Events of the listener.

    def connected(self, server: str) -> None:
        """Trust announcements from now on."""
        self.page_cache.connected(server)
        self.waiters.is_connected = True
        self._first_connection.set()

    def disconnected(self) -> None:
        """Treat every cache entry as stale and release all waiters."""
        self.waiters.is_connected = False
        self.page_cache.disconnected()
        self.waiters.disconnected()

    def worker_seen(self, *, is_seen: bool) -> None:
        """Set whether a Celery worker repairs pages; without one, pages are labelled stale."""
        self.page_cache.is_worker_seen = is_seen

    def invalidated(self, changed: Sequence[str] | None) -> None:
        """Mark changed cache entries stale; None means all of them."""
        if changed is None:
            self.page_cache.all_changed()
            return
        for key in changed:
            self._changed(key)

    def _changed(self, key: str) -> None:
        if key.startswith(keys.PAGE_PREFIX):
            page_id, _, artifact = key.removeprefix(keys.PAGE_PREFIX).partition(":")
            mark_changed = (
                self.page_cache.on_demand_changed if artifact else self.page_cache.page_changed
            )
            mark_changed(page_id)
        elif key.startswith(keys.HOST_PREFIX):
            self.page_cache.host_changed(key.removeprefix(keys.HOST_PREFIX))
        else:  # the marker that all host entries exist
            self.page_cache.hosts_changed()

    def announced(self, message: bytes) -> None:
        """Mark the page stale, then wake its waiters: they read their own write."""
        try:
            announcement = decode(message)
        except msgspec.DecodeError:
            log.warning("an announcement of %d bytes can't be read", len(message))
            return
        self.page_cache.page_changed(announcement.stream)
        if announcement.first <= announcement.last and announcement.stream.startswith(PAGE_PREFIX):
            self.page_cache.recent.note(announcement.stream)
        self.contention.note_announcement(announcement.stream)
        self.waiters.note_announcement(announcement)
