"""Stock: what waits now, read when somebody scrapes, and never for longer than a moment."""

import contextlib
import threading
from collections.abc import Iterator

import psycopg
import redis
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Connection, NullPool, create_engine, text

from domain.store import keys
from domain.store.engine import CONNECT, SQLAlchemyError, driver_url, hang_up
from domain.store.health import queue_lengths, worker_seen
from domain.store.mount_checks import overdue_checks
from domain.store.publication import pages_behind
from domain.store.settings import Settings

LIMIT_S = 1.5  # for all questions to Postgres together, once it has let us in
REDIS_S = 1.0
MOST_PAGES = 10_000  # more that are behind are not counted one by one

_WAITING = text("""
SELECT count(*), greatest(extract(epoch FROM clock_timestamp() - min(received_at)), 0)::float
FROM commands WHERE published_at IS NULL AND outcome IS NULL
""")


class Stock(Collector):
    """Gauges of Postgres, Redis and the broker; of one that does not answer only that it is so."""

    def __init__(self, settings: Settings, build: str | None) -> None:
        """Look as a worker of this build would; nothing connects before somebody scrapes.

        Who knows of no build (None) takes a page of another one for published.
        """
        url = driver_url(settings.database_url)
        # A connection a scrape: none is kept that a forked child could share.
        self._engine = create_engine(
            url, poolclass=NullPool, connect_args=CONNECT, hide_parameters=True
        )
        limits = {"socket_timeout": REDIS_S, "socket_connect_timeout": REDIS_S}
        self._cache = redis.Redis.from_url(settings.cache_url, **limits)
        self._broker = redis.Redis.from_url(settings.broker_url, **limits)
        self._build = build

    def collect(self) -> Iterator[Metric]:
        """Return the gauges that can be told."""
        epoch, is_seen = self._epoch_and_worker()
        yield gauge("redis_up", "Whether the visitors' Redis answers", epoch is not None)
        if epoch is not None:
            yield gauge("worker_up", "Whether a worker has swept lately", is_seen)
        yield from self._queue_lengths()
        yield from self._postgres(epoch)

    def _epoch_and_worker(self) -> tuple[str | None, bool]:
        try:
            held, is_seen = self._cache.get(keys.EPOCH), worker_seen(self._cache)
        except redis.RedisError:
            return None, False
        return bytes(held or b"").decode(), is_seen  # type: ignore[arg-type]  # redis-py types replies for asyncio too

    def _queue_lengths(self) -> Iterator[Metric]:
        lengths = GaugeMetricFamily(
            "hepstatus_queue_length", "Messages that no worker has taken", labels=["queue"]
        )
        try:
            for queue, length in queue_lengths(self._broker, keys.QUEUES).items():
                lengths.add_metric([queue], length)
        except redis.RedisError:
            return
        yield lengths

    def _postgres(self, epoch: str | None) -> Iterator[Metric]:
        try:
            with self._engine.connect() as conn, cut_off_after(conn, LIMIT_S):
                found = list(self._waiting(conn, epoch))
        except (SQLAlchemyError, psycopg.Error, OSError):
            yield gauge("postgres_up", "Whether Postgres answers", value=False)
            return
        yield gauge("postgres_up", "Whether Postgres answers", value=True)
        yield from found

    def _waiting(self, conn: Connection, epoch: str | None) -> Iterator[Metric]:
        count, oldest_s = conn.execute(_WAITING).one()
        yield gauge("commands_unapplied", "Commands that wait for a drain", count)
        yield gauge("oldest_unapplied_seconds", "How long the oldest has waited", oldest_s)
        overdue = overdue_checks(conn)
        yield gauge("mount_checks_overdue", "Mounts that nobody looks up, though due", overdue)
        if epoch is not None:
            behind = len(pages_behind(conn, self._build, epoch, MOST_PAGES))
            yield gauge("pages_unpublished", "Pages whose publication is behind", behind)


def gauge(name: str, meaning: str, value: float) -> Metric:
    """Return one number."""
    return GaugeMetricFamily(f"hepstatus_{name}", meaning, value=float(value))


@contextlib.contextmanager
def cut_off_after(conn: Connection, limit_s: float) -> Iterator[None]:
    """Cut a connection when the time is up: a frozen Postgres ends no statement by itself."""
    driver = conn.connection.driver_connection
    with contextlib.ExitStack() as exits:
        if driver is not None:
            timer = threading.Timer(limit_s, hang_up, [driver])
            timer.start()
            exits.callback(timer.join)
            exits.callback(timer.cancel)
        yield
