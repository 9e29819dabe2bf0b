"""The publication in Redis: one hash a page, one entry a host, each behind a guard.

Everything here is synchronous: only workers publish. Web reads with `domain.store.redis.reader`.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import redis

from domain.runtime.settings import load_settings, require_stack
from domain.store.redis import keys

SCRIPTS = Path(__file__).parent / "scripts"
Fields = Mapping[str, bytes | str]


@dataclass(frozen=True, slots=True)
class HostRow:
    """A host with the counter of its claims and releases; no page if it is free."""

    host: str
    page_id: str | None
    counter: int


@dataclass(frozen=True, slots=True)
class Edition:
    """What a hash was rendered from: the page's seq, the day in its zone, the code's build."""

    seq: int
    day: date
    build: str


@cache
def cache_redis() -> redis.Redis:
    """Return the process's connection pool to the Redis that visitors are served from."""
    return redis.Redis.from_url(
        require_stack(load_settings()).cache_url,
        socket_timeout=2,  # a frozen Redis may hold a worker no longer than this
        socket_connect_timeout=2,
        health_check_interval=30,
    )


@lru_cache(maxsize=16)  # a handful, named by us
def _script(name: str) -> Any:  # noqa: ANN401 - redis-py has no public name for it
    return cache_redis().register_script((SCRIPTS / f"{name}.lua").read_text())


def epoch() -> str:
    """Return the epoch of this Redis' contents; a Redis that was emptied gets a new one."""
    client = cache_redis()
    held = client.get(keys.EPOCH)
    if held is None:
        client.set(keys.EPOCH, _new_epoch(client), nx=True)
        held = client.get(keys.EPOCH)
    return bytes(held or b"").decode()  # type: ignore[arg-type]  # redis-py types replies for asyncio too


def renew_epoch_after_restart() -> str:
    """Return the epoch; a server other than the one that it was made on gets a new one.

    A Redis that comes back with an old copy of its data, or a replica that took over, holds
    publications older than Postgres notes: everything has to be published again.
    """
    client = cache_redis()
    held = epoch()
    if held.partition(":")[0] == _run_id(client):
        return held
    _script("renew_epoch")(keys=[keys.EPOCH, keys.HOSTS_COMPLETE], args=[held, _new_epoch(client)])
    return epoch()


def _new_epoch(client: redis.Redis) -> str:
    return f"{_run_id(client)}:{secrets.token_hex(8)}"


def _run_id(client: redis.Redis) -> str:
    return str(client.info("server").get("run_id", ""))


def forget_everything() -> None:
    """Begin a new epoch and remove every page and host entry: the sweep publishes them anew.

    The epoch comes first: whoever renders something old at this moment can't write it any more.
    """
    client = cache_redis()
    client.set(keys.EPOCH, _new_epoch(client))
    client.delete(keys.HOSTS_COMPLETE)
    for prefix in (keys.PAGE_PREFIX, keys.HOST_PREFIX):
        for key in client.scan_iter(match=prefix + "*", count=1_000):
            client.unlink(key)


@dataclass(frozen=True, slots=True)
class Publication:
    """A page's artifacts on their way into its hash.

    `kept` names fields that could not be rendered and keep their previous bytes. A tombstone has
    no fields: it only stands in the way of late publishers.
    """

    page_id: str
    edition: Edition
    fields: Fields
    kept: tuple[str, ...] = ()
    is_tombstone: bool = False


def publish(publication: Publication, in_epoch: str) -> Edition | None:
    """Write a page's hash unless it holds something newer, and return what it now holds.

    None if the epoch is another one by now: then nothing was written.
    """
    edition = publication.edition
    fields = [part for pair in publication.fields.items() for part in pair]
    if publication.is_tombstone:
        fields = ["gone", "1"]
    ttl = keys.TOMBSTONE_TTL_S if publication.is_tombstone else keys.PAGE_TTL_S
    head = [in_epoch, edition.seq, edition.day.isoformat(), edition.build, ttl]
    kept = [len(publication.kept), *publication.kept]
    held = _script("publish")(
        keys=[keys.page_key(publication.page_id), keys.EPOCH],
        args=[*head, *kept, *fields],
    )
    return _edition(held) if held else None


