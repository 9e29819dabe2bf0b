"""Rehearsals: what a write would do, found out in a worker's memory and kept nowhere but here.

Web leaves the command in Redis and rings; a worker decides and applies it to the page that it
loads, saves nothing, and leaves what visitors would see. All of it is gone after a minute.
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
from domain.store.redis.announcements import Announcement, encode
from domain.store.redis.publisher import announce, cache_redis

TTL_S = 60
SEQ = 1  # a rehearsal is a stream of its own with one command: whoever asked waits for it
DOCUMENTS = ("page", "change")
SCRIPT: Final = (artifacts.SCRIPTS / "keep_newest.lua").read_text()
BEGIN, GO_ON = "begin", "go on"


class ReplacedError(Exception):
    """A newer preview of the same session and page took the place of this one."""


class ChangedLeaf(msgspec.Struct, frozen=True):
    """A component that would be shown with another status; `was` is None for a new one."""

    id: str
    name: str
    status: Status
    label: str
    was: Status | None


class Outlook(msgspec.Struct, frozen=True):
    """What a page would say, or why the write would be refused.

    `is_too_large`: the documents have more bytes than are kept, so there are none.
    """

    refusal: Rejection | None = None
    indicator: Status = Status.OPERATIONAL
    headline: str = ""
    leaves: tuple[ChangedLeaf, ...] = ()
    is_too_large: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """An HTML document, compressed by gzip, with the policy that it needs."""

    gzipped: bytes
    policy: str

    @property
    def html(self) -> bytes:
        """The document as it is."""
        return gzip.decompress(self.gzipped)


@dataclass(frozen=True, slots=True)
class Asked:
    """A command to be rehearsed, as the log would hold it."""

    id: str
    page_id: str
    kind: str
    payload: str


class Rehearsals:
    """What web asks and reads. Every call raises what Redis raises when it does not answer."""

    def __init__(self, cache_url: str, timeout_s: float) -> None:
        """Connect lazily; no call takes longer than `timeout_s`."""
        limits: dict[str, Any] = {"socket_timeout": timeout_s, "socket_connect_timeout": timeout_s}
        self._redis = aioredis.Redis.from_url(cache_url, max_connections=16, **limits)

    async def ask(self, slot: str, rehearsal_id: str, page_id: str, command: Any) -> None:  # noqa: ANN401 - any command
        """Leave a command for whoever is rung for, in place of what was asked in the slot before.

        Who waits for that one is woken.
        """
        kind, payload = encode_command(command)
        fields = ["page_id", page_id, "kind", kind, "payload", payload]
        arguments = arguments_of(rehearsal_id, BEGIN, fields)
        names = (keys.rehearsal_key(slot), keys.rehearsals_key(page_id))
        before: Any = await self._redis.eval(SCRIPT, 2, *names, *arguments)
        if before:
            woken = encode(Announcement(before.decode(), SEQ, SEQ))
            await self._redis.publish(keys.ANNOUNCEMENTS, woken)

    async def outlook(self, slot: str, rehearsal_id: str) -> Outlook | None:
        """Return what came of a rehearsal; None if nobody has done it. Raises ReplacedError."""
        (found,) = await self._fields(slot, rehearsal_id, "outlook")
        return msgspec.json.decode(found, type=Outlook) if found else None

    async def document(self, slot: str, rehearsal_id: str, name: str) -> Document | None:
        """Return a document of a rehearsal; None if it is gone. Raises ReplacedError."""
        html, policy = await self._fields(slot, rehearsal_id, name, "policy")
        return Document(html, policy.decode()) if html and policy else None

    async def _fields(self, slot: str, rehearsal_id: str, *names: str) -> list[bytes | None]:
        found: list[Any] = await self._redis.hmget(keys.rehearsal_key(slot), ["id", *names])
        if found[0] is not None and found[0].decode() != rehearsal_id:
            raise ReplacedError
        return found[1:]

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()


def slot_of(page_id: str, session_id: str) -> str:
    """Return the place of the one preview that a session has of a page."""
    return f"{page_id}:{session_id}"


def arguments_of(rehearsal_id: str, step: str, fields: list[Any]) -> list[Any]:
    """Return what the script takes to keep a step of a preview."""
    return [rehearsal_id, step, keys.PREVIEW_BYTES_MAX, TTL_S, *fields]


def asked(slot: str) -> Asked | None:
    """Return what a worker is to rehearse; None if nobody waits for it any more."""
    names = ["id", "page_id", "kind", "payload"]
    found: Any = cache_redis().hmget(keys.rehearsal_key(slot), names)
    # The web tier of the release before names no id: there the slot is it.
    parts = [slot.encode() if found[0] is None else found[0], *found[1:]]
    return Asked(*(part.decode() for part in parts)) if all(parts) else None


def tell(
    slot: str, asked: Asked, outlook: Outlook, documents: dict[str, bytes], policy: str
) -> None:
    """Leave what came of a rehearsal, unless it was replaced, and wake who asked."""
    shown = {name: gzip.compress(html, mtime=0) for name, html in documents.items()}
    if sum(map(len, shown.values())) + len(policy) > keys.PREVIEW_BYTES_MAX:
        outlook, shown = Outlook(is_too_large=True), {}
    fields = {"outlook": msgspec.json.encode(outlook), "policy": policy, **shown}
    parts = [part for pair in fields.items() for part in pair]
    names = (keys.rehearsal_key(slot), keys.rehearsals_key(asked.page_id))
    cache_redis().eval(SCRIPT, 2, *names, *arguments_of(asked.id, GO_ON, parts))
    announce(encode(Announcement(asked.id, SEQ, SEQ)))
