"""What one web process holds: its copies, its waits, its connections. Wired once, at start."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Coroutine, Sequence
from typing import Any, NamedTuple, TypeVar

import msgspec

from domain.store import keys
from domain.store.announcements import decode
from domain.store.doorbell import RingThread
from domain.store.engine import AsyncEngine, make_async_engine
from domain.store.limits import Limits
from domain.store.listener import Listener
from domain.store.pace import Pace
from domain.store.rehearsals import Rehearsals
from domain.store.settings import Settings
from domain.store.visit_tally import carry_over, note_copy, note_stale_copy
from domain.store.visits import UNREACHABLE, HostEntry, Visits
from web.copies import Copies
from web.neighbours import Neighbours
from web.page_copy import (
    ENCODINGS,
    HOT_FIELDS,
    PageCopy,
    answers_of,
    page_copy,
    reasons_of,
)
from web.waits import Waits

log = logging.getLogger(__name__)

HOSTS_MAX = 20_000  # entries, known and unknown hosts alike
READ_S = 0.5  # a visitor waits for a frozen Redis no longer than this, and only once a pause
PAUSE_S = 0.5
FIRST_HEARD_S = 2.0  # without Redis a process starts deaf, and serves
COLD_RETRY_S = 0.3  # a lost ring for a cold artifact is repeated while its visitor waits
MEGABYTE = 1_000_000

Value = TypeVar("Value")


class NotThereError(Exception):
    """Redis has nothing to say of it, or nothing at all; a message is one for the visitor."""


class AbsentError(Exception):
    """A page has no such thing, and never will of itself."""


class Shown(NamedTuple):
    """What a visit is shown; `is_stale` if it is a copy for want of anything newer."""

    copy: PageCopy
    is_stale: bool


class Process:
    """The parts of a web process. It is the ears of the listener as well."""

    def __init__(self, settings: Settings) -> None:
        """Make the parts; nothing connects before `start`."""
        self.settings = settings
        self.engine: AsyncEngine = make_async_engine(settings.database_url)
        self.doorbell = RingThread(settings)
        self.visits = Visits(settings.cache_url, READ_S)
        self.rehearsals = Rehearsals(settings.cache_url, READ_S)
        self.limits = Limits(settings.cache_url, is_on=settings.rate_limits)
        self.pace = Pace(settings.cache_url, is_on=settings.rate_limits)
        self.waits = Waits()
        self.neighbours = Neighbours()
        self.pages: Copies[PageCopy] = Copies(
            settings.page_copy_mb * MEGABYTE, lambda copy: copy.size
        )
        self.hosts: Copies[HostEntry] = Copies(HOSTS_MAX, lambda _: 1)
        self._paused_until = 0.0
        self._news: dict[str, asyncio.Event] = {}
        self._heard_first = asyncio.Event()
        self._listening: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to listen; wait a moment for it, so that the first writes can be waited for."""
        self.pace.start()
        self._listening = asyncio.create_task(Listener(self.settings.cache_url, self).run())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._heard_first.wait(), FIRST_HEARD_S)

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

    def connected(self) -> None:
        """Hear from now on; whatever was copied before may be another."""
        self.pages.mark_all_stale()
        self.hosts.mark_all_stale()
        self.pages.is_hearing = self.hosts.is_hearing = self.waits.is_hearing = True
        self._paused_until = 0.0
        self._heard_first.set()

    def disconnected(self) -> None:
        """Hear nothing from now on: nothing is fresh, nobody waits."""
        self.pages.is_hearing = self.hosts.is_hearing = False
        self.pages.mark_all_stale()
        self.hosts.mark_all_stale()
        self.waits.deafened()

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
            self._tell_news(page_id) if absent else self._page_changed(page_id)
        elif key.startswith(keys.HOST_PREFIX):
            self.hosts.mark_stale(key.removeprefix(keys.HOST_PREFIX))
        else:  # the marker that all hosts have their entries: what was unknown is known now
            self.hosts.mark_all_stale()

    def _page_changed(self, page_id: str) -> None:
        self.pages.mark_stale(page_id)
        self._tell_news(page_id)

    def _tell_news(self, page_id: str) -> None:
        if page_id in self._news:
            self._news.pop(page_id).set()

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
            if copied is None:
                raise NotThereError from None
            return copied.value

    async def page(self, page_id: str) -> Shown:
        """Return a page's copy, fresh if possible.

        Raises NotThereError if there is neither a copy nor a publication.
        """
        found = "hit" if self.pages.is_fresh(page_id) else "miss"
        try:
            shown = Shown(await self.pages.fresh(page_id, self._read_page), is_stale=False)
            note_copy(found)
            return shown
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
                await self.news_of(page_id, left_s)

    async def cold(self, page_id: str, copy: PageCopy, name: str, timeout_s: float) -> None:
        """Add to a copy an artifact that is rendered on the first ask.

        Raises AbsentError if the page has no such thing, NotThereError if it did not come in time,
        with a sentence if it is known why it can't be had.
        """
        ends_at = time.monotonic() + timeout_s
        while not await self._add_cold(page_id, copy, name):
            if name in copy.reasons or time.monotonic() > ends_at:
                raise NotThereError(copy.reasons.get(name, ""))
            self.doorbell.ring_cold(page_id, name)
            await self.news_of(page_id, min(COLD_RETRY_S, timeout_s))

    async def _add_cold(self, page_id: str, copy: PageCopy, name: str) -> bool:
        try:
            fields = await self._guarded(self.visits.cold_fields(page_id, name, ENCODINGS))
        except UNREACHABLE as error:
            raise NotThereError from error
        if fields is None:
            raise AbsentError
        copy.answers.update(answers_of(fields, copy.policy))
        copy.reasons.update(reasons_of(fields))
        return name in copy.answers

    async def news_of(self, page_id: str, timeout_s: float) -> None:
        """Wait until something is published of a page, at the longest `timeout_s`."""
        event = self._news.setdefault(page_id, asyncio.Event())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(event.wait(), timeout_s)

    async def _read_host(self, host: str) -> HostEntry:
        entry = await self._guarded(self.visits.host(host))
        if not entry.is_known:
            raise NotThereError
        return entry

    async def _read_page(self, page_id: str) -> PageCopy:
        fields = await self._guarded(self.visits.fields(page_id, HOT_FIELDS))
        if fields is None:  # no sweep sees that Redis lost a single page: whoever asks for it rings
            self.doorbell.ring(page_id)
            raise NotThereError
        return page_copy(fields)

    async def _guarded(self, read: Coroutine[Any, Any, Value]) -> Value:
        """Read from Redis, unless it failed to answer a moment ago."""
        if time.monotonic() < self._paused_until:
            read.close()
            message = "Redis did not answer a moment ago"
            raise ConnectionError(message)
        try:
            return await read
        except UNREACHABLE:
            self._paused_until = time.monotonic() + PAUSE_S
            raise
