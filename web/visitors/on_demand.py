"""On-demand artifacts: archive, permalinks, images, badges and formats, rendered on first request.

An artifact is valid for one edition of its page. Older ones are kept, bounded in bytes. What a
request gets, if Redis has no artifact of the page's edition:

| an older artifact | is served, with a label |
|---|---|
| in Redis: it was requested within the last minute | at once; a worker renders a newer one soon |
| in this process only | if no worker renders a newer one within a second |
| from before an incident was edited or deleted | never |
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from domain.store.broker import TaskSenderThread
from domain.store.redis.reader import UNREACHABLE, PageReader
from web.visitors.cache import Cache, CircuitBreaker, OwnerQuota
from web.visitors.cached_page import (
    ANSWER_OVERHEAD_BYTES,
    Answer,
    CachedPage,
    Edition,
    answers_of,
    edition_of,
    unavailable_reason,
)
from web.writes.append_slots import AppendSlots, SlotTimeoutError


class PageEvents:
    """The waiters for publications, by page."""

    def __init__(self) -> None:
        """Start without waiters."""
        self._waiters: dict[str, set[asyncio.Future[None]]] = {}

    def notify(self, page_id: str) -> None:
        """Wake the waiters of a page."""
        for future in self._waiters.pop(page_id, ()):
            if not future.done():
                future.set_result(None)

    async def of(self, page_id: str, timeout_s: float) -> None:
        """Wait for a publication of a page, at most `timeout_s` seconds."""
        future = asyncio.get_running_loop().create_future()
        self._waiters.setdefault(page_id, set()).add(future)
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(future, timeout_s)
        finally:
            self._forget(page_id, future)

    def _forget(self, page_id: str, future: asyncio.Future[None]) -> None:
        waiters = self._waiters.get(page_id, set())
        waiters.discard(future)
        if not waiters:
            self._waiters.pop(page_id, None)


WAIT_S: Final = 3.0  # the first image loads a library
WAIT_WITH_OLDER_S: Final = 1.0  # shorter, since an older artifact can be served
RETRY_S: Final = 0.3  # the interval of repeated requests; without a worker there is one
# Guessed addresses of one process may not fill the workers' queue. One page gets two of these slots
# (web/writes/append_slots.py), so that a slow and often requested page leaves slots for others.
AT_ONCE: Final = 16
REPORT_S: Final = 1.0
REQUESTS_MAX: Final = 5_000  # artifacts in a report
PAGE_PART: Final = 8  # a page may use an eighth of the artifact cache

Render = Callable[[str], Awaitable["OnDemandArtifact"]]


class NotRenderedError(Exception):
    """The artifact is unavailable now; a message is one for the visitor."""


class AbsentError(Exception):
    """The page has no such artifact."""


@dataclass(frozen=True, slots=True)
class OnDemandArtifact:
    """An artifact's answers by field name, and the edition of its page."""

    answers: Mapping[str, Answer]
    edition: Edition
    is_late: bool = False  # rendered for an older edition than the one in Redis

    @property
    def seq(self) -> int:
        """The seq of the last command shown."""
        return int(self.edition[0] or 0)

    def is_current(self, page: CachedPage) -> bool:
        """Return whether it shows no less than a page."""
        return self.seq >= page.seq and not (self.is_late and self.edition[1:] != page.edition[1:])

    @property
    def size_bytes(self) -> int:
        """The size in bytes of all encodings together."""
        return sum(len(answer.body) + ANSWER_OVERHEAD_BYTES for answer in self.answers.values())


