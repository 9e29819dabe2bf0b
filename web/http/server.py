"""The HTTP protocol with bounds on the size and duration of requests.

uvicorn's parser has no such bounds, gunicorn's own (`limit_request_…`) don't reach it, and Falcon
waits for the first piece of a body before it looks at anything. A violation gets an answer in plain
text, and the connection closes. Unread answers: outflow.py here; parse order: parse_queue.py.
"""

import asyncio
import http
import math
import sys
from enum import Enum
from typing import Any, Final

import httptools
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn_worker import UvicornWorker

from web.http.hosts import AUTHORITY, split_target
from web.http.outflow import Outflow, bound_kernel_buffers
from web.http.parse_queue import parse_queue_of
from web.http.rate_limits import FORWARDED_PROTO, first_scheme

HEAD_BYTES: Final = 32 * 1024  # the request's line and headers
HEADERS: Final = 100
# Requests are parsed in pieces, and parsing pauses while a parsed one waits for another's answer:
# a parsed request takes some 3 KB. A piece ends at the end of a head.
PIECE_BYTES: Final = 256
# After each read or write the loop waits for the GIL. Python's default lets a computing thread
# keep it for 5 ms: during ten concurrent appends visits took seconds.
THREAD_TURN_S: Final = 0.0005
HEAD_END: Final = b"\r\n\r\n"
VERSIONS: Final = frozenset({"1.0", "1.1"})
# The parser's messages for a valid but unsupported version (RFC 9112 2.3).
OTHER_VERSIONS: Final = ("Invalid HTTP version", "Pause on PRI/Upgrade")
ON_EVERY_ANSWER: Final = [
    ("x-content-type-options", "nosniff"),
    # Other sites receive no referrer of a visitor, not even the origin.
    ("referrer-policy", "same-origin"),
    # Our pages use none of these features, and embedded content may not request them.
    (
        "permissions-policy",
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    ),
]


class InputStage(Enum):
    """The next input expected from a client; the value is its limit in seconds."""

    HEAD = 10.0
    BODY = 11.0  # the reader of a body times out at 10 with an error in the envelope
    # A body that continues after its answer (413, 404) is not read. An immediate close would lose
    # the answer for a client that is still sending.
    REST = 2.0


class RefusedHeadError(Exception):
    """The head is too large or of another version; the parser re-raises this."""


class InputFlow(FlowControl):
    """Flow control that resumes reading only while no parsed input waits."""

    def __init__(self, connection: "HttpConnection") -> None:
        """Ask `connection` whether input waits."""
        super().__init__(connection.transport)
        self._connection = connection

    def resume_reading(self) -> None:
        """Resume reading, unless parsed input waits."""
        if not self._connection.has_to_wait():
            super().resume_reading()


