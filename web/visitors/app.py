"""The visitor app: public GETs on page hosts, answered from memory without Falcon.

Source: docs/architecture.md, "The host entry decides first", "A cached page turns stale and stays"
and "Web renders no public page".
"""

import time
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from domain.artifacts import BADGE, Artifact, find_artifact
from domain.runtime.logging import bind_request, request_id_of
from domain.runtime.metrics import count_visit
from domain.runtime.settings import Settings
from domain.store.redis.reader import HostEntry
from web.http.error_pages import (
    ABSENT,
    MISSING,
    READ_ONLY,
    UNAVAILABLE,
    CachePolicy,
    ErrorContent,
    render_error,
)
from web.visitors.cached_page import (
    Answer,
    CachedPage,
    Headers,
    find_answer,
    is_v2,
    name_of,
)
from web.visitors.on_demand import AbsentError, NotRenderedError
from web.visitors.pages import NotAvailableError, PageCache
from web.visitors.variants import read_variant

Scope: TypeAlias = MutableMapping[str, Any]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

WAIT_S = 1.0  # the longest wait of a visitor for a page that Redis lost
RETRY_AFTER = b"2"
READ_METHODS = {"GET", "HEAD"}
READERS_HEADERS = (
    b"Accept, Accept-Language, Cache-Control, Content-Type, If-Match, If-Modified-Since,"
    b" If-None-Match, If-Range, If-Unmodified-Since, Pragma, Range, User-Agent, X-Requested-With"
)
# The answer to a preflight: a script of another site may read with these headers, for a day.
PREFLIGHT: Headers = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"GET, HEAD"),
    (b"access-control-allow-headers", READERS_HEADERS),
    (b"access-control-max-age", b"86400"),
    (b"cache-control", b"no-store"),
    (b"allow", b"GET, HEAD, OPTIONS"),
]
ARTIFACT, STATUS = "hepstatus.artifact", "hepstatus.status"  # keys of the scope, for metrics
FRAME = "hepstatus.frame"  # likewise, of the frame of notices of a page that visitors may see
NO_ARTIFACT = "(none)"


class VisitorApp:
    """The ASGI handler of page hosts in one process."""

    def __init__(self, page_cache: PageCache, settings: Settings) -> None:
        """Serve from `page_cache`."""
        self._page_cache = page_cache
        self._base = settings.base_domain
        self._base_url = settings.base_url

    async def serve(self, scope: Scope, send: Send, host: str) -> None:
        """Answer a request on a page host, and count it."""
        began_at = time.perf_counter()
        await self._serve(scope, send, host)
        took_s = time.perf_counter() - began_at
        count_visit(scope.get(ARTIFACT, NO_ARTIFACT), scope.get(STATUS, 0), took_s)

    async def find_page(self, scope: Scope, send: Send, host: str) -> str | None:
        """Return the id of a host's page; None if visitors do not see one.

        Then the answer was sent.
        """
        try:
            entry = await self._page_cache.host_within(host, WAIT_S)
            if entry.page_id is not None:
                page, _ = await self._page_cache.page_within(entry.page_id, WAIT_S)
                if page.is_visible_at(datetime.now(UTC)):
                    scope[FRAME] = page.notice_frame
                    return entry.page_id
        except NotAvailableError:
            await self._send_unavailable(scope, send)
        else:
            await self._send_missing(scope, send, MISSING, was_shown=False)
        return None

    async def _serve(self, scope: Scope, send: Send, host: str) -> None:
        try:
            entry = await self._page_cache.host_within(host, WAIT_S)
        except NotAvailableError:
            await self._send_unavailable(scope, send)
            return
        if entry.page_id is None:
            await self._send_unknown_host(scope, send, host, was_shown=entry.is_freed)
        else:
            await self._serve_page(scope, send, entry)

    async def _serve_page(self, scope: Scope, send: Send, entry: HostEntry) -> None:
        page_id = entry.page_id or ""
        try:
            page, is_stale = await self._page_cache.page_within(page_id, WAIT_S)
            name = name_of(scope["path"])
            if not page.is_visible_at(datetime.now(UTC)):
                await self._send_missing(scope, send, MISSING, was_shown=True)
                return
            scope[FRAME] = page.notice_frame
            artifact = find_artifact(name) if name else None
            if scope["method"] not in READ_METHODS:
                await self._send_without_reading(scope, send, artifact)
                return
            scope[ARTIFACT] = artifact.name if artifact else NO_ARTIFACT
            if name is None:
                await self._send_elsewhere(scope, send)
                return
            answer, is_outdated = await self._find(scope, page_id, page, name)
        except AbsentError:
            await self._send_missing(scope, send, ABSENT, was_shown=True)
            return
        except (NotAvailableError, NotRenderedError) as reason:
            await self._send_unavailable(scope, send, str(reason))
            return
        await send_answer(
            scope, send, answer.with_stale_label() if is_stale or is_outdated else answer
        )

    async def _send_without_reading(
        self, scope: Scope, send: Send, artifact: Artifact | None
    ) -> None:
        """Send the answer to a preflight of an artifact that any site may read, else 405.

        Clients of Statuspage post to `subscribers.json`, which is not there: 404.
        """
        if artifact is None and is_v2(scope["path"]):
            await self._send_missing(scope, send, ABSENT, was_shown=False)
        elif artifact and artifact.is_open and scope["method"] == "OPTIONS":
            await send_response(scope, send, 204, PREFLIGHT, b"")
        else:
            await self._send_error(scope, send, 405, READ_ONLY, [(b"allow", b"GET, HEAD")])

    async def _send_elsewhere(self, scope: Scope, send: Send) -> None:
        """Send a redirect to the address without its last slash; 404 if it is none."""
        path = scope["path"].rstrip("/")
        if name_of(path) is None:
            await self._send_missing(scope, send, ABSENT, was_shown=False)
            return
        query = scope["query_string"]
        location = (path or "/").encode() + (b"?" + query if query else b"")
        await send_empty(scope, send, 308, [(b"location", location)])

    async def _find(
        self, scope: Scope, page_id: str, page: CachedPage, name: str
    ) -> tuple[Answer, bool]:
        """Return the answer, and whether it is older than the page.

        Raises the errors of `OnDemandArtifacts.of`.
        """
        variant = read_variant(name, scope["query_string"])
        parts = page.badge_parts if name == BADGE.name else None  # other parts are on demand
        if variant and parts and variant.fits(parts):
            return variant.join_svg(parts), False
        if variant is None or name == BADGE.name:
            return await self._find_stored(scope, page_id, page, name)
        stored, is_outdated = await self._find_stored(scope, page_id, page, variant.source)
        return variant.complete(stored), is_outdated

    async def _find_stored(
        self, scope: Scope, page_id: str, page: CachedPage, name: str
    ) -> tuple[Answer, bool]:
        accepted = header(scope, b"accept-encoding")
        answer = page.find_answer(name, accepted)
        if answer is not None:
            return answer, False
        bind_request(request_id_of(header(scope, b"x-request-id").decode("latin-1")))
        artifact, is_outdated = await self._page_cache.on_demand.of(page_id, page, name)
        answer = find_answer(artifact.answers, name, accepted)
        if answer is None:
            raise NotRenderedError
        return answer, is_outdated

    async def _send_unknown_host(
        self, scope: Scope, send: Send, host: str, *, was_shown: bool
    ) -> None:
        """Send 404 below the base, or a redirect to the base elsewhere.

        Source: docs/behaviour.md, "Hosts".
        """
        is_ours = host.endswith("." + self._base)
        if is_ours or scope["method"] not in READ_METHODS:
            await self._send_missing(scope, send, MISSING, was_shown=was_shown)
        else:
            policy = (
                CachePolicy.OURS_ALONE if was_shown and is_artifact(scope) else CachePolicy.NONE
            )
            home = f"{self._base_url}/".encode()
            await send_empty(scope, send, 302, [(b"location", home)], policy)

    async def _send_missing(
        self, scope: Scope, send: Send, error: ErrorContent, *, was_shown: bool
    ) -> None:
        """Send 404; `was_shown` lets caches replace a page shown before."""
        policy = CachePolicy.REPLACING if was_shown and is_artifact(scope) else CachePolicy.GUESSED
        await self._send_error(scope, send, 404, error, policy=policy)

    async def _send_unavailable(self, scope: Scope, send: Send, reason: str = "") -> None:
        error = ErrorContent(UNAVAILABLE.code, reason) if reason else UNAVAILABLE
        await self._send_error(scope, send, 503, error, [(b"retry-after", RETRY_AFTER)])

    async def _send_error(
        self,
        scope: Scope,
        send: Send,
        status: int,
        error: ErrorContent,
        extra: Headers | None = None,
        policy: CachePolicy = CachePolicy.NONE,
    ) -> None:
        accept = header(scope, b"accept").decode("latin-1").lower()
        headers, body = render_error(
            error, scope["path"], accept, self._base_url, policy, scope.get(FRAME)
        )
        await send_response(scope, send, status, headers + (extra or []), body)