class OnDemandArtifacts:
    """The cache of on-demand artifacts of one process."""

    def __init__(
        self,
        limit: int,
        visits: PageReader,
        doorbell: TaskSenderThread,
        events: PageEvents,
        breaker: CircuitBreaker,
    ) -> None:
        """Keep at most `limit` bytes."""
        share = OwnerQuota(limit // PAGE_PART, page_of)
        self.cache: Cache[OnDemandArtifact] = Cache(
            limit, lambda artifact: artifact.size_bytes, share=share
        )
        self._visits, self._doorbell = visits, doorbell
        self._events, self._breaker = events, breaker
        self._requests: set[tuple[str, str]] = set()
        self._page_slots, self._process_slots = AppendSlots(), asyncio.Semaphore(AT_ONCE)

    async def of(self, page_id: str, page: CachedPage, name: str) -> tuple[OnDemandArtifact, bool]:
        """Return an artifact, and whether it is older than its cached page.

        Raises AbsentError if the page has no such artifact, NotRenderedError if there is none in
        time.
        """
        key = f"{page_id}/{name}"
        entry = self.cache.get(key)
        if entry is not None and entry.value.edition == page.edition:
            self._note_request(page_id, name)
            return entry.value, False
        if entry is not None and not entry.is_stale:
            self.cache.mark_stale(key)
        wait_s = WAIT_WITH_OLDER_S if entry else WAIT_S
        render = partial(self._render, page_id, page, name, wait_s)
        try:
            artifact = await self._fetch_since(key, page, render)
        except AbsentError:
            self.cache.drop(key)
            raise
        except NotRenderedError:
            if entry is None or entry.value.seq < page.edited_seq:
                raise
            return entry.value, True
        return artifact, not artifact.is_current(page)

    async def _fetch_since(self, key: str, page: CachedPage, render: Render) -> OnDemandArtifact:
        """Return an artifact that may be served for the page, also if requested before."""
        while (artifact := await self.cache.get_fresh(key, render)).seq < page.edited_seq:
            self.cache.mark_stale(key)
        return artifact

    async def _render(
        self, page_id: str, page: CachedPage, name: str, wait_s: float, _key: str
    ) -> OnDemandArtifact:
        artifact = await self._read(page_id, page, name)
        if artifact is not None and artifact.is_current(page):
            return artifact
        if artifact is not None and artifact.seq >= page.edited_seq:
            self._doorbell.request_refresh(page_id, name)
            return artifact
        try:
            has_worker = await self._breaker.read(self._visits.worker_was_seen())
            async with (
                asyncio.timeout(wait_s if has_worker else RETRY_S),
                self._page_slots.slot(page_id),
                self._process_slots,
            ):
                return await self._request(page_id, page, name)
        except (SlotTimeoutError, *UNREACHABLE) as error:  # TimeoutError is one of UNREACHABLE
            raise NotRenderedError from error

    async def _request(self, page_id: str, page: CachedPage, name: str) -> OnDemandArtifact:
        artifact = None
        while artifact is None or not artifact.is_current(page):
            self._doorbell.request_artifact(page_id, name)
            await self._events.of(page_id, RETRY_S)
            artifact = await self._read(page_id, page, name)
        return artifact

    async def _read(self, page_id: str, page: CachedPage, name: str) -> OnDemandArtifact | None:
        try:
            fields = await self._breaker.read(self._visits.on_demand_fields(page_id, name))
        except UNREACHABLE as error:
            raise NotRenderedError from error
        if fields is None:
            raise AbsentError
        if reason := unavailable_reason(fields, name):
            raise NotRenderedError(reason)
        answers, is_late = answers_of(fields, page.csp), "late" in fields
        return OnDemandArtifact(answers, edition_of(fields), is_late) if name in answers else None

    def _note_request(self, page_id: str, name: str) -> None:
        """Record a request that Redis does not see."""
        if len(self._requests) < REQUESTS_MAX:
            self._requests.add((page_id, name))

    async def report_until_cancelled(self) -> None:
        """Report the recorded requests every `REPORT_S` seconds until cancelled."""
        while True:
            await asyncio.sleep(REPORT_S)
            requests, self._requests = self._requests, set()
            with contextlib.suppress(*UNREACHABLE):  # logged by more important users of Redis
                await self._visits.note_requests(requests)


def page_of(key: str) -> str:
    """Return the page id of an artifact's key."""
    return key.partition("/")[0]