class HttpConnection(HttpToolsProtocol):
    """The protocol of one connection."""

    transport: Any  # an Outflow, used by uvicorn as a transport
    cycle: Any  # of the newest request; None before the first one, unlike its own type

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - uvicorn's own
        """Start before any request."""
        super().__init__(*args, **kwargs)
        self._unparsed = bytearray()
        self._is_queued = self._is_request_complete = False
        self._head_bytes = 0  # of the current head; its first piece may hold a body's end
        self._header_bytes = 0  # of the complete headers
        self._header_count = 0
        self._is_in_head = self._is_in_body = False
        self._error_status: http.HTTPStatus | None = None
        self._is_finished = False  # no more is parsed; current requests are answered
        self._expected: InputStage | None = None
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's signature
        """Expect a head within its time limit."""
        super().connection_made(Outflow(transport, self.loop))  # type: ignore[arg-type]  # see above
        self.flow = InputFlow(self)
        self._queue = parse_queue_of(self.loop)
        self._expect(InputStage.HEAD)

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the timer and drop pipelined requests."""
        self._expect(None)
        self.pipeline.clear()
        self.transport.stop()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Close once the current answers are sent and read."""
        self.transport.end_soon()
        super().shutdown()

    def data_received(self, data: bytes) -> None:
        """Queue a head for parsing; parse a body at once.

        The request of a body has been queued before.
        """
        self._unparsed += data
        if self._is_queued:  # enough is buffered
            self.flow.pause_reading()
        elif self._is_in_body:
            self._parse_next()
        else:
            self._queue_input(
                is_paced=self.cycle is not None and self.transport.has_unread_answers()
            )

    def has_to_wait(self) -> bool:
        """Return whether parsing pauses: a request is queued, or the client reads nothing.

        A body is always parsed on: its request waits for it.
        """
        return bool(self.pipeline) or (self.flow.write_paused and not self._is_in_body)

    def resume_writing(self) -> None:
        """Resume the input that waited for the client to read."""
        super().resume_writing()
        self._resume()

    def _resume(self) -> None:
        self._queue_input(is_paced=True)
        self.flow.resume_reading()

    def _queue_input(self, *, is_paced: bool) -> None:
        if self._is_closing:
            self._unparsed.clear()
        elif self.has_to_wait():
            self.flow.pause_reading()
            self._expect(None)  # we paused reading ourselves
        elif not self._unparsed:
            self._expect(self._next_stage())
        elif not self._is_queued:
            self._is_queued = True
            self._queue.add(self._parse_next, is_paced=is_paced)

    def _parse_next(self) -> None:
        """Parse up to the end of a request, or of the buffered bytes."""
        self._is_queued = self._is_request_complete = False
        while self._unparsed and not self._is_request_complete and not self._is_closing:
            self._unset_keepalive_if_required()
            self._parse(self._take_piece())
        self._queue_input(is_paced=True)
        if not self._is_in_body:  # else the reader of the body decides
            self.flow.resume_reading()

    def _take_piece(self) -> bytes:
        end = -1 if self._is_in_body else self._unparsed.find(HEAD_END, 0, PIECE_BYTES)
        size = PIECE_BYTES if end < 0 else end + len(HEAD_END)
        piece = bytes(self._unparsed[:size])
        del self._unparsed[:size]
        return piece

    @property
    def _is_closing(self) -> bool:
        return self._is_finished or self.transport.is_closing()

    def _parse(self, piece: bytes) -> None:
        was_in_head = self._is_in_head
        try:
            self.parser.feed_data(piece)
        except httptools.HttpParserUpgrade as upgrade:
            # An unsupported upgrade is answered like a plain request (RFC 9110 7.8).
            self._unparsed[:0] = piece[upgrade.args[0] :]
        except httptools.HttpParserError as error:
            if str(error) in OTHER_VERSIONS:
                self._error_status = http.HTTPStatus.HTTP_VERSION_NOT_SUPPORTED
            self._close_with_error(self._error_status or http.HTTPStatus.BAD_REQUEST)
            return
        self._head_bytes += len(piece) if was_in_head and self._is_in_head else 0
        if self._head_bytes > HEAD_BYTES:
            self._close_with_error(http.HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_message_begin(self) -> None:
        """Start a head."""
        super().on_message_begin()
        self._is_in_head = True
        self._head_bytes = self._header_bytes = self._header_count = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header. Raises RefusedHeadError over a limit."""
        self._header_count += 1
        self._header_bytes += len(name) + len(value)
        if self._header_count > HEADERS or self._header_bytes > HEAD_BYTES:
            self._error_status = http.HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            raise RefusedHeadError
        if name.lower() == FORWARDED_PROTO:
            if any(name_before == FORWARDED_PROTO for name_before, _ in self.headers):
                return
            value = first_scheme(value)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """End the head, and store the host of an absolute target."""
        if self.parser.get_http_version() not in VERSIONS:
            self._error_status = http.HTTPStatus.HTTP_VERSION_NOT_SUPPORTED
            raise RefusedHeadError
        self._is_in_head, self._is_in_body = False, True
        self._head_bytes = 0
        authority, self.url = split_target(self.url)
        if authority is not None:
            self.scope[AUTHORITY] = authority  # type: ignore[typeddict-unknown-key]  # our own
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """End the body, also an empty one."""
        self._is_in_body, self._is_request_complete = False, True
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Resume the waiting input; close soon if a body continues."""
        super().on_response_complete()
        self._resume()

    def _next_stage(self) -> InputStage | None:
        if self._is_in_head:
            return InputStage.HEAD
        if self._is_in_body:
            return InputStage.REST if self.cycle.response_complete else InputStage.BODY
        return None

    def _expect(self, stage: InputStage | None) -> None:
        """Start the timer of the next input; an unchanged stage keeps its timer."""
        if stage is self._expected:
            return
        self._expected = stage
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.loop.call_later(stage.value, self._time_out) if stage else None

    def _time_out(self) -> None:
        if self._expected is InputStage.BODY and not self.cycle.response_started:
            self._close_with_error(http.HTTPStatus.REQUEST_TIMEOUT)
        else:
            self.timeout_keep_alive_handler()

    def _close_with_error(self, status: http.HTTPStatus) -> None:
        """Close with an error answer, unless other answers would surround it."""
        self._is_finished = True
        if self.cycle is None or self.cycle.response_complete:
            self._write_error(status)
        elif not self._is_in_body:  # earlier requests still need answers
            self.cycle.keep_alive = False
        elif self.cycle.response_started:
            self.transport.close()
        else:
            self._write_error(status)

    def _write_error(self, status: http.HTTPStatus) -> None:
        body = f"{status.phrase}.\n".encode()
        headers = b"".join(b"%s: %s\r\n" % header for header in self.server_state.default_headers)
        self.transport.write(
            b"HTTP/1.1 %d %s\r\n%scontent-type: text/plain; charset=utf-8\r\n"
            b"content-length: %d\r\nconnection: close\r\n\r\n%s"
            % (status, status.phrase.encode(), headers, len(body), body)
        )
        self.transport.close()


class Server(UvicornWorker):  # type: ignore[misc]  # it comes without types
    """gunicorn's worker class: ASGI on uvloop with HttpConnection."""

    # uvicorn notifies gunicorn by the wall clock: after a step back of an hour it would be silent
    # for an hour, and gunicorn would end every process. So it notifies at every iteration.
    CONFIG_KWARGS = {  # noqa: RUF012 - as uvicorn_worker has it
        "loop": "auto",
        "http": HttpConnection,
        "timeout_notify": -math.inf,
        "ws": "none",  # no WebSocket: an upgrade request is a plain request
        "headers": ON_EVERY_ANSWER,
    }

    def init_process(self) -> None:
        """Bound the kernel buffers and the interpreter's thread switch interval."""
        sys.setswitchinterval(THREAD_TURN_S)
        for listener in self.sockets:
            bound_kernel_buffers(listener)
        super().init_process()
