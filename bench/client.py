"""A lean HTTP/1.1 client on asyncio streams: it must not be what is measured."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any, Self, TypeAlias

Answer: TypeAlias = tuple[int, Mapping[bytes, bytes], bytes]  # status, headers, body
UNANSWERED = (OSError, EOFError, ValueError, TimeoutError)
NO_ANSWER = 0  # in place of a status
ANSWERS_WITHIN_S = 30.0


def encode_request(
    method: str,
    path: str,
    body: bytes | None = None,
    *,
    host: str = "localhost",
    **headers: str,
) -> bytes:
    """Return the bytes of a request. `Content_Type` names the header `Content-Type`."""
    if body is not None:
        headers = {"Content_Type": "application/json", **headers, "Content_Length": str(len(body))}
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join((*lines, "", "")).encode() + (body or b"")


class Connection:
    """One kept-alive connection to one web process."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, port: int) -> Self:
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def get(self, host: str, path: str) -> Answer:
        return await self.ask(encode_request("GET", path, host=host))

    async def post(self, path: str, body: Any, **headers: str) -> Answer:
        return await self.ask(encode_request("POST", path, json.dumps(body).encode(), **headers))

    async def ask(self, request: bytes) -> Answer:
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        fields = dict(
            line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line
        )
        return status, fields, await self._reader.readexactly(int(fields.get(b"content-length", 0)))

    def close(self) -> None:
        self._writer.close()


class Client:
    """Asks over one connection, which is opened anew after it was lost."""

    def __init__(self, port: int, within_s: float = ANSWERS_WITHIN_S) -> None:
        self._port, self._within_s = port, within_s
        self._connection: Connection | None = None

    async def ask(self, request: bytes) -> Answer:
        """Return the answer; its status is NO_ANSWER if there is none in time."""
        try:
            async with asyncio.timeout(self._within_s):
                return await self._ask(request)
        except UNANSWERED:
            self.close()
            return NO_ANSWER, {}, b""

    async def _ask(self, request: bytes) -> Answer:
        if self._connection is not None:
            # One that was kept may have been closed by the server meanwhile.
            with suppress(OSError, EOFError):
                return self._noted(await self._connection.ask(request))
            self._connection.close()
        self._connection = await Connection.open(self._port)
        return self._noted(await self._connection.ask(request))

    def _noted(self, answer: Answer) -> Answer:
        if answer[1].get(b"connection") == b"close":
            self.close()
        return answer

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


async def send_paced(
    port: int,
    requests: Iterator[bytes],
    rate: float,
    until: float,
    statuses: Counter[int],
    connections: int = 8,
    note: Callable[[int, bytes], None] = lambda _status, _raw: None,
) -> None:
    """Send `rate` requests a second until that instant; count statuses, and note each answer.

    As few connections bound what waits at once: a server that is slower than the rate gets fewer.
    """

    async def send_share(number: int) -> None:
        client, loop = Client(port), asyncio.get_running_loop()
        due = loop.time() + number / rate
        while due < until:
            await asyncio.sleep(max(due - loop.time(), 0))
            if loop.time() >= until:
                break
            status, _, raw = await client.ask(next(requests))
            statuses[status] += 1
            note(status, raw)
            due = max(due + connections / rate, loop.time() - 1)
        client.close()

    await asyncio.gather(*map(send_share, range(connections)))


def count_statuses(counted: Counter[int]) -> str:
    """Name each status with its number; `none` is an answer that never came."""
    told = (f"{n} x {s or 'none'}" for s, n in sorted(counted.items()) if n)
    return ", ".join(told) or "nothing"
