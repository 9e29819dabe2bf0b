"""Clients that ask and read nothing: they are gone soon, and cost next to nothing until then.

Spoken over raw sockets to a web process of its own, whose patience is cut to seconds
(tests/support/brisk.py).
"""

import re
import socket
import time
from contextlib import ExitStack, closing, suppress

import psutil
import pytest

from tests.support.actors import Caller
from tests.support.brisk import STALL_S
from tests.support.stack import System, Web, wait_until

LARGE = "/api/openapi.json"  # the largest that needs no database
GET = b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n" % LARGE.encode()
GETS = 200
GONE_S = STALL_S + 5.0  # as 30 s and 35 s
MARGIN_S = 15.0  # for a busy machine
BRISK = {"GUNICORN_CMD_ARGS": "--worker-class tests.support.brisk.Server"}
MOST_MB_EACH = 0.05  # 50 MB of a thousand
SPREAD_MB = 5.0  # what a process takes and gives back without that


@pytest.fixture(scope="module")
def system(tmp_path_factory, stack_template):
    """Nothing here goes through the log."""
    with System(tmp_path_factory.mktemp("never"), template=stack_template, env=BRISK) as system:
        system.migrate()
        yield system


@pytest.fixture(scope="module")
def web(system):
    """One web process that has served what is asked for."""
    web = system.start_web()
    with closing(Caller(web)) as vi:
        assert vi.get(LARGE).status_code == 200
    return web


def ask(web: Web, *segments: bytes) -> socket.socket:
    """A connection that sends each of these in a segment of its own."""
    wire = socket.create_connection(("127.0.0.1", web.port), timeout=30)
    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for segment in segments:
        wire.sendall(segment)
    return wire


def held(web: Web) -> int:
    """How many connections the web tier's process holds."""
    processes = [psutil.Process(pid) for pid in web.child.descendants()]
    found = (c for process in processes for c in process.net_connections("tcp4"))
    return sum(1 for c in found if c.laddr.port == web.port and c.raddr)


def memory_mb(web: Web) -> float:
    return sum(psutil.Process(pid).memory_info().rss for pid in web.child.descendants()) / 2**20


def test_connections_are_gone_when_their_clients_read_nothing_or_next_to_nothing(web):
    with ExitStack() as endings:
        vi = endings.enter_context(closing(Caller(web)))
        assert vi.get("/healthz").status_code == 200
        before, before_mb = held(web), memory_mb(web)
        # when clients ask for much, one request a segment, and read nothing, or a byte now and then
        wires = [endings.enter_context(closing(ask(web, *[GET] * GETS))) for _ in range(60)]
        began = time.monotonic()

        def are_gone() -> bool:
            for wire in wires[::2]:
                with suppress(OSError):
                    wire.recv(1, socket.MSG_DONTWAIT)
            assert vi.get("/healthz").status_code == 200
            return held(web) <= before

        # then all of them are gone, and have cost little
        wait_until(are_gone, "all are gone", GONE_S + MARGIN_S)
        assert time.monotonic() - began > STALL_S / 2
        assert memory_mb(web) - before_mb < len(wires) * MOST_MB_EACH + SPREAD_MB


def test_every_answer_comes_in_order_when_a_client_reads_slowly(web):
    paths = [b"/docs", b"/healthz", b"/api/openapi.json", b"/"] * 5
    asked = [b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n" % path for path in paths]
    asked.append(b"GET /nowhere HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    # given what one client after the other is told
    with closing(Caller(web)) as vi:
        bodies = [vi.get(path.decode()).content for path in paths]
    # when one asks for all at once, and takes longer to read than a stalled client has
    heard = bytearray()
    with closing(ask(web, *asked)) as wire:
        began, rate = time.monotonic(), sum(map(len, bodies)) / (2 * STALL_S)
        while more := wire.recv(65536):
            heard += more
            due = began + len(heard) / rate
            wait_until(lambda due=due: time.monotonic() >= due, "its time has come")
    # then it is told the same, in the same order
    place = 0
    for body in bodies:
        found = heard.find(body, place)
        assert found > 0
        place = found + len(body)
    assert b"HTTP/1.1 404 " in heard[place:]


def test_every_answer_comes_when_many_requests_arrive_in_one_piece(web):
    count = 500
    last = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    one = last.replace(b"Connection: close\r\n", b"")
    with closing(ask(web, one * (count - 1) + last)) as wire:
        heard = b"".join(iter(lambda: wire.recv(65536), b""))
    assert heard.count(b"HTTP/1.1 200 ") == heard.count(b"alive\n") == count


def test_bodies_are_read_when_they_are_pipelined_before_other_requests(web):
    body = b"{" + b" " * 5_000
    login = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\n"
    login += b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    last = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    with closing(ask(web, (login + body) * 3 + last)) as wire:
        heard = b"".join(iter(lambda: wire.recv(65536), b""))
    codes = re.findall(rb"HTTP/1.1 (\d+) ", heard)
    assert codes == [b"400", b"400", b"400", b"200"]


def test_earlier_requests_are_answered_when_a_later_one_is_refused(web):
    good = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with closing(ask(web, good * 2 + b"GET / HTTP/1.1\r\nNo colon\r\n\r\n" + good)) as wire:
        heard = b"".join(iter(lambda: wire.recv(65536), b""))
    assert heard.startswith(b"HTTP/1.1 200 ")
    assert heard.count(b"HTTP/1.1 200 ") == 2


def test_web_ends_in_time_when_clients_that_read_nothing_are_left(system):
    web = system.start_web()
    # given clients whose answers wait
    with ExitStack() as endings:
        vi = endings.enter_context(closing(Caller(web)))
        before = held(web)
        wires = [endings.enter_context(closing(ask(web, *[GET] * GETS))) for _ in range(5)]
        wait_until(lambda: held(web) >= before + len(wires), "all are let in")
        assert vi.get("/healthz").status_code == 200
        # when the process is told to end
        web.child.stop()
    # then it ended by itself: whoever is killed after `graceful_timeout` says nothing of that
    assert not web.child.is_running
    said = "\n".join(system.log.last_lines(web.child.name))
    assert "graceful timeout" not in said.lower()
    assert "SIGKILL" not in said
