"""The lane for visitors: public GETs on page hosts, answered from ready bytes, without Falcon.

Source: docs/architecture.md, "The host entry decides first", "A cached page turns stale and stays"
and "Web renders no public page".
"""

import time
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime
from typing import Any, TypeAlias
from urllib.parse import parse_qs

from domain.runtime.logging import bind_request
from domain.runtime.request_ids import request_id_of
from domain.runtime.visit_metrics import note_visit
from domain.store.redis.reader import HostEntry
from web.http.error_pages import ABSENT, MISSING, READ_ONLY, UNAVAILABLE, Keeping, Refused, told
from web.http.notices import NOTHING, Notice
from web.process import Process
from web.visitors.cached_page import Answer, Headers, PageCopy, best, family_of, name_of
from web.visitors.on_demand import AbsentError, NotDrawnError
from web.visitors.pages import NotThereError

Scope: TypeAlias = MutableMapping[str, Any]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

WAIT_S = 1.0  # how long a visitor waits for a page that Redis lost
RETRY_AFTER = b"2"
READING = {"GET", "HEAD"}
ARTIFACT, STATUS = "hepstatus.artifact", "hepstatus.status"  # noted beside the request
NOTHING_ASKED = "(none)"


class Lane:
    """Serves page hosts for one process."""

    def __init__(self, process: Process) -> None:
        """Serve from the copies of `process`."""
        self._process = process
        self._base = process.settings.base_domain
        self._base_url = process.settings.base_url

    async def serve(self, scope: Scope, send: Send, host: str) -> None:
        """Answer a request whose host is not the base, and count it."""
        began_at = time.perf_counter()
        await self._serve(scope, send, host)
        took_s = time.perf_counter() - began_at
        note_visit(scope.get(ARTIFACT, NOTHING_ASKED), scope.get(STATUS, 0), took_s)

    async def _serve(self, scope: Scope, send: Send, host: str) -> None:
        try:
            entry = await self._process.served.host_within(host, WAIT_S)
        except NotThereError:
            await self._say_unavailable(scope, send)
            return
        if entry.page_id is None:
            await self._say_unknown(scope, send, host, was_there=entry.is_freed)
        else:
            await self._serve_page(scope, send, entry)

    async def _serve_page(self, scope: Scope, send: Send, entry: HostEntry) -> None:
        page_id = entry.page_id or ""
        try:
            copy, is_stale = await self._process.served.page_within(page_id, WAIT_S)
            name = name_of(scope["path"])
            if not copy.is_visible_at(datetime.now(UTC)):
                await self._say_missing(scope, send, MISSING, was_there=True)
                return
            if scope["method"] not in READING:
                await self._refuse(scope, send, 405, READ_ONLY, [(b"allow", b"GET, HEAD")])
                return
            scope[ARTIFACT] = family_of(name) if name else NOTHING_ASKED
            if name is None:
                await self._say_missing(scope, send, ABSENT, was_there=False)
                return
            found, is_older = await self._find(scope, page_id, copy, name)
        except AbsentError:
            await self._say_missing(scope, send, ABSENT, was_there=True)
            return
        except (NotThereError, NotDrawnError) as reason:
            await self._say_unavailable(scope, send, str(reason))
            return
        await send_answer(scope, send, found.labelled() if is_stale or is_older else found)

    async def _find(
        self, scope: Scope, page_id: str, copy: PageCopy, name: str
    ) -> tuple[Answer, bool]:
        """Return the answer, and whether it is older than the copy. Raises what `Drawn.of` does."""
        found = own_badge(scope, copy) if name == "badge.svg" else None
        accepted = header(scope, b"accept-encoding")
        found = found or copy.best(name, accepted)
        if found is not None:
            return found, False
        bind_request(request_id_of(header(scope, b"x-request-id").decode("latin-1")))
        drawing, is_older = await self._process.served.drawn.of(page_id, copy, name)
        found = best(drawing.answers, name, accepted)
        if found is None:
            raise NotDrawnError
        return found, is_older

    async def _say_unknown(self, scope: Scope, send: Send, host: str, *, was_there: bool) -> None:
        """404 under the base; a foreign host is sent to the base.

        Source: docs/behaviour.md, "Hosts".
        """
        is_ours = host.endswith("." + self._base)
        if is_ours or scope["method"] not in READING:
            await self._say_missing(scope, send, MISSING, was_there=was_there)
        else:
            keeping = Keeping.OURS_ALONE if was_there and is_artifact(scope) else Keeping.NONE
            home = f"{self._base_url}/".encode()
            await notice(scope, send, 302, NOTHING, [(b"location", home)], keeping)

    async def _say_missing(
        self, scope: Scope, send: Send, refused: Refused, *, was_there: bool
    ) -> None:
        """404, for caches in place of what was shown there, if anything can have been."""
        keeping = Keeping.REPLACING if was_there and is_artifact(scope) else Keeping.GUESSED
        await self._refuse(scope, send, 404, refused, keeping=keeping)

    async def _say_unavailable(self, scope: Scope, send: Send, reason: str = "") -> None:
        refused = Refused(UNAVAILABLE.code, reason) if reason else UNAVAILABLE
        await self._refuse(scope, send, 503, refused, [(b"retry-after", RETRY_AFTER)])

    async def _refuse(
        self,
        scope: Scope,
        send: Send,
        status: int,
        refused: Refused,
        extra: Headers | None = None,
        keeping: Keeping = Keeping.NONE,
    ) -> None:
        accept = header(scope, b"accept").decode("latin-1").lower()
        headers, body = told(refused, scope["path"], accept, self._base_url, keeping)
        await respond(scope, send, status, headers + (extra or []), body)


