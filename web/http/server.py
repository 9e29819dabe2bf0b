"""The wire, bounded: how large and how slow a request may be before anybody reads it.

uvicorn's parser has no such bounds, gunicorn's own (`limit_request_…`) don't reach it, and Falcon
waits for the first piece of a body before it looks at anything. Who breaks a bound is answered in
plain text, and the connection is closed. Answers that nobody takes: web/http/outflow.py. Whose
request is parsed next: web/http/parse_queue.py.
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

from web.http.answer_headers import ON_EVERY_ANSWER
from web.http.client_address import FORWARDED_PROTO, first_scheme
from web.http.outflow import Outflow, bound_kernel_buffers
from web.http.parse_queue import parse_queue_of
from web.visitors.hosts import AUTHORITY, split_target

HEAD_BYTES: Final = 32 * 1024  # the request's line and headers
HEADERS: Final = 100
# Requests are parsed in pieces, and no further while one waits for another's answer: a parsed
# request takes some 3 KB. A piece ends where a head does.
PIECE_BYTES: Final = 256
# The loop waits for a thread that computes each time that it has read or written. Python lets a
# thread go on for 5 ms then: with ten appends under way visits took seconds.
THREAD_TURN_S: Final = 0.0005
HEAD_END: Final = b"\r\n\r\n"
VERSIONS: Final = frozenset({"1.0", "1.1"})
# How the parser names a version that is one by the grammar (RFC 9112 2.3), but not ours.
OTHER_VERSIONS: Final = ("Invalid HTTP version", "Pause on PRI/Upgrade")


class Owed(Enum):
    """What a client has yet to send; the value: how many seconds it has for that."""

    HEAD = 10.0
    BODY = 11.0  # whoever reads a body gives up at 10 and says so in the envelope
    # What goes on after its answer (413, 404) is not read. To close at once would take the answer
    # from a client that is still sending.
    REST = 2.0


class RefusedHeadError(Exception):
    """The head is too large, or of another version; the parser passes it on as its own."""


class Inflow(FlowControl):
    """Reads on only while nothing that was read before has to wait."""

    def __init__(self, door: "Door") -> None:
        """Ask `door` whether something waits."""
        super().__init__(door.transport)
        self._door = door

    def resume_reading(self) -> None:
        """Read on, unless something waits."""
        if not self._door.must_wait():
            super().resume_reading()


class Door(HttpToolsProtocol):
    """One connection."""

    transport: Any  # an Outflow, which uvicorn takes for a transport
    cycle: Any  # of the newest request; None before the first, which its own type leaves out

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - uvicorn's own
        """Begin before any request."""
        super().__init__(*args, **kwargs)
        self._unparsed = bytearray()
        self._is_lined_up = self._has_asked = False
        self._fed_bytes = 0  # of a head that has not ended; its first piece may hold a body's end
        self._header_bytes = 0  # of the headers that have
        self._header_count = 0
        self._is_in_head = self._is_in_body = False
        self._refusal: http.HTTPStatus | None = None
        self._is_over = False  # nothing more is parsed; what is under way is answered
        self._owed: Owed | None = None
        self._ending: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Wait for a head, not for ever."""
        super().connection_made(Outflow(transport, self.loop))  # type: ignore[arg-type]  # see above
        self.flow = Inflow(self)
        self._owe(Owed.HEAD)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more, and start nothing that was sent ahead."""
        self._owe(None)
        self.pipeline.clear()
        self.transport.stop()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """End when what is under way is answered, and taken."""
        self.transport.end_soon()
        super().shutdown()

    def data_received(self, data: bytes) -> None:
        """Have a head parsed in its turn, and a body at once: its request has had its turn."""
        self._unparsed += data
        if self._is_lined_up:  # there is enough to go on with
            self.flow.pause_reading()
        elif self._is_in_body:
            self._take_turn()
        else:
            self._line_up(is_paced=self.cycle is not None and self.transport.has_unread_answers())

    def must_wait(self) -> bool:
        """Whether no further request is parsed: one waits for its turn, or the client takes none.

        A body is always parsed on: its request waits for it.
        """
        return bool(self.pipeline) or (self.flow.write_paused and not self._is_in_body)

    def resume_writing(self) -> None:
        """Go on with what waited for the client."""
        super().resume_writing()
        self._go_on()

    def _go_on(self) -> None:
        self._line_up(is_paced=True)
        self.flow.resume_reading()

    def _line_up(self, *, is_paced: bool) -> None:
        if self._is_closing:
            self._unparsed.clear()
        elif self.must_wait():
            self.flow.pause_reading()
            self._owe(None)  # it is we who don't read
        elif not self._unparsed:
            self._owe(self._still_to_come())
        elif not self._is_lined_up:
            self._is_lined_up = True
            parse_queue_of(self.loop).line_up(self._take_turn, is_paced=is_paced)

    def _take_turn(self) -> None:
        """Parse up to the end of a request, or of what there is."""
        self._is_lined_up = self._has_asked = False
        while self._unparsed and not self._has_asked and not self._is_closing:
            self._unset_keepalive_if_required()
            self._parse(self._take_piece())
        self._line_up(is_paced=True)
        if not self._is_in_body:  # else whoever reads the body decides
            self.flow.resume_reading()

    def _take_piece(self) -> bytes:
        end = -1 if self._is_in_body else self._unparsed.find(HEAD_END, 0, PIECE_BYTES)
        size = PIECE_BYTES if end < 0 else end + len(HEAD_END)
        piece = bytes(self._unparsed[:size])
        del self._unparsed[:size]
        return piece

    @property
    def _is_closing(self) -> bool:
        return self._is_over or self.transport.is_closing()

    def _parse(self, piece: bytes) -> None:
        began_before = self._is_in_head
        try:
            self.parser.feed_data(piece)
        except httptools.HttpParserUpgrade as upgrade:
            # To what we don't speak: answered as if nobody had asked for it (RFC 9110 7.8).
            self._unparsed[:0] = piece[upgrade.args[0] :]
        except httptools.HttpParserError as error:
            if str(error) in OTHER_VERSIONS:
                self._refusal = http.HTTPStatus.HTTP_VERSION_NOT_SUPPORTED
            self._refuse(self._refusal or http.HTTPStatus.BAD_REQUEST)
            return
        self._fed_bytes += len(piece) if began_before and self._is_in_head else 0
        if self._fed_bytes > HEAD_BYTES:
            self._refuse(http.HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

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
            self._refusal = http.HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            raise RefusedHeadError
        if name.lower() == FORWARDED_PROTO:
            if any(known == FORWARDED_PROTO for known, _ in self.headers):
                return
            value = first_scheme(value)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """End the head, and note the host that an absolute target names."""
        if self.parser.get_http_version() not in VERSIONS:
            self._refusal = http.HTTPStatus.HTTP_VERSION_NOT_SUPPORTED
            raise RefusedHeadError
        self._is_in_head, self._is_in_body = False, True
        self._fed_bytes = 0
        authority, self.url = split_target(self.url)
        if authority is not None:
            self.scope[AUTHORITY] = authority  # type: ignore[typeddict-unknown-key]  # our own
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """End the body, or note that there is none."""
        self._is_in_body, self._has_asked = False, True
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Go on with what waited for the answer; close soon where a body goes on after it."""
        super().on_response_complete()
        self._go_on()

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
        """End with a refusal, or without where it would stand in the midst of other answers."""
        self._is_over = True
        if self.cycle is None or self.cycle.response_complete:
            self._say(status)
        elif not self._is_in_body:  # requests before this one are still to be answered
            self.cycle.keep_alive = False
        elif self.cycle.response_started:
            self.transport.close()
        else:
            self._say(status)

    def _say(self, status: http.HTTPStatus) -> None:
        said = f"{status.phrase}.\n".encode()
        own = b"".join(b"%s: %s\r\n" % header for header in self.server_state.default_headers)
        self.transport.write(
            b"HTTP/1.1 %d %s\r\n%scontent-type: text/plain; charset=utf-8\r\n"
            b"content-length: %d\r\nconnection: close\r\n\r\n%s"
            % (status, status.phrase.encode(), own, len(said), said)
        )
        self.transport.close()


class Server(UvicornWorker):  # type: ignore[misc]  # it comes without types
    """gunicorn's worker: ASGI on uvloop, with this protocol."""

    # uvicorn tells gunicorn that it lives by the wall clock: set back by an hour, it would tell
    # nothing for an hour, and gunicorn end every process at once. So it tells it at every turn.
    CONFIG_KWARGS = {  # noqa: RUF012 - as uvicorn_worker has it
        "loop": "auto",
        "http": Door,
        "timeout_notify": -math.inf,
        "ws": "none",  # nothing of ours speaks WebSocket: a request for it is one like any other
        "headers": ON_EVERY_ANSWER,
    }

    def init_process(self) -> None:
        """Bound what the kernel keeps, and for how long a thread keeps the loop from running."""
        sys.setswitchinterval(THREAD_TURN_S)
        for listener in self.sockets:
            bound_kernel_buffers(listener)
        super().init_process()