def publish_cold(page_id: str, fields: Fields, edition: Edition) -> bool:
    """Add an on-demand artifact if the hash still is the edition it was rendered from.

    Those least recently asked for make room; one too large for a hash is not written.
    """
    parts = [part for pair in fields.items() for part in pair]
    artifact = next(iter(fields)).partition("|")[0].removesuffix("!")
    head = [edition.seq, edition.day.isoformat(), edition.build]
    bounds = [keys.COLD_BYTES_MAX, keys.ASKED_TTL_S, keys.ASKED_MAX]
    return bool(
        _script("publish_cold")(
            keys=[keys.page_key(page_id), keys.asked_key(page_id)],
            args=[*head, *bounds, artifact, *parts],
        )
    )


def leave_late(page_id: str, name: str, fields: Fields, edition: Edition) -> None:
    """Leave an artifact to who asked for it, though the page has been published anew meanwhile.

    A page that is written to all the time would else have none that is drawn on ask.
    """
    parts: list[Any] = ["seq", edition.seq, "day", edition.day.isoformat(), "build", edition.build]
    parts += [part for pair in fields.items() for part in pair]
    _script("keep_newest")(
        keys=[keys.late_key(page_id, name), keys.lates_key(page_id)],
        args=[name, "begin", keys.LATE_BYTES_MAX, keys.LATE_TTL_S, *parts],
    )


def note_absent(page_id: str, name: str, seq: int) -> None:
    """Note for a while that a page as of `seq` has no such artifact, and tell who waits for it."""
    _script("note_absent")(
        keys=[keys.absent_key(page_id)], args=[name, seq, keys.ABSENT_MAX, keys.ABSENT_TTL_S]
    )


def held_edition(page_id: str, in_epoch: str | None = None) -> Edition | None:
    """Return what a page's hash holds; None if there is none, or none of that epoch."""
    held: Any = cache_redis().hmget(keys.page_key(page_id), ["seq", "day", "build", "epoch"])
    *edition, epoch_held = held
    is_there = held[0] is not None and in_epoch in {None, (epoch_held or b"").decode()}
    return _edition(edition) if is_there else None


def announce(announcement: bytes) -> None:
    """Tell every web process."""
    cache_redis().publish(keys.ANNOUNCEMENTS, announcement)


def publish_host(host: str, page_id: str | None, counter: int, in_epoch: str) -> bool:
    """Write a host's entry unless it holds a newer one; False if the epoch is another by now."""
    return publish_hosts([HostRow(host, page_id, counter)], in_epoch)


def publish_hosts(rows: Sequence[HostRow], in_epoch: str) -> bool:
    """Write hosts' entries in one trip, but none over a newer one; False if the epoch has ended."""
    with cache_redis().pipeline(transaction=False) as pipe:
        for row in rows:
            _script("publish_host")(
                keys=[keys.host_key(row.host), keys.EPOCH],
                args=[in_epoch, row.counter, row.page_id or "", keys.FREE_HOST_TTL_S],
                client=pipe,
            )
        return all(pipe.execute())


def note_unknown_host(host: str) -> None:
    """Note for a moment that a host is nobody's, unless it has got an entry."""
    cache_redis().set(keys.host_key(host), keys.UNKNOWN_HOST, nx=True, ex=keys.UNKNOWN_HOST_TTL_S)


def recent_pages(limit: int) -> list[str]:
    """Return pages that were visited or changed lately, as web processes tell, newest first."""
    found: Any = cache_redis().zrevrange(keys.RECENT_PAGES, 0, limit - 1)
    return [page_id.decode() for page_id in found]


def mark_hosts_complete(in_epoch: str) -> None:
    """Note that every host has its entry: from here on a missing entry means an unknown host."""
    _script("mark_hosts")(keys=[keys.HOSTS_COMPLETE, keys.EPOCH], args=[in_epoch])


def hosts_are_complete() -> bool:
    """Tell whether every host has its entry."""
    return bool(cache_redis().exists(keys.HOSTS_COMPLETE))


def mark_worker_seen(ttl_s: int, pool_size: int) -> None:
    """Note, for `ttl_s` seconds, that a worker of this size has looked for what is behind."""
    cache_redis().set(keys.POOL_SIZE, pool_size, ex=ttl_s)
    cache_redis().set(keys.WORKER_SEEN, "1", ex=ttl_s)


def _edition(held: Any) -> Edition:  # noqa: ANN401 - a reply of Redis
    seq, day, build = (part.decode() if isinstance(part, bytes) else part for part in held)
    return Edition(int(seq), date.fromisoformat(day), build)
