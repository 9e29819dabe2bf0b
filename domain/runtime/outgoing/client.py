"""The HTTP client of all outgoing requests.

A request takes 15 s in all, follows no redirect, and reads 64 KiB at most, as they come: nothing is
inflated. It connects to the very address that was checked.

Source: docs/behaviour.md, "Outgoing requests".
"""

import logging
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from http.client import HTTPException
from typing import Any, Final

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from domain.runtime.outgoing.target import DEFAULT_PORTS, BadTargetError, Target, Targets

LIMIT_S: Final = 15.0
CONNECT_S: Final = 5.0
ANSWER_BYTES: Final = 64 * 1024
PAUSE_MAX_S: Final = 86_400.0
ERRORS: Final = (urllib3.exceptions.HTTPError, HTTPException, OSError, ValueError)
# urllib3 would log the URL, which may be a secret, of an answer with malformed headers.
logging.getLogger("urllib3.connection").setLevel(logging.ERROR)


class OutgoingError(Exception):
    """A request that failed; the reason names no address."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: the beginning of its body, and the pause that it asks for."""

    status: int
    body: bytes
    retry_after_s: float | None = None


def post(targets: Targets, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send a request. Raises OutgoingError, and UncheckedTargetError before it connects."""
    ends_at = time.monotonic() + LIMIT_S
    try:
        target = targets.check(url)
    except BadTargetError as error:
        raise OutgoingError(str(error).removesuffix(".")) from None
    connection = connect(target)
    deadline = threading.Timer(ends_at - time.monotonic(), connection.cut)
    deadline.daemon = True
    deadline.start()
    try:
        return exchange(connection, target, body, headers)
    except ERRORS as error:
        raise OutgoingError(describe(error, is_late=connection.is_cut)) from None
    finally:
        deadline.cancel()
        connection.close()


def exchange(
    connection: "CuttableHttps | CuttableHttp",
    target: Target,
    body: bytes,
    headers: Mapping[str, str],
) -> Answer:
    """Send a request over a connection, and return the answer. Raises one of ERRORS."""
    connection.connect()
    connection.timeout = LIMIT_S  # a server may think for longer than a connection takes
    host = {"Host": name_host(target), "Content-Length": str(len(body))}
    connection.request("POST", target.path, body, {**headers, **host}, preload_content=False)
    response = connection.getresponse()
    if connection.is_cut:  # http.client takes a head that was cut for a whole one
        raise TimeoutError
    return Answer(response.status, read_body(response), read_pause(response.headers))


class Cuttable:
    """A connection that another thread can cut at any time."""

    is_cut = False
    _line: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        line: socket.socket = super()._new_conn()  # type: ignore[misc]  # of urllib3's connection
        self._line = line.dup()
        if self.is_cut:  # it came while the connection was made
            self.cut()
        return line

    def cut(self) -> None:
        """End the connection at once."""
        self.is_cut = True
        if self._line is not None:
            with suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection."""
        if self._line is not None:
            self._line.close()
        super().close()  # type: ignore[misc]  # of urllib3's connection


class CuttableHttps(Cuttable, HTTPSConnection):
    """The same over TLS."""


class CuttableHttp(Cuttable, HTTPConnection):
    """The same without TLS, for tests on one machine."""


def connect(target: Target) -> CuttableHttps | CuttableHttp:
    """Return a connection to the checked address, for the name of its host."""
    where: dict[str, Any] = {"host": target.address, "port": target.port, "timeout": CONNECT_S}
    if target.scheme == "http":
        return CuttableHttp(**where)
    return CuttableHttps(**where, ssl_context=tls_context(), server_hostname=target.host)


@cache
def tls_context() -> ssl.SSLContext:
    """Return the context of all connections: the system's authorities."""
    return ssl.create_default_context()


def name_host(target: Target) -> str:
    """Return the header `Host` of a request."""
    is_default = target.port == DEFAULT_PORTS[target.scheme]
    host = f"[{target.host}]" if ":" in target.host else target.host
    return host if is_default else f"{host}:{target.port}"


def read_body(response: urllib3.BaseHTTPResponse) -> bytes:
    """Return the beginning of a body, as it came; empty if it broke off.

    The status says whether the message was taken: a body that breaks off changes nothing.
    """
    with suppress(*ERRORS):
        return response.read(ANSWER_BYTES, decode_content=False)
    return b""


def read_pause(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of `Retry-After`, a number or a date; None without one."""
    value = headers.get("Retry-After", "")
    if value.isascii() and value.isdigit():
        return min(float(value), PAUSE_MAX_S)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    aware_at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max((aware_at - datetime.now(UTC)).total_seconds(), 0.0), PAUSE_MAX_S)


def describe(error: Exception, *, is_late: bool) -> str:
    """Return the reason of a failure in our own words."""
    if isinstance(error, urllib3.exceptions.NewConnectionError):  # one of its timeouts, too
        return "could not be reached"
    if is_late or isinstance(error, urllib3.exceptions.TimeoutError | TimeoutError):
        return "did not answer in time"
    if isinstance(error, urllib3.exceptions.SSLError | ssl.SSLError):
        return "has no valid certificate"
    return "ended the connection"
