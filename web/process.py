"""What one web process holds: its copies, its waits, its connections. Wired once, at start."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from domain.store import keys
from domain.store.announcements import decode
from domain.store.doorbell import RingThread
from domain.store.engine import make_async_engine
from domain.store.limits import Limits
from domain.store.listener import Listener
from domain.store.pace import Pace
from domain.store.rehearsals import Rehearsals
from domain.store.settings import Settings
from domain.store.visit_tally import carry_over, note_copy, note_stale_copy
from domain.store.visits import UNREACHABLE, HostEntry, Visits
from web.breaker import READ_S, Breaker
from web.copies import Copies
from web.drawn import Drawn
from web.neighbours import Neighbours
from web.news import News
from web.page_copy import HOT_FIELDS, PageCopy, page_copy
from web.waits import Waits

log = logging.getLogger(__name__)

HOSTS_MAX = 20_000  # entries, known and unknown hosts alike
FIRST_HEARD_S = 2.0  # without Redis a process starts deaf, and serves
PREFETCH_S = 1.0  # some thousand pages; whoever asks for another fetches it
MEGABYTE = 1_000_000
DRAWN_PART = 4  # of PAGE_COPY_MB a quarter holds what is drawn on ask


class NotThereError(Exception):
    """Redis has nothing to say of it that can be relied on, or nothing at all."""


class NotPublishedError(NotThereError):
    """Redis holds no publication of a page."""


class Shown(NamedTuple):
    """What a visit is shown; `is_stale` if it is a copy for want of anything newer."""

    copy: PageCopy
    is_stale: bool


class Process:
    """The parts of a web process. It is the ears of the listener as well."""

    def __init__(self, settings: Settings) -> None:
        """Make the parts; nothing connects before `start`."""
        self.settings = settings
        self.engine = make_async_engine(settings.database_url)
        self.doorbell = RingThread(settings)
        self.visits = Visits(settings.cache_url, READ_S)
        self.rehearsals = Rehearsals(settings.cache_url, READ_S)
        self.limits = Limits(settings.cache_url, is_on=settings.rate_limits)
        self.pace = Pace(settings.cache_url, is_on=settings.rate_limits)
        self.waits = Waits()
        self.neighbours = Neighbours()
        room = settings.page_copy_mb * MEGABYTE
        drawn_room = room // DRAWN_PART
        self.pages: Copies[PageCopy] = Copies(room - drawn_room, lambda copy: copy.size)
        # Guessed hosts may not push out those of pages: without Redis they lead to the copies.
        self.hosts: Copies[HostEntry] = Copies(
            HOSTS_MAX, lambda _: 1, lambda entry: entry.page_id is not None
        )
        self.news, self.breaker = News(), Breaker()
        self.drawn = Drawn(drawn_room, self.visits, self.doorbell, self.news, self.breaker)
        self.server: str | None = None  # the Redis that was heard last, by its run id
        self._heard_first = asyncio.Event()
        self._listening: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to listen; wait a moment for it, so that the first writes can be waited for.

        Then fetch what visitors may ask for: where Redis goes away next, it is here.
        """
        self.pace.start()
        self._listening = asyncio.create_task(Listener(self.settings.cache_url, self).run())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._heard_first.wait(), FIRST_HEARD_S)
            await asyncio.wait_for(self._prefetch(), PREFETCH_S)

    async def stop(self) -> None:
        """Close everything."""
        if self._listening:
            self._listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listening
        carry_over()
        await self.visits.close()
        await self.rehearsals.close()
        await self.limits.close()
        await self.pace.stop()
        await self.engine.dispose()

    # What the listener tells.

    def connected(self, server: str) -> None:
        """Hear from now on; whatever was copied before may be another."""
        self.server = server
        self.pages.mark_all_stale()
        self.hosts.mark_all_stale()
        self._hear(is_hearing=True)
        self.breaker.open()
        self._heard_first.set()

    def disconnected(self) -> None:
        """Hear nothing from now on: nothing is fresh, nobody waits."""
        self._hear(is_hearing=False)
        self.pages.mark_all_stale()
        self.hosts.mark_all_stale()
        self.waits.deafened()

    def _hear(self, *, is_hearing: bool) -> None:
        for ear in (self.pages, self.hosts, self.drawn.copies, self.waits):
            ear.is_hearing = is_hearing

    def invalidated(self, changed: Sequence[str] | None) -> None:
        """Mark copies stale."""
        if changed is None:
            self.pages.mark_all_stale()
            self.hosts.mark_all_stale()
            return
        for key in changed:
            self._changed(key)

    def _changed(self, key: str) -> None:
        if key.startswith(keys.PAGE_PREFIX):
            page_id, _, absent = key.removeprefix(keys.PAGE_PREFIX).partition(":")
            self.news.tell(page_id) if absent else self._page_changed(page_id)
        elif key.startswith(keys.HOST_PREFIX):
            self.hosts.mark_stale(key.removeprefix(keys.HOST_PREFIX))
        else:  # the marker that all hosts have their entries: what was unknown is known now
            self.hosts.mark_all_stale()

    def _page_changed(self, page_id: str) -> None:
        self.pages.mark_stale(page_id)
        self.news.tell(page_id)

    def announced(self, message: bytes) -> None:
        """Mark the copy stale, then wake who waits: they read what they wrote."""
        try:
            announcement = decode(message)
        except msgspec.DecodeError:
            log.warning("an announcement of %d bytes can't be read", len(message))
            return
        self._page_changed(announcement.stream)
        self.neighbours.heard(announcement.stream)
        self.waits.heard(announcement)

    # What visits ask.

    async def host(self, host: str) -> HostEntry:
        """Return where a host leads. Raises NotThereError if nobody knows and nobody ever did."""
        try:
            return await self.hosts.fresh(host, self._read_host)
        except (NotThereError, *UNREACHABLE):
            copied = self.hosts.get(host)
            if copied is None or copied.value.page_id is None:
                raise NotThereError from None
            return copied.value

    async def page(self, page_id: str) -> Shown:
        """Return a page's copy, fresh if possible.

        Raises NotThereError if there is neither a copy nor a publication.
        """
        found = "hit" if self.pages.is_fresh(page_id) else "miss"
        try:
            copy = await self.pages.fresh(page_id, self._read_page)
            note_copy(found)
            return Shown(copy, is_stale=not self._is_of_server(copy))
        except (NotThereError, *UNREACHABLE):
            copied = self.pages.get(page_id)
            if copied is None:
                raise NotThereError from None
            note_stale_copy(copied.stale_s)
            return Shown(copied.value, is_stale=True)

    async def page_within(self, page_id: str, timeout_s: float) -> Shown:
        """Return a page's copy; wait for one if there is none. Raises NotThereError."""
        ends_at = time.monotonic() + timeout_s
        while True:
            try:
                return await self.page(page_id)
            except NotThereError:
                left_s = ends_at - time.monotonic()
                if left_s <= 0:
                    note_copy("miss")
                    raise
                await self.news.of(page_id, left_s)

    async def _read_host(self, host: str) -> HostEntry:
        entry = await self.breaker.read(self.visits.host(host, self.server))
        if not entry.is_sure and (entry.page_id is None or self.hosts.get(host) is not None):
            raise NotThereError
        return entry

    async def _prefetch(self) -> None:
        with contextlib.suppress(*UNREACHABLE):
            async for host in self.visits.hosts():
                if self.pages.is_nearly_full:
                    return
                try:
                    await self._prefetch_host(host)
                except UNREACHABLE:
                    raise
                except Exception:  # what one page is made of keeps no process from its start
                    log.exception("the page of %s can't be fetched", host)

    async def _prefetch_host(self, host: str) -> None:
        with contextlib.suppress(NotThereError):
            entry = await self.host(host)
            if entry.page_id:
                await self.pages.fresh(entry.page_id, self._read_published)

    async def _read_page(self, page_id: str) -> PageCopy:
        try:
            return await self._read_published(page_id)
        except NotPublishedError:
            # No sweep sees that Redis lost a single page: whoever asks for it rings.
            self.doorbell.ring(page_id)
            raise

    async def _read_published(self, page_id: str) -> PageCopy:
        fields = await self.breaker.read(self.visits.fields(page_id, HOT_FIELDS))
        if fields is None:
            raise NotPublishedError
        copy, held = page_copy(fields), self.pages.get(page_id)
        is_sure = self.pages.is_hearing and self._is_of_server(copy)
        if held is not None and copy.seq < held.value.seq and not is_sure:
            raise NotThereError  # Redis came back with old data: what was shown since is newer
        return copy

    def _is_of_server(self, copy: PageCopy) -> bool:
        """Tell whether a hash was written to the Redis that runs now, not found there by it."""
        return copy.server in {"", self.server}
