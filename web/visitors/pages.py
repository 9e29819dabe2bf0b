"""What visitors are served from: copies of hosts and pages, and what was drawn on ask.

What is held goes on being served, labelled, when Redis has nothing newer, or is gone.
"""

import asyncio
import contextlib
import logging
import time
from typing import NamedTuple

from domain.runtime.settings import Settings
from domain.runtime.visit_metrics import note_copy, note_stale_copy
from domain.store.broker import RingThread
from domain.store.redis.reader import UNREACHABLE, HostEntry, Visits
from web.visitors.cache import Copies
from web.visitors.cached_page import HOT_FIELDS, PageCopy, page_copy
from web.visitors.circuit_breaker import READ_S, Breaker
from web.visitors.on_demand import RETRY_S, Drawn
from web.visitors.page_events import News
from web.visitors.recent_pages import RecentPages

log = logging.getLogger(__name__)

HOSTS_MAX = 20_000  # entries, known and unknown hosts alike
PREFETCH_S = 1.0  # some thousand pages; whoever asks for another fetches it
MEGABYTE = 1_000_000
LOOK_UPS = 4  # of hosts, at once, that Redis has lost
DRAWN_PART = 4  # of PAGE_COPY_MB a quarter holds what is drawn on ask


class NotThereError(Exception):
    """Redis has nothing to say of it that can be relied on, or nothing at all."""


class NotPublishedError(NotThereError):
    """Redis holds no publication of a page."""


class NotWrittenError(NotThereError):
    """Redis has not been told of a host since it was emptied; Postgres may know it."""


class Shown(NamedTuple):
    """What a visit is shown; `is_stale` if it may be old, and nobody is at work on that."""

    copy: PageCopy
    is_stale: bool


