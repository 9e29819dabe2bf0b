"""One connection a web process on which Redis tells what changed and what was announced.

RESP3 carries both on one connection: invalidations (`CLIENT TRACKING … BCAST`) and the channel of
announcements. Written by hand because redis-py's client-side caching does not exist in asyncio;
measurements in docs/decisions/0003-listener.md.
"""

import asyncio
import contextlib
import logging
import re
from collections.abc import Sequence
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import hiredis

from domain.store.redis import keys

log = logging.getLogger(__name__)

PING_S = 1.0  # a frozen Redis is noticed within two of these
PING = ("EXISTS", keys.WORKER_SEEN)  # any answer is a sign of life; this one tells of workers too
RETRY_S = 0.2
CHUNK_BYTES = 65_536
RUN_ID = re.compile(rb"^run_id:(\w+)", re.MULTILINE)  # in the answer to INFO


class Ears(Protocol):
    """Who wants to hear."""

    def invalidated(self, changed: Sequence[str] | None) -> None:
        """Take note that these keys changed; None: any may have."""

    def announced(self, message: bytes) -> None:
        """Take note of an announcement."""

    def connected(self, server: str) -> None:
        """Take note that from now on everything is heard, and of the Redis' run id."""

    def disconnected(self) -> None:
        """Take note that from now on nothing is heard."""

    def worker_seen(self, *, is_seen: bool) -> None:
        """Take note whether a worker is at work. Told before `connected`, and often."""


class Listener:
    """Keeps the connection, for as long as `run` runs."""

    def __init__(self, cache_url: str, ears: Ears) -> None:
        """Remember where to listen and whom to tell."""
        self._url = urlsplit(cache_url)
        self._ears = ears
        self._server = ""
        self._doubt = asyncio.Event()  # whether a worker is at work: asked for at once

    async def run(self) -> None:
        """Listen until cancelled; reconnect whenever the connection is lost."""
        while True:
            try:
                await self._listen()
            except (OSError, EOFError, hiredis.HiredisError, TimeoutError) as error:
                log.info("not listening: %r", error)
            except Exception:  # whoever hears nothing for good answers every write with 202
                log.exception("listening made us raise")
            await asyncio.sleep(RETRY_S)

    async def _listen(self) -> None:
        async with asyncio.timeout(2 * PING_S):
            host, port = self._url.hostname or "127.0.0.1", self._url.port or 6379
            tls = True if self._url.scheme == "rediss" else None
            reader, writer = await asyncio.open_connection(host, port, ssl=tls)
        try:
            for command in self._greeting():
                writer.write(packed(command))
            await self._hear(reader, writer)
        finally:
            self._ears.disconnected()
            writer.close()

    def _greeting(self) -> list[tuple[str, ...]]:
        hello: tuple[str, ...] = ("HELLO", "3")
        if self._url.password:
            user = unquote(self._url.username or "default")
            hello += ("AUTH", user, unquote(self._url.password))
        prefixes = [part for prefix in keys.TRACKED_PREFIXES for part in ("PREFIX", prefix)]
        track = ("CLIENT", "TRACKING", "ON", "BCAST", *prefixes)
        return [hello, track, ("INFO", "server"), PING, ("SUBSCRIBE", keys.ANNOUNCEMENTS)]

    async def _hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        parser = hiredis.Reader()
        beat = asyncio.create_task(self._ping(writer))
        try:
            while chunk := await asyncio.wait_for(reader.read(CHUNK_BYTES), 2 * PING_S):
                parser.feed(chunk)
                self._tell(parser)
        finally:
            beat.cancel()
        message = "Redis closed the connection"
        raise EOFError(message)

    async def _ping(self, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while True:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._doubt.wait(), PING_S)
                self._doubt.clear()
                writer.write(packed(PING))
                await writer.drain()

    def _tell(self, parser: hiredis.Reader) -> None:
        while (reply := parser.gets()) is not False:
            if isinstance(reply, hiredis.ReplyError):
                raise reply
            if isinstance(reply, hiredis.PushNotification):
                self._tell_push(list(reply))
            elif isinstance(reply, int):  # to PING
                self._ears.worker_seen(is_seen=bool(reply))
            elif isinstance(reply, bytes) and (found := RUN_ID.search(reply)):
                self._server = found[1].decode()

    def _tell_push(self, push: list[Any]) -> None:
        match push:
            case [b"invalidate", None]:
                self._ears.invalidated(None)
            case [b"invalidate", changed]:
                self._invalidated([key.decode() for key in changed])
            case [b"message", _, message]:
                self._ears.announced(message)
            case [b"subscribe", *_]:
                self._ears.connected(self._server)

    def _invalidated(self, changed: Sequence[str]) -> None:
        if keys.WORKER_SEEN in changed:  # set or expired
            self._doubt.set()
        if others := [key for key in changed if key != keys.WORKER_SEEN]:
            self._ears.invalidated(others)


def packed(command: tuple[str, ...]) -> bytes:
    """Return a command as Redis reads it."""
    # Typed for tuples of one word only.
    return bytes(hiredis.pack_command(command))  # type: ignore[arg-type]
