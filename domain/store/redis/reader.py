"""Asyncio reads of a visit: a host's entry and a page's artifacts."""

import time
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any

import redis.asyncio as aioredis
from redis.exceptions import RedisError

from domain.artifacts import EDITION, ENCODINGS, encoded_name, reason_name
from domain.store.redis import keys

UNREACHABLE = (RedisError, OSError, TimeoutError)
SCAN = 1_000  # keys per round trip


@dataclass(frozen=True, slots=True)
class HostEntry:
    """Where a host leads: to a page, or nowhere (`page_id` None).

    `is_sure` is false while entries may be missing or old: Redis was emptied, or came back with the
    data of an earlier hour. `is_freed` says of a host that leads nowhere that it led to a page.
    `is_written` is false where nothing says anything of the host.
    """

    page_id: str | None
    is_sure: bool
    is_freed: bool = False
    is_written: bool = True


class PageReader:
    """Reads for visitors. Every call raises one of UNREACHABLE when Redis does not answer."""

    def __init__(self, cache_url: str, timeout_s: float) -> None:
        """Connect lazily; no read takes longer than `timeout_s`."""
        pool = aioredis.BlockingConnectionPool.from_url(
            cache_url,
            socket_timeout=timeout_s,
            socket_connect_timeout=timeout_s,
            # More readers than this wait for each other: that does not mean that Redis is gone.
            max_connections=64,
            timeout=timeout_s,
        )
        self._redis = aioredis.Redis.from_pool(pool)

    async def host(self, host: str, server: str | None) -> HostEntry:
        """Return where `host` leads, sure once every entry was written to `server`."""
        reply: list[Any] = await self._redis.mget(keys.host_key(host), keys.HOSTS_COMPLETE)
        entry, complete = reply
        page_id = (entry or b"").decode().partition(" ")[2]
        is_sure = complete is not None and keys.server_of(complete) == server
        is_freed = entry not in {None, keys.UNKNOWN_HOST} and not page_id
        return HostEntry(page_id or None, is_sure, is_freed, is_written=entry is not None)

    async def hosts(self) -> AsyncIterator[str]:
        """Iterate over all hosts with an entry, in no order."""
        async for key in self._redis.scan_iter(keys.host_key("*"), SCAN):
            yield key.decode(errors="replace").removeprefix(keys.HOST_PREFIX)

    async def fields(self, page_id: str, names: tuple[str, ...]) -> dict[str, bytes] | None:
        """Return a page's present fields; None without a hash.

        `names` includes `seq`, which every hash has.
        """
        values: list[Any] = await self._redis.hmget(keys.page_key(page_id), list(names))
        fields = present(names, values)
        return fields if "seq" in fields else None

    async def on_demand_fields(self, page_id: str, name: str) -> dict[str, bytes] | None:
        """Return an on-demand artifact's fields with its edition; None if it is absent.

        Those of an older edition have the field `late`.
        """
        encoded = (encoded_name(name, encoding) for encoding in ENCODINGS)
        names = (*EDITION, name, reason_name(name), *encoded)
        pipe = self._redis.pipeline(transaction=False)
        pipe.hget(keys.absent_key(page_id), name)
        for key in (keys.page_key(page_id), keys.late_key(page_id, name)):
            pipe.hmget(key, list(names))
        # Last request times are stored only for rendered artifacts.
        pipe.zadd(keys.last_request_key(page_id), {name: time.time()}, xx=True)
        # A full Redis refuses the last command, and still answers the others.
        absent_at, current, late = (await pipe.execute(raise_on_error=False))[:3]
        for reply in (absent_at, current, late):
            if isinstance(reply, RedisError):
                raise reply
        fields = present(names, current)
        if absent_at is not None and absent_at == fields.get("seq"):
            return None
        older = present(names, late)
        return fields if name in fields or not older else older | {"late": b"1"}

    async def note_requests(self, requests: Iterable[tuple[str, str]]) -> None:
        """Mark rendered on-demand artifacts as requested now: (page id, name) pairs."""
        now = time.time()
        async with self._redis.pipeline(transaction=False) as pipe:
            for page_id, name in requests:
                pipe.zadd(keys.last_request_key(page_id), {name: now}, xx=True)
            await pipe.execute()

    async def note_recent(self, page_ids: Iterable[str]) -> None:
        """Mark pages as visited or changed lately."""
        now = time.time()
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.zadd(keys.RECENT_PAGES, dict.fromkeys(page_ids, now))
            pipe.zremrangebyrank(keys.RECENT_PAGES, 0, -keys.RECENT_MAX - 1)
            pipe.expire(keys.RECENT_PAGES, keys.RECENT_TTL_S)
            await pipe.execute()

    async def worker_was_seen(self) -> bool:
        """Tell whether a worker has swept lately."""
        return bool(await self._redis.exists(keys.WORKER_SEEN))

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()


def present(names: Iterable[str], values: Iterable[bytes | None]) -> dict[str, bytes]:
    """Return the fields that have a value."""
    pairs = zip(names, values, strict=True)
    return {name: value for name, value in pairs if value is not None}
