"""Rehearsals: what a write would do, found out in a worker's memory and kept nowhere but here.

Web leaves the command in Redis and rings; a worker decides and applies it to the page that it
loads, saves nothing, and leaves what visitors would see. All of it is gone after a minute.
"""

import gzip
from dataclasses import dataclass
from typing import Any

import msgspec
import redis.asyncio as aioredis

from domain.log import Rejection
from domain.status import Status
from domain.store import keys
from domain.store.announcements import Announcement, encode
from domain.store.artifacts import announce, cache_redis
from domain.store.codec import encode_command

TTL_S = 60
SEQ = 1  # a rehearsal is a stream of its own with one command: whoever asked waits for it
DOCUMENTS = ("page", "change")


class ChangedLeaf(msgspec.Struct, frozen=True):
    """A component that would be shown with another status; `was` is None for a new one."""

    id: str
    name: str
    status: Status
    label: str
    was: Status | None


class Outlook(msgspec.Struct, frozen=True):
    """What a page would say, or why the write would be refused."""

    refusal: Rejection | None = None
    indicator: Status = Status.OPERATIONAL
    headline: str = ""
    leaves: tuple[ChangedLeaf, ...] = ()


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

    page_id: str
    kind: str
    payload: str


class Rehearsals:
    """What web asks and reads. Every call raises what Redis raises when it does not answer."""

    def __init__(self, cache_url: str, timeout_s: float) -> None:
        """Connect lazily; no call takes longer than `timeout_s`."""
        limits: dict[str, Any] = {"socket_timeout": timeout_s, "socket_connect_timeout": timeout_s}
        self._redis = aioredis.Redis.from_url(cache_url, max_connections=16, **limits)

    async def ask(self, rehearsal_id: str, page_id: str, command: Any) -> None:  # noqa: ANN401 - any command
        """Leave a command for whoever is rung for."""
        kind, payload = encode_command(command)
        key = keys.rehearsal_key(rehearsal_id)
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(key, mapping={"page_id": page_id, "kind": kind, "payload": payload})
            pipe.expire(key, TTL_S)
            await pipe.execute()

    async def outlook(self, rehearsal_id: str) -> Outlook | None:
        """Return what came of a rehearsal; None if nobody has done it."""
        found = await self._fields(rehearsal_id, "outlook")
        return msgspec.json.decode(found[0], type=Outlook) if found[0] else None

    async def document(self, rehearsal_id: str, page_id: str, name: str) -> Document | None:
        """Return a document of a page's rehearsal; None if there is none any more."""
        of_page, html, policy = await self._fields(rehearsal_id, "page_id", name, "policy")
        if not html or not policy or (of_page or b"").decode() != page_id:
            return None
        return Document(html, policy.decode())

    async def _fields(self, rehearsal_id: str, *names: str) -> list[bytes | None]:
        found: list[Any] = await self._redis.hmget(keys.rehearsal_key(rehearsal_id), list(names))
        return found

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()


def asked(rehearsal_id: str) -> Asked | None:
    """Return what a worker is to rehearse; None if nobody waits for it any more."""
    names = ["page_id", "kind", "payload"]
    found: Any = cache_redis().hmget(keys.rehearsal_key(rehearsal_id), names)
    return Asked(*(part.decode() for part in found)) if all(found) else None


def tell(rehearsal_id: str, outlook: Outlook, documents: dict[str, bytes], policy: str) -> None:
    """Leave what came of a rehearsal, and wake who asked."""
    key = keys.rehearsal_key(rehearsal_id)
    shown = {name: gzip.compress(html, mtime=0) for name, html in documents.items()}
    with cache_redis().pipeline(transaction=True) as pipe:
        fields = {"outlook": msgspec.json.encode(outlook), "policy": policy, **shown}
        pipe.hset(key, mapping=fields)  # type: ignore[arg-type]  # bytes and texts alike
        pipe.expire(key, TTL_S)
        pipe.execute()
    announce(encode(Announcement(rehearsal_id, SEQ, SEQ)))
