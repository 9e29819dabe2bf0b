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
from sqlalchemy import Connection, Engine, create_engine, event, text
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

if TYPE_CHECKING:  # a seventh of the operator command's start-up time, and only web needs it
    from sqlalchemy.ext.asyncio import AsyncEngine

# Other packages import connections and database errors under these names only.
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
    "constraint",
    "first_line",
    "hang_up",
    "in_transaction",
    "is_data_error",
    "make_async_engine",
    "run",
    "server_message",
    "stored_nothing",
    "sync_engine",
]

Value = TypeVar("Value")

CONNECT_S = 3.0  # how long a request waits for a connection
STATEMENT_S = 5.0  # and for an answer, also of a frozen Postgres

SESSION = {
    # Sessions use UTC, so that times are read as they were written.
    "timezone": "UTC",
    # No lock is held, and no caller waits, longer than this (milliseconds).
    "statement_timeout": 10_000,
    # A worker that froze in mid-drain keeps its stream no longer; a drain's own work takes
    # milliseconds.
    "idle_in_transaction_session_timeout": 30_000,
    # Postgres notices a vanished client host within seconds instead of two hours.
    "tcp_keepalives_idle": 5,
    "tcp_keepalives_interval": 2,
    "tcp_keepalives_count": 2,
}
CONNECT = {
    # A database that does not answer the handshake counts as down.
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
# All errors of Postgres or its driver; a COPY uses the driver's connection, without wrapping.
POSTGRES_ERRORS = (DBAPIError, psycopg.Error)
# The poll event of a half close; where it does not exist, poll reports a full close anyway.
HANGING_UP = getattr(select, "POLLRDHUP", 0)
READ_ONLY = "25006"  # a standby, or a server whose storage is nearly full
ENDED = {"25P03", "25P04"}  # a transaction that was idle or ran too long


def driver_url(database_url: str) -> str:
    """Return a Postgres URL in the form that names the driver, psycopg 3."""
    url = make_url(database_url).set(drivername="postgresql+psycopg")
    return url.render_as_string(hide_password=False)


@cache
def sync_engine() -> Engine:
    """Return the process's engine for workers and the operator's command."""
    url = require_stack(load_settings()).database_url
    # A drain uses one connection; the sweep and the statements after a drain reuse it. A thread of
    # the notifier uses one while it claims or settles.
    engine = create_engine(
        driver_url(url), pool_size=2, max_overflow=12, connect_args=CONNECT, hide_parameters=True
    )
    return with_outage_handling(engine)


@contextlib.contextmanager
def one_instant() -> Iterator[Connection]:
    """Provide a connection that sees the data of one instant and changes nothing, for long."""
    with sync_engine().connect() as conn:
        instant = conn.execution_options(isolation_level="REPEATABLE READ")
        with instant.begin():
            instant.execute(text("SET TRANSACTION READ ONLY"))
            instant.execute(text("SET LOCAL statement_timeout = 0"))  # as long as it takes
            instant.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            yield instant


@contextlib.contextmanager
def autocommit() -> Iterator[Connection]:
    """Provide a connection on which every statement commits by itself."""
    with sync_engine().connect() as conn:
        yield conn.execution_options(isolation_level="AUTOCOMMIT")


def make_async_engine(database_url: str) -> "AsyncEngine":
    """Return an engine for asyncio; every statement commits by itself."""
    from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415 - see above

    engine = create_async_engine(
        driver_url(database_url),
        hide_parameters=True,  # errors are logged, but not the statement's values or their hashes
        isolation_level="AUTOCOMMIT",  # an append is one statement: no BEGIN, no second trip
        pool_size=10,  # appends to one page queue at its row lock anyway
        max_overflow=0,
        pool_timeout=2,  # a writer waits for a connection no longer than for a publication
        connect_args=CONNECT,
    )
    with_outage_handling(engine.sync_engine)
    return engine


def with_outage_handling(engine: Engine) -> Engine:
    """Add the checks for dead connections and outages to an engine."""
    event.listen(engine, "checkout", replace_dead_connection)
    event.listen(engine, "handle_error", to_outage)
    return engine


def replace_dead_connection(_dbapi: object, record: ConnectionPoolEntry, _proxy: object) -> None:
    """Have the pool replace a connection that ended while it was idle.

    Unlike the pool's own ping this costs no round trip: the kernel knows that the server hung up. A
    new connection was not idle: if it has ended already, a statement raises an outage.
    """
    driver: Any = record.driver_connection
    if not record.info.setdefault("rested", False):
        record.info["rested"] = True
    elif driver.closed or is_hung_up(driver.pgconn.socket):
        raise DisconnectionError


def is_hung_up(descriptor: int) -> bool:
    """Tell whether the other end of a socket has closed it."""
    poll = select.poll()
    poll.register(descriptor, HANGING_UP)
    return bool(poll.poll(0))


def to_outage(context: ExceptionContext) -> OperationalError | None:
    """Return the OperationalError for an outage that psycopg calls internal, else None.

    Every other outage is an OperationalError already.
    """
    error = context.sqlalchemy_exception
    if not isinstance(error, InternalError) or not blames_server(sqlstate(error)):
        return None
    if sqlstate(error) == READ_ONLY:
        # Reconnect: the server that takes writes may be another one by now.
        context.is_disconnect = True
    return OperationalError(
        error.statement,
        error.params,
        context.original_exception,
        hide_parameters=True,
        connection_invalidated=error.connection_invalidated,
    )


def blames_server(state: str) -> bool:
    """Tell whether an internal error's SQLSTATE means a fault of the server."""
    return state == READ_ONLY or state in ENDED or state.startswith("XX")


def sqlstate(error: DBAPIError) -> str:
    """Return the five-character SQLSTATE of a database error, or ''."""
    return getattr(error.orig, "sqlstate", None) or ""


def server_message(error: DBAPIError) -> str:
    """Return the server's message, without the row in its detail."""
    message = getattr(getattr(error.orig, "diag", None), "message_primary", None)
    return f"{sqlstate(error)} {message}" if message else type(error.orig).__name__


def first_line(error: BaseException) -> str:
    """Return the first line of a Postgres error; later lines quote rows."""
    message = str(getattr(error, "orig", None) or error).strip()
    return message.splitlines()[0] if message else type(error).__name__


def is_data_error(error: BaseException) -> bool:
    """Tell whether the data of a command caused the error (classes 22 and 23)."""
    return isinstance(error, DBAPIError) and sqlstate(error)[:2] in {"22", "23"}


def constraint(error: IntegrityError) -> str:
    """Return the name of the violated constraint."""
    return getattr(getattr(error.orig, "diag", None), "constraint_name", None) or ""


class NotConnectedError(ConnectionError):
    """There was no connection: nothing was sent."""


def stored_nothing(error: BaseException) -> bool:
    """Tell whether certainly nothing was stored.

    That is so if nothing was sent, or if Postgres itself reported that the statement failed. A
    connection that is lost on the way leaves it open.
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
    # Cancelling instead would make psycopg send a cancel request to the server, and wait for it.
    driver = conn.sync_connection.connection.driver_connection if conn.sync_connection else None
    hang_up_timer = asyncio.get_running_loop().call_later(statement_s, hang_up, driver)
    try:
        return await conn.run_sync(statement, *args)
    finally:
        hang_up_timer.cancel()
        await conn.close()


def in_transaction(
    conn: Connection,
    statements: Callable[..., Value],
    *args: Any,  # noqa: ANN401 - what the statements take
) -> Value:
    """Call a store function so that its statements commit together.

    Called as `run(engine, in_transaction, function, …)`.
    """
    conn.execution_options(isolation_level="READ COMMITTED")  # the pool sets it back
    with conn.begin():
        return statements(conn, *args)


def hang_up(driver: Any) -> None:  # noqa: ANN401 - a connection of psycopg
    """Shut down a connection's socket: its waiting caller gets an error."""
    with (
        contextlib.suppress(OSError, psycopg.Error),
        socket.socket(fileno=os.dup(driver.pgconn.socket)) as copy,
    ):
        copy.shutdown(socket.SHUT_RDWR)
