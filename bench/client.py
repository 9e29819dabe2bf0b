"""A lean HTTP/1.1 client on asyncio streams: it must not be what is measured."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Self, TypeAlias

Answer: TypeAlias = tuple[int, Mapping[bytes, bytes], bytes]  # status, headers, body


class Connection:
    """One kept-alive connection to one web process."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, port: int) -> Self:
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def get(self, host: str, path: str) -> Answer:
        return await self._ask(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())

    async def post(self, path: str, body: Any, **headers: str) -> Answer:
        raw = json.dumps(body).encode()
        given = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = (
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(raw)}\r\n{given}\r\n"
        )
        return await self._ask(head.encode() + raw)

    async def _ask(self, request: bytes) -> Answer:
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        fields = dict(
            line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line
        )
        return status, fields, await self._reader.readexactly(int(fields.get(b"content-length", 0)))

    def close(self) -> None:
        self._writer.close()
