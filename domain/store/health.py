"""Figures of the system: pending work, ages, workers; and their collector for each scrape."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import psycopg
import redis
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Connection, NullPool, create_engine, text

from domain.runtime.settings import Settings
from domain.store.postgres.custom_domains import overdue_checks
from domain.store.postgres.engine import (
    CONNECT,
    SQLAlchemyError,
    autocommit,
    driver_url,
    hang_up,
)
from domain.store.postgres.publication import hosts_behind, pages_behind
from domain.store.redis import keys

_BACKLOG = text("""
SELECT
  (SELECT count(*) FROM commands WHERE published_at IS NULL AND outcome IS NULL) AS unapplied,
  (SELECT greatest(extract(epoch FROM clock_timestamp() - min(received_at)), 0) FROM commands
    WHERE published_at IS NULL AND outcome IS NULL)::float AS oldest_s,
  (SELECT count(*) FROM pages WHERE deleted_at IS NULL) AS pages,
  (SELECT count(*) FROM pages WHERE deleted_at IS NULL AND (published_seq < applied_seq
    OR published_until <= statement_timestamp() OR published_build <> :build
    OR published_epoch <> :epoch)) AS pages_behind,
  (SELECT count(*) FROM pages WHERE repair_tries > 1) AS pages_in_vain,
  (SELECT count(*) FROM hosts WHERE published_counter < counter OR published_epoch <> :epoch)
    AS hosts_behind
""")
_FAILED = text("""
SELECT count(*) FROM commands
WHERE outcome = 'failed' AND received_at > statement_timestamp() - interval '24 hours'
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


# All services are read in parallel, so that a scrape takes as long as the slowest: less than the
# three seconds that operators are promised.
POSTGRES_S = 2.5  # for the connection and all queries together
REDIS_S = 1.0  # for the connection, and for the reply
# A frozen Postgres accepts no connection; libpq takes no less than two seconds.
CONNECT_ARGS = {**CONNECT, "connect_timeout": 2}
PAGES_MAX = 10_000  # beyond this the count of pages behind stops

_PENDING = text("""
SELECT count(*), greatest(extract(epoch FROM clock_timestamp() - min(received_at)), 0)::float
FROM commands WHERE published_at IS NULL AND outcome IS NULL
""")
_DELIVERIES = text("""
SELECT s.channel, count(*),
  greatest(extract(epoch FROM clock_timestamp() - min(d.created_at)), 0)::float
FROM deliveries d JOIN subscribers s ON s.id = d.subscriber_id
WHERE d.status = 'waiting' GROUP BY s.channel
""")
_IN_VAIN = text("SELECT count(*) FROM pages WHERE repair_tries > 1")


