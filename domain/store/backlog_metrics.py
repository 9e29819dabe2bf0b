"""Backlog metrics: pending work, read at each scrape within a time limit."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import redis
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Connection, NullPool, create_engine, text

from domain.runtime.settings import Settings
from domain.store.health import queue_lengths, worker_seen
from domain.store.postgres.domains.dns_checks import overdue_checks
from domain.store.postgres.engine import CONNECT, SQLAlchemyError, driver_url, hang_up
from domain.store.postgres.publication import hosts_behind, pages_behind
from domain.store.redis import keys

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
        yield gauge("mount_checks_overdue", "Mounts that nobody looks up, though due", overdue)
        if (epoch := read_epoch()) is not None:
            behind = len(pages_behind(conn, self._build, epoch, PAGES_MAX))
            yield gauge("pages_unpublished", "Pages whose publication is behind", behind)
            hosts = len(hosts_behind(conn, epoch, PAGES_MAX))
            yield gauge("hosts_unpublished", "Hosts that lead nowhere yet", hosts)
        in_vain = conn.execute(_IN_VAIN).scalar_one()
        yield gauge("pages_tried_in_vain", "Pages that repair can't publish", in_vain)


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
