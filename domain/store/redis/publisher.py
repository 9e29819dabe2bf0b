"""The publication in Redis: guarded hashes of pages and entries of hosts.

Everything here is synchronous: only workers publish. Web reads with `domain.store.redis.reader`.
"""

import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import redis

from domain.artifacts import EDITION
from domain.runtime.settings import load_settings, require_stack
from domain.store.redis import keys

SCRIPTS = Path(__file__).parent / "scripts"
Fields = Mapping[str, bytes | str]


@dataclass(frozen=True, slots=True)
class HostRow:
    """A host with its claims' counter; without a page if it is free."""

    host: str
    page_id: str | None
    counter: int


@dataclass(frozen=True, slots=True)
class Edition:
    """The source of a hash: the page's seq and day, and the build."""

    seq: int
    day: date
    build: str


@cache
def cache_redis() -> redis.Redis:
    """Return the process's connection pool to the Redis of visitors' pages."""
    return redis.Redis.from_url(
        require_stack(load_settings()).cache_url,
        socket_timeout=2,  # a frozen Redis blocks a worker no longer than this
        socket_connect_timeout=2,
        health_check_interval=30,
    )


@lru_cache(maxsize=16)  # a handful of our own names
def _script(name: str) -> Any:  # noqa: ANN401 - redis-py has no public name for it
    return cache_redis().register_script((SCRIPTS / f"{name}.lua").read_text())


def epoch() -> str:
    """Return the epoch of this Redis' contents; an emptied Redis gets a new one."""
    client = cache_redis()
    value = client.get(keys.EPOCH)
    if value is None:
        client.set(keys.EPOCH, _new_epoch(client), nx=True)
        value = client.get(keys.EPOCH)
    return bytes(value or b"").decode()  # type: ignore[arg-type]  # redis-py types replies for asyncio too


def renew_epoch_after_restart() -> str:
    """Return the epoch; a new one if the Redis is another server.

    A Redis that returns with old data, or a replica that took over, holds publications older than
    those stored in Postgres: everything has to be published again.
    """
    client = cache_redis()
    current = epoch()
    if current.partition(":")[0] == _run_id(client):
        return current
    _script("renew_epoch")(
        keys=[keys.EPOCH, keys.HOSTS_COMPLETE], args=[current, _new_epoch(client)]
    )
    return epoch()


def _new_epoch(client: redis.Redis) -> str:
    return f"{_run_id(client)}:{secrets.token_hex(8)}"


def _run_id(client: redis.Redis) -> str:
    return str(client.info("server").get("run_id", ""))


def clear_publications() -> None:
    """Begin a new epoch and delete every page and host entry.

    The sweep publishes them again. The epoch comes first: a worker that is rendering old data can't
    write it any more.
    """
    client = cache_redis()
    client.set(keys.EPOCH, _new_epoch(client))
    client.delete(keys.HOSTS_COMPLETE)
    for prefix in (keys.PAGE_PREFIX, keys.HOST_PREFIX):
        for key in client.scan_iter(match=prefix + "*", count=1_000):
            client.unlink(key)


@dataclass(frozen=True, slots=True)
class Publication:
    """A page's artifacts before they are written to its hash.

    `kept_names` are the fields that could not be rendered: they keep their previous bytes. A
    tombstone has no fields: it only blocks late publishers. Since `unedited_since`, a seq, no
    incident was edited or deleted; None if that is unknown. `last_edit` is the seq of the last edit
    by the log, for a Redis that has nothing of the page.
    """

    page_id: str
    edition: Edition
    fields: Fields
    kept_names: tuple[str, ...] = ()
    is_tombstone: bool = False
    unedited_since: int | None = None
    last_edit: int | None = None


def publish(publication: Publication, in_epoch: str) -> Edition | None:
    """Write a page's hash unless it holds a newer edition; return its edition.

    None if the epoch has ended: then nothing was written.
    """
    edition = publication.edition
    fields = [part for pair in publication.fields.items() for part in pair]
    if publication.is_tombstone:
        fields = ["gone", "1"]
    ttl = keys.TOMBSTONE_TTL_S if publication.is_tombstone else keys.PAGE_TTL_S
    since = edition.seq if publication.unedited_since is None else publication.unedited_since
    last_edit = "" if publication.last_edit is None else publication.last_edit
    head = [in_epoch, edition.seq, edition.day.isoformat(), edition.build, ttl, since, last_edit]
    kept_args = [len(publication.kept_names), *publication.kept_names]
    reply = _script("publish")(
        keys=[keys.page_key(publication.page_id), keys.EPOCH],
        args=[*head, *kept_args, *fields],
    )
    return _edition(reply) if reply else None


def keep_older_artifacts(page_id: str) -> list[str] | None:
    """Keep the on-demand artifacts that were requested lately; return their names.

    None if Redis has nothing of the page.

    A publication removes them. Web serves the kept ones until they are rendered again.
    """
    bounds = [keys.REQUESTED_LATELY_S, keys.LATE_BYTES_MAX, keys.LATE_TTL_S]
    names: list[bytes] | None = _script("keep_older")(
        keys=[
            keys.page_key(page_id),
            keys.last_request_key(page_id),
            keys.late_index_key(page_id),
        ],
        args=[keys.late_key(page_id, ""), *bounds],
    )
    return None if names is None else [name.decode() for name in names]


