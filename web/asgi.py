"""The ASGI entry for gunicorn: pages go to VisitorApp, the base to Falcon."""

import asyncio
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final
from urllib.parse import unquote

import msgspec

from domain.runtime.logging import configure_logging
from domain.runtime.settings import load_settings, require_stack
from web.api.accounts.passwords import warm
from web.api.domains import certificates
from web.api.subscribers import resource as subscribers
from web.http.health import readiness
from web.http.hosts import BadRequestHostError, normalize_host_header, requested_host
from web.process import Process
from web.routes import create_app
from web.visitors.app import (
    Scope,
    Send,
    VisitorApp,
    header,
    send_empty,
    send_plain,
    send_response,
)

Receive = Callable[[], Awaitable[dict[str, Any]]]
ENCODED = re.compile(r"%(2[fF]|25)")  # a slash, a percent sign
NO_HOST = b"The request does not name one host: by one Host header, and by nothing else.\n"
NO_STORE = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
# How long a browser uses TLS only for this host, in seconds. Without `includeSubDomains`, because
# hosts below may be served without TLS, and without `preload`, which can't be undone.
OURS_S: Final = 31_536_000
# An owner may move a custom domain to a server without TLS: it works again after a day.
CUSTOM_S: Final = 86_400

configure_logging("web")


class Application:
    """The ASGI application of one process."""

    def __init__(self) -> None:
        """Build the parts."""
        settings = require_stack(load_settings())
        self._base = settings.base_domain
        self._process = Process(settings)
        self._parts = self._process.parts
        self._visitor_app = VisitorApp(self._parts.page_cache, settings)
        self._app = create_app(self._parts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Route one connection by its type, its path and its host."""
        if scope["type"] == "lifespan":
            await self._run_lifespan(receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000})
        elif scope["scheme"] == "https":
            await self._answer(scope, receive, add_hsts(scope, send, self._base))
        else:
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            host = requested_host(scope)
        except BadRequestHostError:
            await send_plain(scope, send, 400, NO_HOST, [])
            return
        if scope["path"] in {"/healthz", "/readyz"}:
            await self._send_health(scope, send)
        elif scope["path"] == certificates.PATH:
            await self._send_tls_permission(scope, send)
        elif host == self._base:
            await self._app(dict(keep_slashes(scope)), receive, send)
        elif host is None:
            await send_plain(scope, send, 400, NO_HOST, [])
        elif scope["path"] == subscribers.PATH and scope["method"] == "POST":
            await self._subscribe(scope, receive, send, host)
        else:
            await self._visitor_app.serve(scope, send, host)

    async def _subscribe(self, scope: Scope, receive: Receive, send: Send, host: str) -> None:
        """Let Falcon answer the one request of a page's host that writes."""
        page_id = await self._visitor_app.find_page(scope, send, host)
        if page_id is not None:
            await self._app({**scope, subscribers.PAGE_ID: page_id}, receive, send)

    async def _send_health(self, scope: Scope, send: Send) -> None:
        if scope["method"] not in {"GET", "HEAD"}:
            await send_empty(scope, send, 405, [(b"allow", b"GET, HEAD")])
        elif scope["path"] == "/healthz":
            await send_plain(scope, send, 200, b"alive\n", [])
        else:
            state = await readiness(self._parts.engine, self._parts.page_cache.visits)
            body = msgspec.json.encode(state)
            await send_response(scope, send, 200 if state["ok"] else 503, NO_STORE, body)

    async def _send_tls_permission(self, scope: Scope, send: Send) -> None:
        if scope["method"] not in {"GET", "HEAD"}:
            await send_empty(scope, send, 405, [(b"allow", b"GET, HEAD")])
            return
        is_allowed = await certificates.may_have_certificate(
            scope["query_string"], self._parts.settings, self._parts.page_cache, self._parts.engine
        )
        status = 503 if is_allowed is None else 200 if is_allowed else 404
        await send_plain(scope, send, status, b"", [])

    async def _run_lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await asyncio.gather(self._process.start(), warm())
                await send({"type": "lifespan.startup.complete"})
            else:
                await self._process.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return


def add_hsts(scope: Scope, send: Send, base: str) -> Send:
    """Wrap `send` so that answers over TLS carry Strict-Transport-Security."""
    host = normalize_host_header(header(scope, b"host").decode("utf-8", "replace")) or ""
    lasts_s = OURS_S if f".{host}".endswith(f".{base}") else CUSTOM_S
    hsts = (b"strict-transport-security", b"max-age=%d" % lasts_s)

    async def send_with_hsts(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), hsts]}
        await send(message)

    return send_with_hsts


def keep_slashes(scope: Scope) -> Scope:
    """Keep an encoded slash distinct from a path separator: `CI%2FCD` is one name.

    Encoded percent signs are kept as well, so that unquoting a part once more is exact.
    """
    raw = (scope.get("raw_path") or b"").decode("latin-1")
    if ENCODED.search(raw):
        scope["path"] = unquote(ENCODED.sub(r"%25\1", raw))
    return scope


application = Application()
