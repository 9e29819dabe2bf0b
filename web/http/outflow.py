"""What a connection has yet to send: counted, and given up once the client takes no more of it.

A server that waits for a client which reads nothing keeps the answer's bytes for as long as that
client likes, also after `close()`, which waits until all is sent.
"""

import asyncio
import contextlib
import socket
import struct
from typing import Any, Final

from web.http.peer_window import read_peer_window

STALL_S: Final = 30.0  # within this time a client takes SHRINK_BYTES, or all that is left
SHRINK_BYTES: Final = 32 * 1024
STALL_AT_END_S: Final = 8.0  # a process that ends is killed after `graceful_timeout` (10 s)
LOOK_S: Final = 1.0  # how often a buffer that is not empty is looked at
# What the kernel keeps of one connection beside that. By itself it takes 2.5 MB to send on
# loopback, which no look at the buffer sees, and hands on 256 KB of requests in one piece.
UNSENT_BYTES: Final = 16 * 1024
UNREAD_BYTES: Final = 64 * 1024
# As soon as more than this is left of its answers, a client is asked to take them first.
UNTAKEN_BYTES: Final = 4 * 1024
UNREAD_ANSWERS_BYTES: Final = 16 * 1024  # so much a client may leave unread and count as reading
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: what is unsent goes with the connection


def bound_kernel_buffers(listener: socket.socket) -> None:
    """Bound what the kernel keeps of each connection that a socket accepts from now on."""
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, UNREAD_BYTES)
    if listener.family != socket.AF_UNIX and hasattr(socket, "TCP_NOTSENT_LOWAT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)


class Outflow:
    """A transport that counts what is written, and aborts itself when that is not taken."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        """Begin with nothing to send."""
        transport.set_write_buffer_limits(high=UNTAKEN_BYTES)
        self._transport = transport
        self._loop = loop
        self._written = 0
        self._taken = 0  # as of `_taken_at`, on the loop's clock
        self._taken_at = 0.0
        self._patience_s = STALL_S
        self._looking: asyncio.TimerHandle | None = None
        peer = transport.get_extra_info("socket")
        self._fileno = peer.fileno() if peer is not None else -1
        self._widest_window = read_peer_window(self._fileno) or 0

    def has_unread_answers(self) -> bool:
        """Tell whether the client asks, and does not read; as of its last packet."""
        window = read_peer_window(self._fileno)
        if window is None:
            return False
        self._widest_window = max(self._widest_window, window)
        return self._widest_window - window > UNREAD_ANSWERS_BYTES

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the transport has
        """Be the transport in everything else."""
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Write, and look after it until the client has taken it; nothing once it is gone."""
        if self._transport.is_closing():
            return
        if not self._transport.get_write_buffer_size():
            self._mark(self._written)
        self._written += len(data)
        self._transport.write(data)
        if self._looking is None:
            self._looking = self._loop.call_later(LOOK_S, self._look)

    def end_soon(self) -> None:
        """Have less patience from now on: the process ends."""
        self._patience_s = min(self._patience_s, STALL_AT_END_S)

    def stop(self) -> None:
        """Look no more: the connection is gone."""
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None

    def _look(self) -> None:
        self._looking = None
        left = self._transport.get_write_buffer_size()
        if not left:
            return
        taken = self._written - left
        if taken - self._taken >= SHRINK_BYTES:
            self._mark(taken)
        if self._loop.time() - self._taken_at >= self._patience_s:
            self._abort()
        else:
            self._looking = self._loop.call_later(LOOK_S, self._look)

    def _mark(self, taken: int) -> None:
        self._taken, self._taken_at = taken, self._loop.time()

    def _abort(self) -> None:
        with contextlib.suppress(OSError, AttributeError):  # gone already; no socket
            peer = self._transport.get_extra_info("socket")
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self._transport.abort()
