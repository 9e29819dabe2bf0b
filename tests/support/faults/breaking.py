"""Shorthands for breaking a running system, and for looking behind its door.

A test that breaks something mends it, or owns the system. Only processes of that system are ended.
"""

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx
import psutil
import redis
from sqlalchemy import NullPool, create_engine, text

from domain.runtime.new_ids import new_id
from domain.store.postgres import command_log as log
from domain.store.postgres import engine as store_engine
from domain.store.postgres.receipts import Receipt, receipt
from ops.local.child import Child
from tests.support.stack import System, wait_until

HEALS_S = 15.0  # what is lost is repaired by itself within five seconds; tests share two cores
SOON_S = 60.0  # a deadline for what a quiet machine does in a second or two
NOBODY = "redis://127.0.0.1:1/0"  # where nobody listens
Value = TypeVar("Value")


def at_once(count: int, call: Callable[[int], Value]) -> list[Value]:
    """Call with 0 … count-1 from as many threads, all let go at the same moment."""
    gate = threading.Barrier(count)
    if os.environ.get("DATABASE_URL"):
        store_engine.sync_engine()  # threads that ask for it at once would each make one

    def run(number: int) -> Value:
        gate.wait()
        return call(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def receipt_id(answer: httpx.Response) -> str:
    """The receipt of a write, by its Location."""
    return answer.headers["location"].removeprefix("/api/v1/receipts/")


@contextmanager
def frozen(child: Child) -> Iterator[None]:
    """Keep a process from doing anything."""
    child.freeze()
    try:
        yield
    finally:
        child.thaw()


class Behind:
    """Postgres and Redis of a running system, reached without its programs."""

    def __init__(self, system: System) -> None:
        self.system = system
        url = store_engine.driver_url(system.urls.database_url)
        self.engine = create_engine(url, poolclass=NullPool)
        self.redis = redis.Redis.from_url(system.urls.redis_url, socket_timeout=5)

    def sql(self, statement: str, /, **values: Any) -> list[Any]:
        """Run a statement; return its rows, if it has any."""
        with self.engine.begin() as conn:
            rows = conn.execute(text(statement), values)
            return list(rows) if rows.returns_rows else []

    def free_host(self, host: str) -> None:
        """Let the time pass for which a freed subdomain is kept for its account."""
        self.sql(
            "UPDATE hosts SET freed_at = freed_at - interval '31 days' WHERE host = :host",
            host=host,
        )

    def append(self, stream_id: str, *commands: Any) -> list[str]:
        """Append commands in one transaction and ring for none; return their receipts' ids."""
        authority = log.Authority("system", "test")
        drafts = [log.Draft(new_id("r"), command, authority, stream_id) for command in commands]
        with self.engine.begin() as conn:
            assert all(log.append(conn, draft) for draft in drafts), "the stream is closed"
        return [draft.id for draft in drafts]

    def receipt(self, command_id: str) -> Receipt:
        """The receipt of a command, whoever asks."""
        with self.engine.connect() as conn:
            found = receipt(conn, command_id)
        assert found is not None, f"{command_id} is not in the log"
        return found

    def wait_for(self, command_id: str, *states: str, limit_s: float = SOON_S) -> None:
        """Until a command's receipt says one of these states."""
        what = f"{command_id} is {' or '.join(states)}"
        wait_until(lambda: self.receipt(command_id).state in states, what, limit_s)

    def hash_of(self, page_id: str) -> Mapping[str, bytes]:
        """What a page's hash holds, but for the epoch that it was written in.

        Nor when what is older was last forbidden: after a loss that is the present.
        """
        held: Any = self.redis.hgetall(f"hep:page:{page_id}")
        beside = (b"epoch", b"edited")
        return {name.decode(): value for name, value in held.items() if name not in beside}

    def head(self, stream_id: str) -> int:
        """The seq of a stream's newest command."""
        return self.sql("SELECT head_seq FROM streams WHERE id = :id", id=stream_id)[0][0]

    @contextmanager
    def held(self, table: str, id_: str) -> Iterator[None]:
        """Keep everybody from changing a row.

        A page's row makes its drain stand still as it saves; a stream's does so to an append.
        """
        with self.engine.connect() as conn:
            conn.execute(text(f"SELECT FROM {table} WHERE id = :id FOR UPDATE"), {"id": id_})
            yield
            conn.rollback()

    def blocked(self, statement: str) -> list[Any]:
        """Backends that wait for a lock with such a statement: (pid, client_port)."""
        return self.sql(
            "SELECT pid, client_port FROM pg_stat_activity"
            " WHERE wait_event_type = 'Lock' AND query ~ :statement",
            statement=statement,
        )

    def wait_until_draining(self) -> None:
        """Until a drain stands still in the middle, because its page's row is held."""
        wait_until(lambda: bool(self.blocked(SAVING)), "a drain is in its middle", SOON_S)

    def draining_process(self) -> int:
        """The process id of the pool's child that stands still in its drain."""
        self.wait_until_draining()
        return self.process_at(self.blocked(SAVING)[0].client_port)

    def process_at(self, client_port: int) -> int:
        """The process id of the pool's child whose connection to Postgres has this port."""
        workers = [c for c in self.system.children if c.name.startswith("worker") and c.is_running]
        for pid in (pid for worker in workers for pid in worker.descendants()):
            if any(
                c.laddr.port == client_port for c in psutil.Process(pid).net_connections("tcp4")
            ):
                return pid
        raise AssertionError(f"no child of a worker has port {client_port}")


SAVING = "^UPDATE pages SET account_id"