class Served:
    """What one process serves."""

    def __init__(self, settings: Settings, doorbell: RingThread) -> None:
        """Hold nothing yet; ring by `doorbell` for what Redis has lost."""
        self._doorbell = doorbell
        self.visits = Visits(settings.cache_url, READ_S)
        room = settings.page_copy_mb * MEGABYTE
        drawn_room = room // DRAWN_PART
        self._pages: Copies[PageCopy] = Copies(room - drawn_room, lambda copy: copy.size)
        # Guessed hosts may not push out those of pages: without Redis they lead to the copies.
        self._hosts: Copies[HostEntry] = Copies(
            HOSTS_MAX, lambda _: 1, lambda entry: entry.page_id is not None
        )
        self._news, self._breaker = News(), Breaker()
        self.drawn = Drawn(drawn_room, self.visits, doorbell, self._news, self._breaker)
        self.recent = RecentPages(self.visits)
        self._look_ups = asyncio.Semaphore(LOOK_UPS)
        self._server: str | None = None  # the Redis that was heard last, by its run id
        self.is_kept_up = False  # whether workers look for what is behind

    # What the process hears.

    def connected(self, server: str) -> None:
        """Take what is read from now on for fresh; whatever was copied before may be another."""
        self._server = server
        self.all_changed()
        self._hear(is_hearing=True)
        self._breaker.open()

    def disconnected(self) -> None:
        """Take nothing for fresh from now on: the next answer may be another server's."""
        self._server = None
        self._hear(is_hearing=False)
        self.all_changed()

    def _hear(self, *, is_hearing: bool) -> None:
        for copies in (self._pages, self._hosts, self.drawn.copies):
            copies.is_hearing = is_hearing

    def all_changed(self) -> None:
        """Mark every copy stale."""
        self.recent.all_are_new()
        self._pages.mark_all_stale()
        self._hosts.mark_all_stale()

    def page_changed(self, page_id: str) -> None:
        """Mark a page's copy stale, and wake who waits for it."""
        self._pages.mark_stale(page_id)
        self._news.tell(page_id)

    def drawing_changed(self, page_id: str) -> None:
        """Wake who waits for something of a page: there is none of it, or it came late."""
        self._news.tell(page_id)

    def host_changed(self, host: str) -> None:
        """Mark a host's entry stale."""
        self._hosts.mark_stale(host)
        self._news.tell(host)

    def hosts_changed(self) -> None:
        """Mark all hosts' entries stale: what was unknown is known now."""
        self._hosts.mark_all_stale()

    # What visits ask.

    async def host(self, host: str) -> HostEntry:
        """Return where a host leads. Raises NotThereError if nobody knows and nobody ever did."""
        try:
            return await self._hosts.fresh(host, self._read_host)
        except (NotThereError, *UNREACHABLE) as error:
            copied = self._hosts.get(host)
            if copied is None or copied.value.page_id is None:
                raise error if isinstance(error, NotThereError) else NotThereError from error
            return copied.value

    async def host_within(self, host: str, timeout_s: float) -> HostEntry:
        """Return where a host leads; if Redis has lost it, have it looked up. Raises NotThereError.

        A few look-ups at once: guessed hosts fill no queue, and an unknown one is noted as such.
        """
        try:
            return await self.host(host)
        except NotWrittenError:
            pass
        try:
            async with asyncio.timeout(timeout_s), self._look_ups:
                return await self._looked_up(host)
        except TimeoutError as error:
            raise NotThereError from error

    async def _looked_up(self, host: str) -> HostEntry:
        while True:
            try:
                return await self.host(host)
            except NotWrittenError:
                self._doorbell.ring_repair(host)
                await self._news.of(host, RETRY_S)

    async def page(self, page_id: str) -> Shown:
        """Return a page's copy, fresh if possible.

        Raises NotThereError if there is neither a copy nor a publication.
        """
        self.recent.note(page_id)
        found = "hit" if self._pages.is_fresh(page_id) else "miss"
        try:
            copy = await self._pages.fresh(page_id, self._read_page)
            note_copy(found)
            return Shown(copy, is_stale=not (self.is_kept_up and self._is_of_server(copy)))
        except (NotThereError, *UNREACHABLE):
            copied = self._pages.get(page_id)
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
                await self._news.of(page_id, left_s)

    async def _read_host(self, host: str) -> HostEntry:
        entry = await self._breaker.read(self.visits.host(host, self._server))
        if not entry.is_sure and not entry.is_written:
            raise NotWrittenError
        if not entry.is_sure and (entry.page_id is None or self._hosts.get(host) is not None):
            raise NotThereError
        return entry

    async def prefetch(self) -> None:
        """Fetch what visitors may ask for, while there is room and time: Redis may go next."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._fetch_all(), PREFETCH_S)

    async def _fetch_all(self) -> None:
        with contextlib.suppress(*UNREACHABLE):
            async for host in self.visits.hosts():
                if self._pages.is_nearly_full:
                    return
                try:
                    await self._fetch(host)
                except UNREACHABLE:
                    raise
                except Exception:  # what one page is made of keeps no process from its start
                    log.exception("the page of %s can't be fetched", host)

    async def _fetch(self, host: str) -> None:
        with contextlib.suppress(NotThereError):
            entry = await self.host(host)
            if entry.page_id:
                await self._pages.fresh(entry.page_id, self._read_published)

    async def _read_page(self, page_id: str) -> PageCopy:
        try:
            return await self._read_published(page_id)
        except NotPublishedError:
            # No sweep sees that Redis lost a single page: whoever asks for it rings.
            self._doorbell.ring_repair(page_id)
            raise

    async def _read_published(self, page_id: str) -> PageCopy:
        fields = await self._breaker.read(self.visits.fields(page_id, HOT_FIELDS))
        if fields is None:
            raise NotPublishedError
        copy, held = page_copy(fields), self._pages.get(page_id)
        is_sure = self._pages.is_hearing and self._is_of_server(copy)
        if held is not None and copy.seq < held.value.seq and not is_sure:
            raise NotThereError  # Redis came back with old data: what was shown since is newer
        return copy

    def _is_of_server(self, copy: PageCopy) -> bool:
        """Tell whether a hash was written to the Redis that runs now, not found there by it."""
        return copy.server in {"", self._server}

    async def close(self) -> None:
        """Close the connections."""
        await self.visits.close()
