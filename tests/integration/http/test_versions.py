"""Versions of HTTP that are not spoken here, byte by byte."""

import socket
from contextlib import closing

import pytest

HEADERS = b"\r\nHost: localhost\r\n\r\n"
VERSIONS = [
    # one by the grammar, but not ours (RFC 9110 15.6.6)
    (b"GET / HTTP/0.9" + HEADERS, b"505"),
    (b"GET /\r\n\r\n", b"505"),
    (b"GET / HTTP/2.0" + HEADERS, b"505"),
    (b"GET / HTTP/1.2" + HEADERS, b"505"),
    (b"GET / HTTP/3.0" + HEADERS, b"505"),
    (b"GET / HTTP/9.9" + HEADERS, b"505"),
    (b"GET /healthz HTTP/0.9" + HEADERS, b"505"),
    (b"POST /api/v1/auth/login HTTP/2.0\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}", b"505"),
    (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"505"),
    # none by the grammar (RFC 9112 2.3)
    (b"GET / HTTP/2" + HEADERS, b"400"),
    (b"GET / HTTP/1.10" + HEADERS, b"400"),
    (b"GET / HTTP/11" + HEADERS, b"400"),
    (b"GET / HTTP/x.y" + HEADERS, b"400"),
    (b"GET / http/1.1" + HEADERS, b"400"),
    (b"GET / HTP/1.1" + HEADERS, b"400"),
    (b"GET / FTP/1.1" + HEADERS, b"400"),
    (b"GET / HTTP/1.1 " + HEADERS, b"400"),
    (b"GET / HTTP/-1.1" + HEADERS, b"400"),
]


def told(system, said: bytes, *more: bytes) -> bytes:
    """All that is answered until the connection is closed."""
    with closing(socket.create_connection(("127.0.0.1", system.webs[0].port), 10)) as wire:
        for piece in (said, *more):
            wire.sendall(piece)
        return b"".join(iter(lambda: wire.recv(65536), b""))


@pytest.mark.parametrize(("said", "status"), VERSIONS)
def test_version_is_refused_and_the_connection_closed_when_it_is_not_ours(system, said, status):
    heard = told(system, said)
    assert heard.startswith(b"HTTP/1.1 %s " % status)
    assert heard.count(b"HTTP/1.1 ") == 1
    assert b"connection: close\r\n" in heard.lower()


@pytest.mark.parametrize("host", [b"localhost", b"nobody.localhost"])
def test_version_is_refused_when_another_host_is_asked(system, host):
    assert told(system, b"GET / HTTP/2.0\r\nHost: %s\r\n\r\n" % host).startswith(b"HTTP/1.1 505 ")


def test_older_version_is_spoken_when_a_client_knows_no_newer(system):
    heard = told(system, b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")
    assert heard.startswith(b"HTTP/1.1 200 ")


def test_upgrade_is_not_taken_when_it_is_offered(system):
    offers = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA\r\n"
    websocket = b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    last = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    for offered in (offers, websocket):
        asked = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n%s\r\n" % offered
        heard = told(system, asked + last)
        assert heard.count(b"HTTP/1.1 200 ") == heard.count(b"alive\n") == 2
