"""The wire, bounded: how large and how slow a request may be before anybody reads it.

uvicorn's parser has no such bounds, gunicorn's own (`limit_request_…`) don't reach it, and Falcon
waits for the first piece of a body before it looks at anything. Who breaks a bound is answered in
plain text, and the connection is closed.
"""

import asyncio
import http
import math
from enum import Enum
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn_worker import UvicornWorker

from web.hosts import AUTHORITY, split_target

HEAD_BYTES: Final = 32 * 1024  # the request's line and headers
HEADERS: Final = 100


class Owed(Enum):
    """What a client has yet to send; the value: how many seconds it has for that."""

    HEAD = 10.0
    BODY = 11.0  # whoever reads a body gives up at 10 and says so in the envelope
    # What goes on after its answer (413, 404) is not read. To close at once would take the answer
    # from a client that is still sending.
    REST = 2.0


class HeadTooLargeError(Exception):
    """The head has more bytes or headers than are read; the parser passes it on as its own."""


class Door(HttpToolsProtocol):
    """One connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - uvicorn's own
        """Begin before any request."""
        super().__init__(*args, **kwargs)
        self._fed_bytes = 0  # of a head that has not ended; its first piece may hold a body's end
        self._header_bytes = 0  # of the headers that have
        self._header_count = 0
        self._is_in_head = self._is_in_body = self._is_too_large = False
        self._owed: Owed | None = None
        self._ending: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Wait for a head, not for ever."""
        super().connection_made(transport)
        self._owe(Owed.HEAD)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._owe(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what belongs to a head that is not complete, and see what is still to come."""
        began_before = self._is_in_head
        super().data_received(data)
        if self.transport.is_closing():
            return
        self._fed_bytes += len(data) if began_before and self._is_in_head else 0
        if self._fed_bytes > HEAD_BYTES:
            self._is_too_large = True
            self.send_400_response("")
        self._owe(self._still_to_come())

    def on_message_begin(self) -> None:
        """Begin a head."""
        super().on_message_begin()
        self._is_in_head = True
        self._fed_bytes = self._header_bytes = self._header_count = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header."""
        self._header_count += 1
        self._header_bytes += len(name) + len(value)
        if self._header_count > HEADERS or self._header_bytes > HEAD_BYTES:
            self._is_too_large = True
            raise HeadTooLargeError
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """End the head, and note the host that an absolute target names."""
        self._is_in_head, self._is_in_body = False, True
        self._fed_bytes = 0
        authority, self.url = split_target(self.url)
        if authority is not None:
            self.scope[AUTHORITY] = authority  # type: ignore[typeddict-unknown-key]  # our own
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """End the body, or note that there is none."""
        self._is_in_body = False
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Close soon where a body goes on after its answer."""
        super().on_response_complete()
        self._owe(self._still_to_come())

    def send_400_response(self, msg: str) -> None:
        """Say what was wrong, as far as it was the size."""
        if self._is_too_large:
            self._refuse(http.HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        else:
            super().send_400_response(msg)

    def _still_to_come(self) -> Owed | None:
        if self._is_in_head:
            return Owed.HEAD
        if self._is_in_body:
            return Owed.REST if self.cycle.response_complete else Owed.BODY
        return None

    def _owe(self, owed: Owed | None) -> None:
        """Give what is to come its time; what was to come before goes on in the time it has."""
        if owed is self._owed:
            return
        self._owed = owed
        if self._ending is not None:
            self._ending.cancel()
        self._ending = self.loop.call_later(owed.value, self._end) if owed else None

    def _end(self) -> None:
        if self._owed is Owed.BODY and not self.cycle.response_started:
            self._refuse(http.HTTPStatus.REQUEST_TIMEOUT)
        else:
            self.timeout_keep_alive_handler()

    def _refuse(self, status: http.HTTPStatus) -> None:
        said = f"{status.phrase}.\n".encode()
        self.transport.write(
            b"HTTP/1.1 %d %s\r\ncontent-type: text/plain; charset=utf-8\r\n"
            b"content-length: %d\r\nconnection: close\r\n\r\n%s"
            % (status, status.phrase.encode(), len(said), said)
        )
        self.transport.close()


class Server(UvicornWorker):  # type: ignore[misc]  # it comes without types
    """gunicorn's worker: ASGI on uvloop, with this protocol."""

    # uvicorn tells gunicorn that it lives by the wall clock: set back by an hour, it would tell
    # nothing for an hour, and gunicorn end every process at once. So it tells it at every turn.
    CONFIG_KWARGS = {"loop": "auto", "http": Door, "timeout_notify": -math.inf}  # noqa: RUF012 - as uvicorn_worker has it
