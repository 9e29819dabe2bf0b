"""The entry for gunicorn: pages go by the lane, the base goes to Falcon."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote

import msgspec

from domain.runtime.logging import start_lines
from domain.runtime.settings import load_settings, require_stack
from web.api.accounts.passwords import warm
from web.app import create_app
from web.http.answer_headers import over_tls
from web.http.health import readiness
from web.http.notices import NOTHING
from web.process import Process
from web.visitors import tls
from web.visitors.app import Lane, Scope, Send, notice, plain, respond
from web.visitors.hosts import BadRequestHostError, requested_host

Receive = Callable[[], Awaitable[dict[str, Any]]]
ENCODED = re.compile(r"%(2[fF]|25)")  # a slash, a percent sign
NO_HOST = b"The request does not name one host: by one Host header, and by nothing else.\n"
NO_STORE = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]

start_lines("web")


class Application:
    """One process's ASGI application."""

    def __init__(self) -> None:
        """Wire the parts."""
        settings = require_stack(load_settings())
        self._base = settings.base_domain
        self._process = Process(settings)
        self._lane = Lane(self._process)
        self._app = create_app(self._process)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Route one connection by its type, its path and its host."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000})
        elif scope["scheme"] == "https":
            await self._answer(scope, receive, over_tls(scope, send, self._base))
        else:
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            host = requested_host(scope)
        except BadRequestHostError:
            await plain(scope, send, 400, NO_HOST, [])
            return
        if scope["path"] in {"/healthz", "/readyz"}:
            await self._tell_health(scope, send)
        elif scope["path"] == tls.PATH:
            await self._tell_tls(scope, send)
        elif host == self._base:
            await self._app(dict(keep_slashes(scope)), receive, send)
        elif host is None:
            await plain(scope, send, 400, NO_HOST, [])
        else:
            await self._lane.serve(scope, send, host)

    async def _tell_health(self, scope: Scope, send: Send) -> None:
        if scope["method"] not in {"GET", "HEAD"}:
            await notice(scope, send, 405, NOTHING, [(b"allow", b"GET, HEAD")])
        elif scope["path"] == "/healthz":
            await plain(scope, send, 200, b"alive\n", [])
        else:
            state = await readiness(self._process)
            body = msgspec.json.encode(state)
            await respond(scope, send, 200 if state["ok"] else 503, NO_STORE, body)

    async def _tell_tls(self, scope: Scope, send: Send) -> None:
        if scope["method"] not in {"GET", "HEAD"}:
            await notice(scope, send, 405, NOTHING, [(b"allow", b"GET, HEAD")])
            return
        may = await tls.may_have_certificate(self._process, scope["query_string"])
        status = 503 if may is None else 200 if may else 404
        await plain(scope, send, status, b"", [])

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await asyncio.gather(self._process.start(), warm())
                await send({"type": "lifespan.startup.complete"})
            else:
                await self._process.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return


def keep_slashes(scope: Scope) -> Scope:
    """Keep an encoded slash apart from those that divide a path: `CI%2FCD` is one name.

    Encoded percent signs are kept as well, so that unquoting a part once more is exact.
    """
    raw = (scope.get("raw_path") or b"").decode("latin-1")
    if ENCODED.search(raw):
        scope["path"] = unquote(ENCODED.sub(r"%25\1", raw))
    return scope


application = Application()
