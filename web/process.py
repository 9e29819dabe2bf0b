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
from domain.store.redis.rate_limits.rate_counts import AttemptCounts
from domain.store.redis.rate_limits.request_counts import RequestCounts
from domain.store.redis.subscriber import Listener, decode
from web.api.accounts.passwords import Passwords
from web.api.previews.preview_worker import PreviewWorker
from web.http.auth import Authenticator
from web.http.rate_limits import Attempts
from web.http.responses import Writes
from web.routes import Parts
from web.visitors.cache import READ_S
from web.visitors.pages import PageCache
from web.writes.append_slots import AppendSlots, Contention
from web.writes.byte_budget import ByteBudget
from web.writes.submit import Submitter
from web.writes.waiters import Waiters

log = logging.getLogger(__name__)

LISTENER_WAIT_S = 2.0  # without Redis a process starts disconnected, and serves


class Process:
    """One web process; also the handler of Redis listener events."""

    def __init__(self, settings: Settings) -> None:
        """Build the parts; nothing connects before `start`."""
        doorbell = TaskSenderThread(settings)
        engine = make_async_engine(settings.database_url)
        self._limits = limits = AttemptCounts(settings.cache_url, is_on=settings.rate_limits)
        pace = RequestCounts(settings.cache_url, is_on=settings.rate_limits)
        self._previews = Previews(settings.cache_url, READ_S)
        self._waiters = Waiters()
        self._contention = Contention()
        slots = AppendSlots(self._contention.has_others)
        byte_budget = ByteBudget(engine, pace, limits)
        submitter = Submitter(engine, doorbell, self._waiters, slots, byte_budget)
        self.parts = Parts(
            settings=settings,
            engine=engine,
            page_cache=PageCache(settings, doorbell),
            attempts=Attempts(limits),
            pace=pace,
            authenticator=Authenticator(engine, pace, settings.base_url),
            writes=Writes(submitter),
            passwords=Passwords(),
            preview_worker=PreviewWorker(limits, self._previews, doorbell, self._waiters),
        )
        self._page_cache = self.parts.page_cache
        self._first_connection = asyncio.Event()
        self._listening: asyncio.Task[None] | None = None
        self._reporting: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Start the listener, wait `LISTENER_WAIT_S` for it, then prefetch pages.

        A connected listener lets the first writes wait for their publication. The prefetch keeps
        pages available if Redis goes away next.
        """
        self.parts.pace.start()
        self._reporting = [
            asyncio.create_task(reporter.report_until_cancelled())
            for reporter in (self._page_cache.recent, self._page_cache.on_demand)
        ]
        self._listening = asyncio.create_task(Listener(self.parts.settings.cache_url, self).run())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._first_connection.wait(), LISTENER_WAIT_S)
            await self._page_cache.prefetch()

    async def stop(self) -> None:
        """Close everything."""
        for task in (self._listening, *self._reporting):
            if task:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        carry_over()
        await self._page_cache.close()
        await self._previews.close()
        await self._limits.close()
        await self.parts.pace.stop()
        await self.parts.engine.dispose()

    # Events of the listener.

    def connected(self, server: str) -> None:
        """Trust announcements from now on."""
        self._page_cache.connected(server)
        self._waiters.is_connected = True
        self._first_connection.set()

    def disconnected(self) -> None:
        """Treat every cache entry as stale and release all waiters."""
        self._waiters.is_connected = False
        self._page_cache.disconnected()
        self._waiters.disconnected()

    def worker_seen(self, *, is_seen: bool) -> None:
        """Set whether a Celery worker repairs pages; without one, pages are labelled stale."""
        self._page_cache.is_worker_seen = is_seen

    def invalidated(self, changed: Sequence[str] | None) -> None:
        """Mark changed cache entries stale; None means all of them."""
        if changed is None:
            self._page_cache.all_changed()
            return
        for key in changed:
            self._changed(key)

    def _changed(self, key: str) -> None:
        if key.startswith(keys.PAGE_PREFIX):
            page_id, _, artifact = key.removeprefix(keys.PAGE_PREFIX).partition(":")
            mark_changed = (
                self._page_cache.on_demand_changed if artifact else self._page_cache.page_changed
            )
            mark_changed(page_id)
        elif key.startswith(keys.HOST_PREFIX):
            self._page_cache.host_changed(key.removeprefix(keys.HOST_PREFIX))
        else:  # the marker that all host entries exist
            self._page_cache.hosts_changed()

    def announced(self, message: bytes) -> None:
        """Mark the page stale, then wake its waiters: they read their own write."""
        try:
            announcement = decode(message)
        except msgspec.DecodeError:
            log.warning("an announcement of %d bytes can't be read", len(message))
            return
        self._page_cache.page_changed(announcement.stream)
        if announcement.first <= announcement.last and announcement.stream.startswith(PAGE_PREFIX):
            self._page_cache.recent.note(announcement.stream)
        self._contention.note_announcement(announcement.stream)
        self._waiters.note_announcement(announcement)
