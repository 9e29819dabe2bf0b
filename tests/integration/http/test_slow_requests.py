"""Requests that never end, or are larger than anybody reads: they end, and nobody else notices.

Spoken over raw sockets to a web process of its own, without a proxy that would take them off it.
"""

import socket
import time
from contextlib import closing

import pytest

from tests.support.actors import Caller
from tests.support.stack import System, wait_until
from web.http.bodies import LIMIT_BYTES
from web.http.server import HEAD_BYTES, HEADERS, InputStage

MARGIN_S = 5.0  # for a busy machine
LOGIN = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture(scope="module")
def web(tmp_path_factory, stack_template):
    """One web process; nothing here goes through the log."""
    with System(tmp_path_factory.mktemp("slow"), template=stack_template) as system:
        system.migrate()
        yield system.start_web()


@pytest.fixture
def vi(web):
    """Somebody else, who is to be served meanwhile."""
    with closing(Caller(web)) as caller:
        yield caller


class Wire:
    """A connection on which anything can be said."""

    def __init__(self, web) -> None:
        self.socket = socket.create_connection(("127.0.0.1", web.port), timeout=30)
        self.heard = b""

    def say(self, said: bytes) -> bool:
        """Say something; False if nobody listens any more."""
        try:
            self.socket.sendall(said)
        except OSError:
            return False
        return True

    def hear(self) -> bytes:
        """All that is said until the end."""
        try:
            while more := self.socket.recv(65536):
                self.heard += more
        except ConnectionResetError:
            pass
        return self.heard

    def has_ended(self) -> bool:
        """Whether the other side has closed, looked at without waiting."""
        self.socket.settimeout(0)
        try:
            while more := self.socket.recv(65536):
                self.heard += more
        except BlockingIOError:
            return False
        except OSError:
            return True
        return True


@pytest.fixture
def wire(web):
    said = Wire(web)
    with closing(said.socket):
        yield said


def trickle(wire: Wire, drop: bytes, vi: Caller, limit_s: float) -> float:
    """Say a drop again and again until the connection is closed; return how long that took."""
    began = time.monotonic()

    def is_over() -> bool:
        assert vi.get("/healthz").status_code == 200
        return wire.has_ended() or not wire.say(drop)

    wait_until(is_over, "the connection is closed", limit_s + MARGIN_S)
    return time.monotonic() - began


def test_body_is_given_up_when_it_trickles(wire, vi):
    wire.say(LOGIN + b"Content-Length: 60000\r\n\r\n")
    trickle(wire, b"{", vi, InputStage.BODY.value + InputStage.REST.value)
    assert wire.heard.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"TOO_SLOW"' in wire.heard


def test_body_is_given_up_when_it_never_begins(wire, vi):
    wire.say(LOGIN + b"Content-Length: 9\r\n\r\n")
    wait_until(wire.has_ended, "the connection is closed", InputStage.BODY.value + MARGIN_S)
    assert wire.heard.startswith(b"HTTP/1.1 408 ")
    assert vi.get("/healthz").status_code == 200


def test_body_is_given_up_when_it_is_chunked_and_never_ends(wire, vi):
    chunk = b"2000\r\n" + b" " * 0x2000 + b"\r\n"
    wire.say(LOGIN + b"Transfer-Encoding: chunked\r\n\r\n")
    trickle(wire, chunk, vi, InputStage.REST.value)
    assert wire.heard.startswith(b"HTTP/1.1 413 ")


def test_connection_ends_when_a_body_goes_on_after_its_answer(wire, vi):
    wire.say(GET + b"Transfer-Encoding: chunked\r\n\r\n")
    trickle(wire, b"1\r\n \r\n", vi, InputStage.REST.value)
    assert wire.heard.startswith(b"HTTP/1.1 200 ")


def test_connection_goes_on_when_a_body_ends_after_its_answer(wire):
    wire.say(LOGIN + b"Content-Length: %d\r\n\r\n " % (LIMIT_BYTES + 1))
    while b"\r\n\r\n" not in wire.heard:
        wire.heard += wire.socket.recv(65536)
    wire.say(b" " * LIMIT_BYTES + GET + b"Connection: close\r\n\r\n")
    assert b"HTTP/1.1 200 " in wire.hear()


def test_head_is_given_up_when_it_trickles(wire, vi):
    wire.say(GET)
    trickle(wire, b"X", vi, InputStage.HEAD.value)
    assert wire.heard == b""


def test_connection_ends_when_nothing_is_said_on_it(wire, vi):
    wait_until(wire.has_ended, "the connection is closed", InputStage.HEAD.value + MARGIN_S)
    assert vi.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"X-Large: " + b"a" * (2 * HEAD_BYTES) + b"\r\n\r\n", id="one giant header"),
        pytest.param(b"X-Large: " + b"a" * 1_000_000, id="a header that never ends"),
        pytest.param(b"X-Many: a\r\n" * 10_000 + b"\r\n", id="ten thousand headers"),
        pytest.param((b"X-%d: a\r\n" * (HEADERS + 1)) % (*range(HEADERS + 1),) + b"\r\n",
                     id="one header too many"),
    ],
)  # fmt: skip
def test_head_is_refused_when_it_is_too_large(wire, vi, head):
    wire.say(GET + head)
    assert wire.hear().startswith(b"HTTP/1.1 431 ")
    assert vi.get("/healthz").status_code == 200


def test_head_is_read_when_it_is_as_large_as_it_may_be(wire):
    many = b"".join(b"X-%d: %s\r\n" % (n, b"a" * 300) for n in range(HEADERS - 2))
    wire.say(GET + many + b"Connection: close\r\n\r\n")
    assert wire.hear().startswith(b"HTTP/1.1 200 ")


def test_many_slow_ones_delay_nobody_when_they_come_at_once(web, vi):
    wires = [Wire(web) for _ in range(200)]
    try:
        for number, wire in enumerate(wires):
            wire.say(GET if number % 2 else LOGIN + b"Content-Length: 9\r\n\r\n")
        assert {vi.get("/healthz").status_code for _ in range(20)} == {200}
        for wire in wires:
            wait_until(
                wire.has_ended,
                "the connection is closed",
                InputStage.BODY.value + InputStage.REST.value + MARGIN_S,
            )
    finally:
        for wire in wires:
            wire.socket.close()
