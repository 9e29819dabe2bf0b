"""Requests byte by byte: no client library tidies what goes out or unpacks what comes back."""

import http.client
import socket
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from email.message import Message

from tests.support.stack import System

Headers = Iterable[tuple[str, str]]


def send(
    system: System, method: str, path: str, headers: Headers, body: bytes = b""
) -> tuple[int, bytes]:
    """Send these headers and no others to the first web process; return status and body."""
    lines = (f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers), "", "")
    answer = exchange(system.webs[0].port, "\r\n".join(lines).encode() + body, method)
    return answer.status, answer.body


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Message
    body: bytes


def exchange(port: int, raw: bytes, method: str = "GET") -> Answer:
    """Send these bytes to a server on loopback; return its first answer."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as wire:
        wire.sendall(raw)
        answer = http.client.HTTPResponse(wire, method=method)
        answer.begin()
        with closing(answer):
            return Answer(answer.status, answer.headers, answer.read())


def read(system: System, method: str, path: str, host: str) -> tuple[int, bytes]:
    """Ask a host for something, without a body."""
    return send(system, method, path, [("Host", host), ("Connection", "close")])
