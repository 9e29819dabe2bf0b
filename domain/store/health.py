"""Figures of the system's health: backlog, ages, and the presence of workers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import redis
from sqlalchemy import Connection, text

from domain.store.redis import keys

_BACKLOG = text("""
SELECT
  (SELECT count(*) FROM commands WHERE published_at IS NULL AND outcome IS NULL) AS unapplied,
  (SELECT greatest(extract(epoch FROM clock_timestamp() - min(received_at)), 0) FROM commands
    WHERE published_at IS NULL AND outcome IS NULL)::float AS oldest_s,
  (SELECT count(*) FROM pages WHERE deleted_at IS NULL) AS pages,
  (SELECT count(*) FROM pages WHERE deleted_at IS NULL AND (published_seq < applied_seq
    OR published_until <= clock_timestamp() OR published_build <> :build
    OR published_epoch <> :epoch)) AS pages_behind,
  (SELECT count(*) FROM pages WHERE repair_tries > 1) AS pages_in_vain,
  (SELECT count(*) FROM hosts WHERE published_counter < counter OR published_epoch <> :epoch)
    AS hosts_behind
""")
_FAILED = text("""
SELECT count(*) FROM commands
WHERE outcome = 'failed' AND received_at > clock_timestamp() - interval '24 hours'
""")


@dataclass(frozen=True, slots=True)
class Backlog:
    """Amounts of pending work; `oldest_s` is the oldest unapplied command's age in seconds.

    `pages_in_vain` are those that repair has tried more than once.
    """

    unapplied: int
    oldest_s: float
    pages: int
    pages_behind: int
    pages_in_vain: int
    hosts_behind: int


def backlog(conn: Connection, build: str, epoch: str) -> Backlog:
    """Return the backlog from the view of a worker of this build and epoch."""
    row = conn.execute(_BACKLOG, {"build": build, "epoch": epoch}).one()
    return Backlog(*row)


def failed_lately(conn: Connection) -> int:
    """Return the number of commands that failed in the last 24 hours."""
    count: int = conn.execute(_FAILED).scalar_one()
    return count


def worker_seen(client: redis.Redis) -> bool:
    """Tell whether a worker has swept lately."""
    return bool(client.exists(keys.WORKER_SEEN))


def pool_size(client: redis.Redis) -> int | None:
    """Return the size of the worker's process pool; None if unknown."""
    size: Any = client.get(keys.POOL_SIZE)
    return int(size) if size else None


def queue_lengths(broker: redis.Redis, queues: Iterable[str]) -> Mapping[str, int]:
    """Return the number of waiting messages, by queue. Raises Redis' errors."""
    return {queue: int(broker.llen(queue)) for queue in queues}
