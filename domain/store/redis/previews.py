"""Previews: the effect of a write, computed in a worker's memory, kept only here.

Web leaves the command in Redis and sends a task; a worker decides and applies it to the page that
it loads, saves nothing, and leaves the resulting documents. All of it expires after a minute.
"""

import gzip
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import redis.asyncio as aioredis

from domain.results import Rejection
from domain.status import Status
from domain.store.postgres.command_codec import encode_command
from domain.store.redis import keys
from domain.store.redis import publisher as artifacts
from domain.store.redis.publisher import announce, cache_redis
from domain.store.redis.subscriber import Announcement, encode

TTL_S = 60
SEQ = 1  # a preview is a stream of its own with one command, for the submitter's waiter
SCRIPT: Final = (artifacts.SCRIPTS / "keep_newest.lua").read_text()
BEGIN, GO_ON = "begin", "go on"


class ReplacedError(Exception):
    """A newer preview of the same session and page replaced this one."""


class ChangedLeaf(msgspec.Struct, frozen=True):
    """A component with a changed status; `was` is None for a new one."""

    id: str
    name: str
    status: Status
    label: str
    was: Status | None


class PreviewResult(msgspec.Struct, frozen=True):
    """The page after a write, or the reason for its refusal.

    `is_too_large`: the documents exceed the limit and were not kept. `recipients` are the numbers
    of subscribers that would hear of it, by channel.
    """

    refusal: Rejection | None = None
    indicator: Status = Status.OPERATIONAL
    headline: str = ""
    leaves: tuple[ChangedLeaf, ...] = ()
    is_too_large: bool = False
    recipients: dict[str, int] = {}


@dataclass(frozen=True, slots=True)
class Document:
    """An HTML document, compressed by gzip, with its content security policy."""

    gzipped: bytes
    policy: str

    @property
    def html(self) -> bytes:
        """The decompressed document."""
        return gzip.decompress(self.gzipped)


@dataclass(frozen=True, slots=True)
class PreviewRequest:
    """A command to preview, as the log would hold it."""

    id: str
    page_id: str
    kind: str
    payload: str


class Previews:
    """Web's requests and reads. Every call raises Redis' errors."""

    def __init__(self, cache_url: str, timeout_s: float) -> None:
        """Connect lazily; no call takes longer than `timeout_s`."""
        limits: dict[str, Any] = {"socket_timeout": timeout_s, "socket_connect_timeout": timeout_s}
        self._redis = aioredis.Redis.from_url(cache_url, max_connections=16, **limits)

    async def ask(self, slot: str, preview_id: str, page_id: str, command: Any) -> None:  # noqa: ANN401 - any command
        """Store a command for a preview, in place of the slot's previous one.

        The waiter of the previous one is woken.
        """
        kind, payload = encode_command(command)
        fields = ["page_id", page_id, "kind", kind, "payload", payload]
        arguments = arguments_of(preview_id, BEGIN, fields)
        names = (keys.preview_key(slot), keys.preview_index_key(page_id))
        previous_id: Any = await self._redis.eval(SCRIPT, 2, *names, *arguments)
        if previous_id:
            message = encode(Announcement(previous_id.decode(), SEQ, SEQ))
            await self._redis.publish(keys.ANNOUNCEMENTS, message)

    async def outlook(self, slot: str, preview_id: str) -> PreviewResult | None:
        """Return the result of a preview; None if there is none yet. Raises ReplacedError."""
        (payload,) = await self._fields(slot, preview_id, "outlook")
        return msgspec.json.decode(payload, type=PreviewResult) if payload else None

    async def document(self, slot: str, preview_id: str, name: str) -> Document | None:
        """Return a document of a preview; None if it is gone. Raises ReplacedError."""
        html, policy = await self._fields(slot, preview_id, name, "policy")
        return Document(html, policy.decode()) if html and policy else None

    async def _fields(self, slot: str, preview_id: str, *names: str) -> list[bytes | None]:
        values: list[Any] = await self._redis.hmget(keys.preview_key(slot), ["id", *names])
        if values[0] is not None and values[0].decode() != preview_id:
            raise ReplacedError
        return values[1:]

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()


def slot_of(page_id: str, session_id: str) -> str:
    """Return the slot of a session's one preview of a page."""
    return f"{page_id}:{session_id}"


def arguments_of(preview_id: str, step: str, fields: list[Any]) -> list[Any]:
    """Return the script's arguments for a step of a preview."""
    return [preview_id, step, keys.PREVIEW_BYTES_MAX, TTL_S, *fields]


def load_request(slot: str) -> PreviewRequest | None:
    """Return the command to preview; None if its request is gone."""
    names = ["id", "page_id", "kind", "payload"]
    values: Any = cache_redis().hmget(keys.preview_key(slot), names)
    # The previous release's web tier stores no id: there the slot is the id.
    parts = [slot.encode() if values[0] is None else values[0], *values[1:]]
    return PreviewRequest(*(part.decode() for part in parts)) if all(parts) else None


def tell(
    slot: str,
    request: PreviewRequest,
    outlook: PreviewResult,
    documents: dict[str, bytes],
    policy: str,
) -> None:
    """Store a preview's result, unless it was replaced, and wake the waiter."""
    compressed = {name: gzip.compress(html, mtime=0) for name, html in documents.items()}
    if sum(map(len, compressed.values())) + len(policy) > keys.PREVIEW_BYTES_MAX:
        outlook, compressed = PreviewResult(is_too_large=True), {}
    fields = {"outlook": msgspec.json.encode(outlook), "policy": policy, **compressed}
    parts = [part for pair in fields.items() for part in pair]
    names = (keys.preview_key(slot), keys.preview_index_key(request.page_id))
    cache_redis().eval(SCRIPT, 2, *names, *arguments_of(request.id, GO_ON, parts))
    announce(encode(Announcement(request.id, SEQ, SEQ)))