class BacklogCollector(Collector):
    """Gauges of Postgres, Redis and the broker; an outage shows as `…_up` 0."""

    def __init__(self, settings: Settings, build: str | None) -> None:
        """Set up for a worker of this build; connections open at a scrape.

        Without a build (None) a page of any build counts as published.
        """
        url = driver_url(settings.database_url)
        # One connection per scrape: a pooled one could be shared with a forked child.
        self._engine = create_engine(
            url, poolclass=NullPool, connect_args=CONNECT_ARGS, hide_parameters=True
        )
        limits = {"socket_timeout": REDIS_S, "socket_connect_timeout": REDIS_S}
        self._cache = redis.Redis.from_url(settings.cache_url, **limits)
        self._broker = redis.Redis.from_url(settings.broker_url, **limits)
        self._build = build

    def collect(self) -> Iterator[Metric]:
        """Return the gauges that could be read."""
        with ThreadPoolExecutor(2) as executor:  # the threads end with the scrape
            redis_future = executor.submit(self._epoch_and_worker)
            broker_future = executor.submit(self._queue_lengths)
            postgres_metrics = self._postgres(lambda: redis_future.result()[0])
        epoch, is_worker_seen = redis_future.result()
        yield gauge("redis_up", "Whether the visitors' Redis answers", epoch is not None)
        if epoch is not None:
            yield gauge("worker_up", "Whether a worker has swept lately", is_worker_seen)
        yield from broker_future.result()
        yield from postgres_metrics

    def _epoch_and_worker(self) -> tuple[str | None, bool]:
        try:
            epoch, is_seen = self._cache.get(keys.EPOCH), worker_seen(self._cache)
        except redis.RedisError:
            return None, False
        return bytes(epoch or b"").decode(), is_seen  # type: ignore[arg-type]  # redis-py types replies for asyncio too

    def _queue_lengths(self) -> list[Metric]:
        lengths = GaugeMetricFamily(
            "hepstatus_queue_length", "Messages that no worker has taken", labels=["queue"]
        )
        try:
            for queue, length in queue_lengths(self._broker, keys.QUEUES).items():
                lengths.add_metric([queue], length)
        except redis.RedisError:
            return []
        return [lengths]

    def _postgres(self, read_epoch: Callable[[], str | None]) -> list[Metric]:
        ends_at = time.monotonic() + POSTGRES_S
        try:
            with (
                self._engine.connect() as conn,
                cut_off_after(conn, ends_at - time.monotonic()),
            ):
                metrics = list(self._pending_metrics(conn, read_epoch))
        except (SQLAlchemyError, psycopg.Error, OSError):
            return [gauge("postgres_up", "Whether Postgres answers", value=False)]
        return [gauge("postgres_up", "Whether Postgres answers", value=True), *metrics]

    def _pending_metrics(
        self, conn: Connection, read_epoch: Callable[[], str | None]
    ) -> Iterator[Metric]:
        count, oldest_s = conn.execute(_PENDING).one()
        yield gauge("commands_unapplied", "Commands that wait for a drain", count)
        yield gauge("oldest_unapplied_seconds", "How long the oldest has waited", oldest_s)
        overdue = overdue_checks(conn)
        yield gauge("mount_checks_overdue", "Domains whose check is overdue", overdue)
        if (epoch := read_epoch()) is not None:
            behind = len(pages_behind(conn, self._build, epoch, PAGES_MAX))
            yield gauge("pages_unpublished", "Pages whose publication is behind", behind)
            hosts = len(hosts_behind(conn, epoch, PAGES_MAX))
            yield gauge("hosts_unpublished", "Hosts that lead nowhere yet", hosts)
        in_vain = conn.execute(_IN_VAIN).scalar_one()
        yield gauge("pages_tried_in_vain", "Pages that repair can't publish", in_vain)


class NotificationCollector(Collector):
    """Gauges of waiting deliveries; none while Postgres can't be read."""

    def collect(self) -> Iterator[Metric]:
        """Return the number of waiting deliveries, and the age of the oldest, by channel."""
        count = GaugeMetricFamily(
            "hepstatus_deliveries_waiting", "Deliveries that wait", labels=["channel"]
        )
        age = GaugeMetricFamily(
            "hepstatus_deliveries_oldest_seconds", "Age of the oldest", labels=["channel"]
        )
        with contextlib.suppress(SQLAlchemyError), autocommit() as conn:
            for channel, number, seconds in conn.execute(_DELIVERIES):
                count.add_metric([channel], number)
                age.add_metric([channel], seconds)
            yield from (count, age)


def gauge(name: str, meaning: str, value: float) -> Metric:
    """Return a gauge metric with one value."""
    return GaugeMetricFamily(f"hepstatus_{name}", meaning, value=float(value))


@contextlib.contextmanager
def cut_off_after(conn: Connection, limit_s: float) -> Iterator[None]:
    """Cut a connection after `limit_s` seconds.

    A frozen Postgres does not end a statement by itself.
    """
    driver = conn.connection.driver_connection
    with contextlib.ExitStack() as exits:
        if driver is not None:
            timer = threading.Timer(limit_s, hang_up, [driver])
            timer.start()
            exits.callback(timer.join)
            exits.callback(timer.cancel)
        yield
