"""The page cache: hosts, pages and on-demand artifacts.

Stale entries are still served, labelled, while Redis has nothing newer or is unreachable.
"""

import asyncio
import contextlib
import logging
import time
from collections import OrderedDict
from typing import Final, NamedTuple

from domain.artifacts import EAGER_FIELDS
from domain.runtime.metrics import count_cache_lookup, count_stale_page
from domain.runtime.settings import Settings
from domain.store.broker import TaskSenderThread
from domain.store.redis.reader import UNREACHABLE, HostEntry, PageReader
from web.visitors.cache import READ_S, Cache, CircuitBreaker
from web.visitors.cached_page import CachedPage, build_cached_page
from web.visitors.on_demand import RETRY_S, OnDemandArtifacts, PageEvents

KNOWN_MAX: Final = 5_000  # some 150 bytes each
EVERY_S: Final = 1.0
AGAIN_S: Final = 60.0  # the shortest interval between two reports of one page


class RecentPages:
    """The recent pages of one process."""

    def __init__(self, visits: PageReader) -> None:
        """Start empty; report through `visits`."""
        self._visits = visits
        self._reported_at: OrderedDict[str, float] = OrderedDict()  # by page, newest last
        self._new: set[str] = set()

    def note(self, page_id: str) -> None:
        """Record a visit or a change of a page."""
        reported_at = self._reported_at.get(page_id)
        if reported_at is not None and time.monotonic() < reported_at + AGAIN_S:
            return
        self._reported_at[page_id] = time.monotonic()
        self._reported_at.move_to_end(page_id)
        self._new.add(page_id)
        if len(self._reported_at) > KNOWN_MAX:
            self._new.discard(self._reported_at.popitem(last=False)[0])

    def mark_all_new(self) -> None:
        """Report every page again: Redis may have lost them."""
        self._new.update(self._reported_at)

    async def report_until_cancelled(self) -> None:
        """Report new pages every `EVERY_S` seconds until cancelled."""
        while True:
            await asyncio.sleep(EVERY_S)
            new, self._new = self._new, set()
            try:
                if new:
                    await self._visits.note_recent(new)
            except UNREACHABLE:  # logged by more important users of Redis
                self._new |= new & self._reported_at.keys()


log = logging.getLogger(__name__)

HOSTS_MAX = 20_000  # entries, for known and unknown hosts
PREFETCH_S = 1.0  # enough for some thousand pages; others are read on request
MEGABYTE = 1_000_000
LOOKUPS_MAX = 4  # concurrent look-ups of hosts that Redis lost
ON_DEMAND_PART = 4  # a quarter of PAGE_COPY_MB is for on-demand artifacts


class NotAvailableError(Exception):
    """Redis has no reliable entry, or none at all."""


class PageNotPublishedError(NotAvailableError):
    """Redis holds no publication of a page."""


class HostNotWrittenError(NotAvailableError):
    """Redis was emptied and lacks a host's entry; Postgres may know it."""


class PageResult(NamedTuple):
    """A page for a visit; `is_stale` if outdated and not under repair."""

    page: CachedPage
    is_stale: bool