def is_artifact(scope: Scope) -> bool:
    """Return whether a page can have an artifact at the request's path."""
    return name_of(scope["path"]) is not None


def header(scope: Scope, name: bytes) -> bytes:
    """Return a request header, all lines joined; empty if absent."""
    return b", ".join(value for key, value in scope["headers"] if key == name)


async def send_answer(scope: Scope, send: Send, answer: Answer) -> None:
    """Send an answer, or 304 if the client has it."""
    if has_matching_etag(header(scope, b"if-none-match"), answer.etag):
        await send_response(scope, send, 304, answer.not_modified_headers, b"")
    else:
        await send_response(scope, send, 200, answer.headers, answer.body)


def has_matching_etag(if_none_match: bytes, etag: bytes) -> bool:
    """Return whether If-None-Match names the etag (weak comparison, RFC 9110 13.1.2)."""
    if not if_none_match:
        return False
    etags = {tag.strip().removeprefix(b"W/") for tag in if_none_match.split(b",")}
    return etag in etags or b"*" in etags


async def send_empty(
    scope: Scope,
    send: Send,
    status: int,
    extra: Headers,
    policy: CachePolicy = CachePolicy.NONE,
) -> None:
    """Send a response without a body."""
    headers = [(b"content-type", b"text/html; charset=utf-8"), *policy.value]
    headers += [(b"content-length", b"0"), (b"content-security-policy", b"default-src 'none'")]
    await send_response(scope, send, status, headers + extra, b"")


async def send_plain(scope: Scope, send: Send, status: int, body: bytes, extra: Headers) -> None:
    """Send a sentence as plain text."""
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    headers.append((b"content-length", str(len(body)).encode()))
    await send_response(scope, send, status, headers + extra, body)


async def send_response(
    scope: Scope, send: Send, status: int, headers: Headers, body: bytes
) -> None:
    """Send a response; without the body to HEAD."""
    scope[STATUS] = status
    await send({"type": "http.response.start", "status": status, "headers": headers})
    content = b"" if scope["method"] == "HEAD" else body
    await send({"type": "http.response.body", "body": content})