def publish_on_demand(page_id: str, fields: Fields, edition: Edition) -> bool:
    """Add an on-demand artifact if the hash still holds its edition.

    The least recently requested ones make room; one too large for a hash is not written.
    """
    parts = [part for pair in fields.items() for part in pair]
    artifact = next(iter(fields)).partition("|")[0].removesuffix("!")
    head = [edition.seq, edition.day.isoformat(), edition.build]
    bounds = [keys.ON_DEMAND_BYTES_MAX, keys.REQUESTED_TTL_S, keys.REQUESTED_MAX]
    return bool(
        _script("publish_cold")(
            keys=[keys.page_key(page_id), keys.last_request_key(page_id)],
            args=[*head, *bounds, artifact, *parts],
        )
    )


def store_late_artifact(page_id: str, name: str, fields: Fields, edition: Edition) -> bool:
    """Store an artifact though a newer edition is published; return if it was requested lately.

    On-demand artifacts of a page with constant writes would otherwise never be current.
    """
    parts: list[Any] = ["seq", edition.seq, "day", edition.day.isoformat(), "build", edition.build]
    parts += [part for pair in fields.items() for part in pair]
    _script("keep_newest")(
        keys=[keys.late_key(page_id, name), keys.late_index_key(page_id)],
        args=[name, "begin", keys.LATE_BYTES_MAX, keys.LATE_TTL_S, *parts],
    )
    return note_first_request(page_id, name) >= time.time() - keys.REQUESTED_LATELY_S


def note_first_request(page_id: str, name: str) -> float:
    """Return the time of an artifact's last request; record one if there is none."""
    key = keys.last_request_key(page_id)
    with cache_redis().pipeline() as pipe:
        pipe.zadd(key, {name: time.time()}, nx=True)
        pipe.zremrangebyrank(key, 0, -1 - keys.REQUESTED_MAX)
        pipe.expire(key, keys.REQUESTED_TTL_S)
        pipe.zscore(key, name)
        return float(pipe.execute()[-1] or 0)


def note_absent(page_id: str, name: str, seq: int) -> None:
    """Mark an artifact as absent from a page as of `seq`, and wake its waiters."""
    _script("note_absent")(
        keys=[keys.absent_key(page_id)], args=[name, seq, keys.ABSENT_MAX, keys.ABSENT_TTL_S]
    )


def stored_edition(page_id: str, in_epoch: str | None = None) -> Edition | None:
    """Return the edition of a page's hash; None without one in that epoch."""
    reply: Any = cache_redis().hmget(keys.page_key(page_id), [*EDITION, "epoch"])
    *edition, stored_epoch = reply
    is_current = reply[0] is not None and in_epoch in {None, (stored_epoch or b"").decode()}
    return _edition(edition) if is_current else None


def announce(announcement: bytes) -> None:
    """Send an announcement to every web process."""
    cache_redis().publish(keys.ANNOUNCEMENTS, announcement)


def publish_host(host: str, page_id: str | None, counter: int, in_epoch: str) -> bool:
    """Write a host's entry unless it is newer; False if the epoch ended."""
    return publish_hosts([HostRow(host, page_id, counter)], in_epoch)


def publish_hosts(rows: Sequence[HostRow], in_epoch: str) -> bool:
    """Write hosts' entries in one trip, never over newer ones.

    False if the epoch has ended.
    """
    with cache_redis().pipeline(transaction=False) as pipe:
        for row in rows:
            _script("publish_host")(
                keys=[keys.host_key(row.host), keys.EPOCH],
                args=[in_epoch, row.counter, row.page_id or "", keys.FREE_HOST_TTL_S],
                client=pipe,
            )
        return all(pipe.execute())


def is_active_host(host: str) -> bool:
    """Return whether a host leads to a page.

    Raises Redis' errors, and LookupError while Redis lacks entries.
    """
    reply: Any = cache_redis().mget(keys.host_key(host), keys.HOSTS_COMPLETE)
    entry, complete = reply
    if complete is None:
        raise LookupError("not all hosts are written")
    return bool((entry or b"").decode().partition(" ")[2])


def note_unknown_host(host: str) -> None:
    """Mark a host as unknown for a moment, unless it has an entry."""
    cache_redis().set(keys.host_key(host), keys.UNKNOWN_HOST, nx=True, ex=keys.UNKNOWN_HOST_TTL_S)


def recent_pages(limit: int) -> list[str]:
    """Return pages that were visited or changed lately, newest first."""
    page_ids: Any = cache_redis().zrevrange(keys.RECENT_PAGES, 0, limit - 1)
    return [page_id.decode() for page_id in page_ids]


def mark_hosts_complete(in_epoch: str) -> None:
    """Mark all host entries as written: a missing entry now means an unknown host."""
    _script("mark_hosts")(keys=[keys.HOSTS_COMPLETE, keys.EPOCH], args=[in_epoch])


def hosts_are_complete() -> bool:
    """Tell whether every host has its entry."""
    return bool(cache_redis().exists(keys.HOSTS_COMPLETE))


def mark_worker_seen(ttl_s: int, pool_size: int) -> None:
    """Store, for `ttl_s` seconds, that a worker of this size has swept."""
    cache_redis().set(keys.POOL_SIZE, pool_size, ex=ttl_s)
    cache_redis().set(keys.WORKER_SEEN, "1", ex=ttl_s)


def _edition(reply: Any) -> Edition:  # noqa: ANN401 - a reply of Redis
    seq, day, build = (part.decode() if isinstance(part, bytes) else part for part in reply)
    return Edition(int(seq), date.fromisoformat(day), build)
