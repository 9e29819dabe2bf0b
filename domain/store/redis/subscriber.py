"""One Redis connection of a web process for changed keys and announcements.

RESP3 carries both on one connection: invalidations (`CLIENT TRACKING … BCAST`) and the channel of
announcements. Written by hand because redis-py's client-side caching does not exist in asyncio;
measurements in docs/decisions/0003-listener.md.
"""

import asyncio
import contextlib
import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import hiredis
import msgspec

from domain.results import Rejection, Remarks
from domain.store.redis import keys

log = logging.getLogger(__name__)

PING_S = 1.0  # a frozen Redis is noticed within two of these
PING = ("EXISTS", keys.WORKER_SEEN)  # any answer is a sign of life; this one is about workers too
RETRY_S = 0.2
CHUNK_BYTES = 65_536
RUN_ID = re.compile(rb"^run_id:(\w+)", re.MULTILINE)  # in the answer to INFO


class SubscriptionHandler(Protocol):
    """The receiver of a connection's events."""

    def invalidated(self, changed: Sequence[str] | None) -> None:
        """Handle changed keys; None: any key may have changed."""

    def announced(self, message: bytes) -> None:
        """Handle an announcement."""

    def connected(self, server: str) -> None:
        """Handle the start of the subscription, on the Redis of this run id."""

    def disconnected(self) -> None:
        """Handle the end of the subscription."""

    def worker_seen(self, *, is_seen: bool) -> None:
        """Handle whether a worker is running. Called before `connected`, and often."""


class Listener:
    """The subscription's connection, for as long as `run` runs."""

    def __init__(self, cache_url: str, handler: SubscriptionHandler) -> None:
        """Set up the URL and the receiver of events."""
        self._url = urlsplit(cache_url)
        self._handler = handler
        self._server = ""
        self._ping_now = asyncio.Event()  # set when it is unknown whether a worker runs

    async def run(self) -> None:
        """Listen until cancelled; reconnect whenever the connection is lost."""
        while True:
            try:
                await self._listen()
            except (OSError, EOFError, hiredis.HiredisError, TimeoutError) as error:
                log.info("not listening: %r", error)
            except Exception:  # a process without events would answer every write with 202
                log.exception("listening made us raise")
            await asyncio.sleep(RETRY_S)

    async def _listen(self) -> None:
        async with asyncio.timeout(2 * PING_S):
            host, port = self._url.hostname or "127.0.0.1", self._url.port or 6379
            tls = True if self._url.scheme == "rediss" else None
            reader, writer = await asyncio.open_connection(host, port, ssl=tls)
        try:
            for command in self._handshake():
                writer.write(packed(command))
            await self._read(reader, writer)
        finally:
            self._handler.disconnected()
            writer.close()

    def _handshake(self) -> list[tuple[str, ...]]:
        hello: tuple[str, ...] = ("HELLO", "3")
        if self._url.password:
            user = unquote(self._url.username or "default")
            hello += ("AUTH", user, unquote(self._url.password))
        prefixes = [part for prefix in keys.TRACKED_PREFIXES for part in ("PREFIX", prefix)]
        track = ("CLIENT", "TRACKING", "ON", "BCAST", *prefixes)
        return [hello, track, ("INFO", "server"), PING, ("SUBSCRIBE", keys.ANNOUNCEMENTS)]

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        parser = hiredis.Reader()
        ping_task = asyncio.create_task(self._ping(writer))
        try:
            while chunk := await asyncio.wait_for(reader.read(CHUNK_BYTES), 2 * PING_S):
                parser.feed(chunk)
                self._handle(parser)
        finally:
            ping_task.cancel()
        message = "Redis closed the connection"
        raise EOFError(message)

    async def _ping(self, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while True:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._ping_now.wait(), PING_S)
                self._ping_now.clear()
                writer.write(packed(PING))
                await writer.drain()

    def _handle(self, parser: hiredis.Reader) -> None:
        while (reply := parser.gets()) is not False:
            if isinstance(reply, hiredis.ReplyError):
                raise reply
            if isinstance(reply, hiredis.PushNotification):
                self._handle_push(list(reply))
            elif isinstance(reply, int):  # the answer to PING
                self._handler.worker_seen(is_seen=bool(reply))
            elif isinstance(reply, bytes) and (match := RUN_ID.search(reply)):
                self._server = match[1].decode()

    def _handle_push(self, push: list[Any]) -> None:
        match push:
            case [b"invalidate", None]:
                self._handler.invalidated(None)
            case [b"invalidate", changed]:
                self._invalidated([key.decode() for key in changed])
            case [b"message", _, message]:
                self._handler.announced(message)
            case [b"subscribe", *_]:
                self._handler.connected(self._server)

    def _invalidated(self, changed: Sequence[str]) -> None:
        if keys.WORKER_SEEN in changed:  # set or expired
            self._ping_now.set()
        if others := [key for key in changed if key != keys.WORKER_SEEN]:
            self._handler.invalidated(others)


def packed(command: tuple[str, ...]) -> bytes:
    """Return a command in the Redis protocol."""
    # Typed for one-word tuples only.
    return bytes(hiredis.pack_command(command))  # type: ignore[arg-type]


class Announcement(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The settled seqs `first` to `last` of a stream, page changes published.

    `follow_ups` lists, by seq, the (page id, seq) pairs that have to be published as well before
    the command's effect can be seen.
    """

    stream: str
    first: int
    last: int
    refusals: Mapping[int, Rejection] = {}
    follow_ups: Mapping[int, list[tuple[str, int]]] = {}
    remarks: Mapping[int, Remarks] = {}


_decoder = msgspec.json.Decoder(Announcement)


def encode(announcement: Announcement) -> bytes:
    """Return the announcement as the channel carries it."""
    return msgspec.json.encode(announcement)


def decode(message: bytes) -> Announcement:
    """Read an announcement. Raises msgspec.DecodeError."""
    return _decoder.decode(message)