class PageCache:
    """The page cache of one process."""

    def __init__(self, settings: Settings, doorbell: TaskSenderThread) -> None:
        """Start empty; request repairs through `doorbell`."""
        self._doorbell = doorbell
        self.visits = PageReader(settings.cache_url, READ_S)
        total_bytes = settings.page_copy_mb * MEGABYTE
        on_demand_bytes = total_bytes // ON_DEMAND_PART
        self._pages: Cache[CachedPage] = Cache(
            total_bytes - on_demand_bytes, lambda cached_page: cached_page.size_bytes
        )
        # Guessed hosts must not evict page hosts, which are needed to find pages without Redis.
        self._hosts: Cache[HostEntry] = Cache(
            HOSTS_MAX, lambda _: 1, lambda entry: entry.page_id is not None
        )
        self._events, self._breaker = PageEvents(), CircuitBreaker()
        self.on_demand = OnDemandArtifacts(
            on_demand_bytes, self.visits, doorbell, self._events, self._breaker
        )
        self.recent = RecentPages(self.visits)
        self._lookups = asyncio.Semaphore(LOOKUPS_MAX)
        self._server: str | None = None  # the run id of the connected Redis
        self.is_worker_seen = False  # whether a worker repairs outdated pages

    # Events of the listener.

    def connected(self, server: str) -> None:
        """Trust reads from now on; earlier entries may be outdated."""
        self._server = server
        self.all_changed()
        self._set_connected(is_connected=True)
        self._breaker.close()

    def disconnected(self) -> None:
        """Distrust all reads: the next answer may come from another server."""
        self._server = None
        self._set_connected(is_connected=False)
        self.all_changed()

    def _set_connected(self, *, is_connected: bool) -> None:
        for cache in (self._pages, self._hosts, self.on_demand.cache):
            cache.is_connected = is_connected

    def all_changed(self) -> None:
        """Mark every entry stale."""
        self.recent.mark_all_new()
        self._pages.mark_all_stale()
        self._hosts.mark_all_stale()

    def page_changed(self, page_id: str) -> None:
        """Mark a page stale, and wake its waiters."""
        self._pages.mark_stale(page_id)
        self._events.notify(page_id)

    def on_demand_changed(self, page_id: str) -> None:
        """Wake the waiters of a page: an on-demand artifact was rendered or is absent."""
        self._events.notify(page_id)

    def host_changed(self, host: str) -> None:
        """Mark a host's entry stale, and wake its waiters."""
        self._hosts.mark_stale(host)
        self._events.notify(host)

    def hosts_changed(self) -> None:
        """Mark all hosts' entries stale: unknown hosts are known now."""
        self._hosts.mark_all_stale()

    # Reads by visits.

    async def host(self, host: str) -> HostEntry:
        """Return the entry of a host. Raises NotAvailableError without a usable one."""
        try:
            return await self._hosts.get_fresh(host, self._read_host)
        except (NotAvailableError, *UNREACHABLE) as error:
            entry = self._hosts.get(host)
            if entry is None or entry.value.page_id is None:
                raise (
                    error if isinstance(error, NotAvailableError) else NotAvailableError
                ) from error
            return entry.value

    async def host_within(self, host: str, timeout_s: float) -> HostEntry:
        """Return the entry of a host; request it if Redis lost it. Raises NotAvailableError.

        Few look-ups run at once, so that guessed hosts fill no queue. Unknown hosts are recorded as
        such.
        """
        try:
            return await self.host(host)
        except HostNotWrittenError:
            pass
        try:
            async with asyncio.timeout(timeout_s), self._lookups:
                return await self._look_up(host)
        except TimeoutError as error:
            raise NotAvailableError from error

    async def _look_up(self, host: str) -> HostEntry:
        while True:
            try:
                return await self.host(host)
            except HostNotWrittenError:
                self._doorbell.request_repair(host)
                await self._events.of(host, RETRY_S)

    async def page(self, page_id: str) -> PageResult:
        """Return a page from the cache, fresh if possible.

        Raises NotAvailableError if there is neither an entry nor a publication.
        """
        self.recent.note(page_id)
        result = "hit" if self._pages.is_fresh(page_id) else "miss"
        try:
            cached_page = await self._pages.get_fresh(page_id, self._read_page)
            count_cache_lookup(result)
            return PageResult(
                cached_page, is_stale=not (self.is_worker_seen and self._is_of_server(cached_page))
            )
        except (NotAvailableError, *UNREACHABLE):
            entry = self._pages.get(page_id)
            if entry is None:
                raise NotAvailableError from None
            count_stale_page(entry.stale_s)
            return PageResult(entry.value, is_stale=True)

    async def page_within(self, page_id: str, timeout_s: float) -> PageResult:
        """Return a page; wait up to `timeout_s` seconds for one. Raises NotAvailableError."""
        ends_at = time.monotonic() + timeout_s
        while True:
            try:
                return await self.page(page_id)
            except NotAvailableError:
                left_s = ends_at - time.monotonic()
                if left_s <= 0:
                    count_cache_lookup("miss")
                    raise
                await self._events.of(page_id, left_s)

    async def _read_host(self, host: str) -> HostEntry:
        entry = await self._breaker.read(self.visits.host(host, self._server))
        if not entry.is_sure and not entry.is_written:
            raise HostNotWrittenError
        if not entry.is_sure and (entry.page_id is None or self._hosts.get(host) is not None):
            raise NotAvailableError
        return entry

    async def prefetch(self) -> None:
        """Fetch pages while there is room and time: Redis may go away next."""
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
                except Exception:  # one broken page must not stop the start
                    log.exception("the page of %s can't be fetched", host)

    async def _fetch(self, host: str) -> None:
        with contextlib.suppress(NotAvailableError):
            entry = await self.host(host)
            if entry.page_id:
                await self._pages.get_fresh(entry.page_id, self._read_published)

    async def _read_page(self, page_id: str) -> CachedPage:
        try:
            return await self._read_published(page_id)
        except PageNotPublishedError:
            # No sweep finds a single page that Redis lost, so a visit requests its repair.
            self._doorbell.request_repair(page_id)
            raise

    async def _read_published(self, page_id: str) -> CachedPage:
        fields = await self._breaker.read(self.visits.fields(page_id, EAGER_FIELDS))
        if fields is None:
            raise PageNotPublishedError
        cached_page, entry = build_cached_page(fields), self._pages.get(page_id)
        is_sure = self._pages.is_connected and self._is_of_server(cached_page)
        if entry is not None and cached_page.seq < entry.value.seq and not is_sure:
            raise NotAvailableError  # Redis came back with older data than the cache
        return cached_page

    def _is_of_server(self, cached_page: CachedPage) -> bool:
        """Return whether the current Redis server itself received the hash."""
        return cached_page.server in {"", self._server}

    async def close(self) -> None:
        """Close the connections."""
        await self.visits.close()
