"""What a visit reads of Redis, in asyncio: a host's entry and a page's artifacts."""

from dataclasses import dataclass
from typing import Any

import redis.asyncio as aioredis
from redis.exceptions import RedisError

from domain.store import keys

UNREACHABLE = (RedisError, OSError, TimeoutError)


@dataclass(frozen=True, slots=True)
class HostEntry:
    """Where a host leads: to a page, nowhere (`page_id` None), or nobody knows yet."""

    page_id: str | None
    is_known: bool


class Visits:
    """Reads for visitors. Every call raises one of UNREACHABLE when Redis does not answer."""

    def __init__(self, cache_url: str, timeout_s: float) -> None:
        """Connect lazily; no read takes longer than `timeout_s`."""
        self._redis = aioredis.Redis.from_url(
            cache_url,
            socket_timeout=timeout_s,
            socket_connect_timeout=timeout_s,
            max_connections=64,
        )

    async def host(self, host: str) -> HostEntry:
        """Return where `host` leads; a missing entry is final once all entries are there."""
        found: list[Any] = await self._redis.mget(keys.host_key(host), keys.HOSTS_COMPLETE)
        entry, complete = found
        if entry is None:
            return HostEntry(None, is_known=complete is not None)
        page_id = entry.decode().partition(" ")[2]
        return HostEntry(page_id or None, is_known=True)

    async def fields(self, page_id: str, names: tuple[str, ...]) -> dict[str, bytes] | None:
        """Return those of a page's fields that are there; None if it has no hash."""
        key = keys.page_key(page_id)
        found: list[Any] = await self._redis.hmget(key, ["seq", *names])
        if found[0] is None:
            return None
        pairs = zip(("seq", *names), found, strict=True)
        return {name: value for name, value in pairs if value is not None}

    async def cold_fields(
        self, page_id: str, name: str, encodings: tuple[str, ...]
    ) -> dict[str, bytes] | None:
        """Return what is there of an artifact; None if it is known that the page has none."""
        if await self._redis.exists(keys.absent_key(page_id, name)):
            return None
        names = (name, f"{name}!", *(f"{name}|{encoding}" for encoding in encodings))
        return await self.fields(page_id, names) or {}

    async def worker_was_seen(self) -> bool:
        """Tell whether a worker has reported lately."""
        return bool(await self._redis.exists(keys.WORKER_SEEN))

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()
