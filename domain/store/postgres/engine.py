"""Connections to Postgres: one pool for synchronous callers, one for asyncio."""

import asyncio
import contextlib
import os
import select
import socket
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.exc import (
    DBAPIError,
    DisconnectionError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import ConnectionPoolEntry

from domain.runtime.settings import load_settings, require_stack

if TYPE_CHECKING:  # a seventh of the operator's start, and web alone needs it
    from sqlalchemy.ext.asyncio import AsyncEngine

# Other rooms speak of connections and database errors by these names, and of nothing else.
__all__ = [
    "POSTGRES_ERRORS",
    "UNREACHABLE",
    "AsyncEngine",
    "Connection",
    "DBAPIError",
    "IntegrityError",
    "NotConnectedError",
    "SQLAlchemyError",
    "autocommit",
    "complaint",
    "constraint",
    "first_line",
    "hang_up",
    "in_transaction",
    "is_culprit",
    "make_async_engine",
    "run",
    "stored_nothing",
    "sync_engine",
]

Value = TypeVar("Value")

CONNECT_S = 3.0  # how long a request waits for a connection
STATEMENT_S = 5.0  # and for an answer: a frozen Postgres holds nobody longer

SESSION = {
    # Sessions speak UTC, so that times come back as they were put.
    "timezone": "UTC",
    # No lock is held, and no caller waits, longer than this (milliseconds).
    "statement_timeout": 10_000,
    # A worker that froze in mid-drain holds its stream no longer. Ours think for milliseconds.
    "idle_in_transaction_session_timeout": 30_000,
    # One whose host vanished is noticed by Postgres within seconds instead of two hours.
    "tcp_keepalives_idle": 5,
    "tcp_keepalives_interval": 2,
    "tcp_keepalives_count": 2,
}
CONNECT = {
    # A database that does not answer the handshake is as good as down.
    "connect_timeout": 3,
    "options": " ".join(f"-c {name}={value}" for name, value in SESSION.items()),
    # A dead peer is noticed within seconds instead of the system's hours,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    # and what it never acknowledged is waited for no longer than this (milliseconds).
    "tcp_user_timeout": 15_000,
}
# Errors that mean "Postgres can't be reached now", as against "this statement is wrong".
UNREACHABLE = (OperationalError, InterfaceError, PoolTimeoutError, OSError, TimeoutError)
# Whatever Postgres or its driver says; a COPY has the driver's own connection, and no wrapping.
POSTGRES_ERRORS = (DBAPIError, psycopg.Error)
# What to ask the kernel of; where it has no such word, it tells of a full close unasked.
HANGING_UP = getattr(select, "POLLRDHUP", 0)
READ_ONLY = "25006"  # a standby, or a server whose storage is nearly full
ENDED = {"25P03", "25P04"}  # a transaction that stood still, or took too long for the server


def driver_url(database_url: str) -> str:
    """Return a Postgres URL in the form that names the driver, psycopg 3."""
    url = make_url(database_url).set(drivername="postgresql+psycopg")
    return url.render_as_string(hide_password=False)


@cache
def sync_engine() -> Engine:
    """Return the process's engine for workers and the operator's command."""
    url = require_stack(load_settings()).database_url
    # A drain uses one connection; the sweep and the notes that follow a drain reuse it.
    engine = create_engine(
        driver_url(url), pool_size=2, max_overflow=2, connect_args=CONNECT, hide_parameters=True
    )
    return minded(engine)


@contextlib.contextmanager
def autocommit() -> Iterator[Connection]:
    """Give a connection on which every statement commits by itself: no BEGIN, no second trip."""
    with sync_engine().connect() as conn:
        yield conn.execution_options(isolation_level="AUTOCOMMIT")


def make_async_engine(database_url: str) -> "AsyncEngine":
    """Return an engine for asyncio; every statement commits by itself."""
    from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415 - see above

    engine = create_async_engine(
        driver_url(database_url),
        hide_parameters=True,  # an error is logged; what the statement stored, or its hash, is not
        isolation_level="AUTOCOMMIT",  # an append is one statement: no BEGIN, no second trip
        pool_size=10,  # appends to one page queue at its row lock anyway
        max_overflow=0,
        pool_timeout=2,  # a writer waits for a connection no longer than for a publication
        connect_args=CONNECT,
    )
    minded(engine.sync_engine)
    return engine


def minded(engine: Engine) -> Engine:
    """Have an engine lend living connections only, and call every outage by one name."""
    event.listen(engine, "checkout", expect_alive)
    event.listen(engine, "handle_error", as_outage)
    return engine


def expect_alive(_dbapi: object, record: ConnectionPoolEntry, _proxy: object) -> None:
    """Have the pool replace a connection that ended while it rested.

    Unlike the pool's own ping this costs no trip: the kernel knows that the server hung up. One
    that was made just now has not rested: where it ended already, a statement meets an outage.
    """
    driver: Any = record.driver_connection
    if not record.info.setdefault("rested", False):
        record.info["rested"] = True
    elif driver.closed or is_hung_up(driver.pgconn.socket):
        raise DisconnectionError


def is_hung_up(descriptor: int) -> bool:
    """Tell whether a socket's other end will say nothing more than what may be read by now."""
    poll = select.poll()
    poll.register(descriptor, HANGING_UP)
    return bool(poll.poll(0))


def as_outage(context: ExceptionContext) -> OperationalError | None:
    """Return what is raised in place of an error that psycopg calls internal, if it is an outage.

    Every other outage is an OperationalError already.
    """
    error = context.sqlalchemy_exception
    if not isinstance(error, InternalError) or not blames_server(sqlstate(error)):
        return None
    if sqlstate(error) == READ_ONLY:
        # Connect anew: the one that takes writes may be another server by now.
        context.is_disconnect = True
    return OperationalError(
        error.statement,
        error.params,
        context.original_exception,
        hide_parameters=True,
        connection_invalidated=error.connection_invalidated,
    )


def blames_server(state: str) -> bool:
    """Tell whether an SQLSTATE that psycopg calls internal is neither ours nor the data's doing."""
    return state == READ_ONLY or state in ENDED or state.startswith("XX")


def sqlstate(error: DBAPIError) -> str:
    """Return the five-character SQLSTATE of a database error, or '' if the server said none."""
    return getattr(error.orig, "sqlstate", None) or ""


def complaint(error: DBAPIError) -> str:
    """Return what the server said, without the row that it quotes in the detail."""
    said = getattr(getattr(error.orig, "diag", None), "message_primary", None)
    return f"{sqlstate(error)} {said}" if said else type(error.orig).__name__


def first_line(error: BaseException) -> str:
    """Return what Postgres or its driver said, without the lines below it, which quote rows."""
    said = str(getattr(error, "orig", None) or error).strip()
    return said.splitlines()[0] if said else type(error).__name__


def is_culprit(error: BaseException) -> bool:
    """Tell whether an error blames the data of one command (classes 22 and 23) and no outage."""
    return isinstance(error, DBAPIError) and sqlstate(error)[:2] in {"22", "23"}


def constraint(error: IntegrityError) -> str:
    """Return the name of the constraint that a statement ran into."""
    return getattr(getattr(error.orig, "diag", None), "constraint_name", None) or ""


class NotConnectedError(ConnectionError):
    """No connection was to be had: whatever was to be said was not said."""


def stored_nothing(error: BaseException) -> bool:
    """Tell whether surely nothing was stored: nothing was said to Postgres, or it said itself that
    the statement failed. What ends a connection on the way leaves it open.
    """
    is_answer = isinstance(error, DBAPIError) and not error.connection_invalidated
    return is_answer or isinstance(error, NotConnectedError)


async def run(
    engine: "AsyncEngine",
    statement: Callable[..., Value],
    *args: Any,  # noqa: ANN401 - what the statement takes
    connect_s: float = CONNECT_S,
    statement_s: float = STATEMENT_S,
) -> Value:
    """Call a synchronous store function with a connection of an asyncio engine.

    Raises NotConnectedError if nothing was sent; other members of UNREACHABLE if the connection
    was lost on the way, or given up because Postgres did not answer within `statement_s` seconds.
    """
    try:
        async with asyncio.timeout(connect_s):
            conn = await engine.connect()
    except UNREACHABLE as error:
        raise NotConnectedError(str(error)) from error
    # Cancelling instead would make psycopg ask the server to cancel, and wait for that as well.
    driver = conn.sync_connection.connection.driver_connection if conn.sync_connection else None
    given_up = asyncio.get_running_loop().call_later(statement_s, hang_up, driver)
    try:
        return await conn.run_sync(statement, *args)
    finally:
        given_up.cancel()
        await conn.close()


def in_transaction(
    conn: Connection,
    statements: Callable[..., Value],
    *args: Any,  # noqa: ANN401 - what the statements take
) -> Value:
    """Call a store function so that its statements commit together: `run(engine, this, fn, …)`."""
    conn.execution_options(isolation_level="READ COMMITTED")  # the pool sets it back
    with conn.begin():
        return statements(conn, *args)


def hang_up(driver: Any) -> None:  # noqa: ANN401 - a connection of psycopg
    """Cut a connection: whoever waits for an answer on it is told that it was lost."""
    with (
        contextlib.suppress(OSError, psycopg.Error),
        socket.socket(fileno=os.dup(driver.pgconn.socket)) as copy,
    ):
        copy.shutdown(socket.SHUT_RDWR)