def is_artifact(scope: Scope) -> bool:
    """Tell whether a page can have something at the path that is asked for."""
    return name_of(scope["path"]) is not None


def own_badge(scope: Scope, copy: PageCopy) -> Answer | None:
    """Return the badge with the label that was asked for; None if none was."""
    if b"label=" not in scope["query_string"]:
        return None
    asked = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return copy.badge(asked["label"][0]) if "label" in asked else None


def header(scope: Scope, name: bytes) -> bytes:
    """Return a request header, all of its lines joined; empty if it is not there."""
    return b", ".join(value for key, value in scope["headers"] if key == name)


async def send_answer(scope: Scope, send: Send, answer: Answer) -> None:
    """Send ready bytes, or 304 to who has them."""
    if is_held(header(scope, b"if-none-match"), answer.etag):
        await respond(scope, send, 304, answer.unchanged, b"")
    else:
        await respond(scope, send, 200, answer.headers, answer.body)


def is_held(if_none_match: bytes, etag: bytes) -> bool:
    """Tell whether an If-None-Match header names the entity (weakly compared, RFC 9110 13.1.2)."""
    if not if_none_match:
        return False
    held = {tag.strip().removeprefix(b"W/") for tag in if_none_match.split(b",")}
    return etag in held or b"*" in held


async def notice(
    scope: Scope,
    send: Send,
    status: int,
    told: Notice,
    extra: Headers | None = None,
    keeping: Keeping = Keeping.NONE,
) -> None:
    """Send a page of ours that says what is the matter."""
    own = [(b"content-type", b"text/html; charset=utf-8"), *keeping.value]
    own.append((b"content-length", str(len(told.html)).encode()))
    own.append((b"content-security-policy", told.policy))
    await respond(scope, send, status, own + (extra or []), told.html)


async def plain(scope: Scope, send: Send, status: int, body: bytes, extra: Headers) -> None:
    """Send a sentence as plain text."""
    own = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    own.append((b"content-length", str(len(body)).encode()))
    await respond(scope, send, status, own + extra, body)


async def respond(scope: Scope, send: Send, status: int, headers: Headers, body: bytes) -> None:
    """Send a response; to HEAD without its body."""
    scope[STATUS] = status
    await send({"type": "http.response.start", "status": status, "headers": headers})
    content = b"" if scope["method"] == "HEAD" else body
    await send({"type": "http.response.body", "body": content})
