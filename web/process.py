"""What one web process holds: its copies, its waits, its connections. Wired once, at start."""

import asyncio
import contextlib
import logging
from collections.abc import Sequence

import msgspec

from domain.runtime.settings import Settings
from domain.runtime.visit_metrics import carry_over
from domain.store.broker import PAGE_PREFIX, RingThread
from domain.store.postgres.engine import make_async_engine
from domain.store.redis import keys
from domain.store.redis.announcements import decode
from domain.store.redis.previews import Rehearsals
from domain.store.redis.rate_counts import Limits
from domain.store.redis.request_counts import Pace
from domain.store.redis.subscriber import Listener
from web.visitors.circuit_breaker import READ_S
from web.visitors.pages import Served
from web.writes.contention import Neighbours
from web.writes.waiters import Waits

log = logging.getLogger(__name__)

FIRST_HEARD_S = 2.0  # without Redis a process starts deaf, and serves


class Process:
    """The parts of a web process. It is the ears of the listener as well."""

    def __init__(self, settings: Settings) -> None:
        """Make the parts; nothing connects before `start`."""
        self.settings = settings
        self.engine = make_async_engine(settings.database_url)
        self.doorbell = RingThread(settings)
        self.served = Served(settings, self.doorbell)
        self.rehearsals = Rehearsals(settings.cache_url, READ_S)
        self.limits = Limits(settings.cache_url, is_on=settings.rate_limits)
        self.pace = Pace(settings.cache_url, is_on=settings.rate_limits)
        self.waits = Waits()
        self.neighbours = Neighbours()
        self._heard_first = asyncio.Event()
        self._listening: asyncio.Task[None] | None = None
        self._telling: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to listen; wait a moment for it, so that the first writes can be waited for.

        Then fetch what visitors may ask for: where Redis goes away next, it is here.
        """
        self.pace.start()
        self._telling = asyncio.create_task(self.served.recent.tell_on())
        self._listening = asyncio.create_task(Listener(self.settings.cache_url, self).run())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._heard_first.wait(), FIRST_HEARD_S)
            await self.served.prefetch()

    async def stop(self) -> None:
        """Close everything."""
        for task in (self._listening, self._telling):
            if task:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        carry_over()
        await self.served.close()
        await self.rehearsals.close()
        await self.limits.close()
        await self.pace.stop()
        await self.engine.dispose()

    # What the listener tells.

    def connected(self, server: str) -> None:
        """Hear from now on."""
        self.served.connected(server)
        self.waits.is_hearing = True
        self._heard_first.set()

    def disconnected(self) -> None:
        """Hear nothing from now on: nothing is fresh, nobody waits."""
        self.waits.is_hearing = False
        self.served.disconnected()
        self.waits.deafened()

    def worker_seen(self, *, is_seen: bool) -> None:
        """Label what is shown for as long as nobody looks for what is behind."""
        self.served.is_kept_up = is_seen

    def invalidated(self, changed: Sequence[str] | None) -> None:
        """Mark copies stale."""
        if changed is None:
            self.served.all_changed()
            return
        for key in changed:
            self._changed(key)

    def _changed(self, key: str) -> None:
        if key.startswith(keys.PAGE_PREFIX):
            page_id, _, of_drawing = key.removeprefix(keys.PAGE_PREFIX).partition(":")
            tell = self.served.drawing_changed if of_drawing else self.served.page_changed
            tell(page_id)
        elif key.startswith(keys.HOST_PREFIX):
            self.served.host_changed(key.removeprefix(keys.HOST_PREFIX))
        else:  # the marker that all hosts have their entries
            self.served.hosts_changed()

    def announced(self, message: bytes) -> None:
        """Mark the copy stale, then wake who waits: they read what they wrote."""
        try:
            announcement = decode(message)
        except msgspec.DecodeError:
            log.warning("an announcement of %d bytes can't be read", len(message))
            return
        self.served.page_changed(announcement.stream)
        if announcement.first <= announcement.last and announcement.stream.startswith(PAGE_PREFIX):
            self.served.recent.note(announcement.stream)
        self.neighbours.heard(announcement.stream)
        self.waits.heard(announcement)
