"""Unsent bytes of a connection: counted, and dropped if the client stops reading.

A server that waits for a client which reads nothing keeps the answer's bytes for as long as that
client likes, also after `close()`, which waits until all is sent.
"""

import asyncio
import contextlib
import ctypes
import socket
import struct
import sys
from typing import Any, Final

STALL_S: Final = 30.0  # a client must read SHRINK_BYTES, or the rest, within this time
SHRINK_BYTES: Final = 32 * 1024
STALL_AT_END_S: Final = 8.0  # an ending process is killed after `graceful_timeout` (10 s)
CHECK_S: Final = 1.0  # the interval of checks of a non-empty buffer
# The kernel's own buffers of one connection. Their defaults are 2.5 MB of output on loopback,
# invisible to checks of our buffer, and 256 KB of input in one piece.
UNSENT_BYTES: Final = 16 * 1024
UNREAD_BYTES: Final = 64 * 1024
# With more unsent bytes than this, a client must read answers before it sends requests.
UNTAKEN_BYTES: Final = 4 * 1024
UNREAD_ANSWERS_BYTES: Final = 16 * 1024  # a client with fewer unread bytes counts as reading
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close drops unsent bytes
TCP_INFO_BYTES: Final = 232  # linux/tcp.h, struct tcp_info up to tcpi_snd_wnd
SEND_WINDOW_AT: Final = 228
_system = ctypes.CDLL(None)
_info = ctypes.create_string_buffer(TCP_INFO_BYTES)


def read_peer_window(fileno: int) -> int | None:
    """Return the bytes that a peer's system still accepts; None if unavailable."""
    if sys.platform != "linux":
        return None
    size = ctypes.c_uint32(TCP_INFO_BYTES)
    failed = _system.getsockopt(
        fileno, socket.IPPROTO_TCP, socket.TCP_INFO, _info, ctypes.byref(size)
    )
    if failed or size.value < TCP_INFO_BYTES:
        return None
    window: int = struct.unpack_from("I", _info, SEND_WINDOW_AT)[0]
    return window


def bound_kernel_buffers(listener: socket.socket) -> None:
    """Bound the kernel buffers of each connection that a socket accepts later."""
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, UNREAD_BYTES)
    if listener.family != socket.AF_UNIX and hasattr(socket, "TCP_NOTSENT_LOWAT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)


class Outflow:
    """A transport that counts written bytes and aborts if the client stalls."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        """Start with nothing to send."""
        transport.set_write_buffer_limits(high=UNTAKEN_BYTES)
        self._transport = transport
        self._loop = loop
        self._written_bytes = 0
        self._read_bytes = 0  # as of `_progress_at`, on the loop's clock
        self._progress_at = 0.0
        self._stall_s = STALL_S
        self._timer: asyncio.TimerHandle | None = None
        peer = transport.get_extra_info("socket")
        self._fileno = peer.fileno() if peer is not None else -1
        self._widest_window = read_peer_window(self._fileno) or 0

    def has_unread_answers(self) -> bool:
        """Return whether the client leaves answers unread, as of its last packet."""
        window = read_peer_window(self._fileno)
        if window is None:
            return False
        self._widest_window = max(self._widest_window, window)
        return self._widest_window - window > UNREAD_ANSWERS_BYTES

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any attribute of the transport
        """Delegate everything else to the transport."""
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Write and monitor the buffer until it is empty; no-op on a closed transport."""
        if self._transport.is_closing():
            return
        if not self._transport.get_write_buffer_size():
            self._record_progress(self._written_bytes)
        self._written_bytes += len(data)
        self._transport.write(data)
        if self._timer is None:
            self._timer = self._loop.call_later(CHECK_S, self._check)

    def end_soon(self) -> None:
        """Shorten the stall limit, because the process ends."""
        self._stall_s = min(self._stall_s, STALL_AT_END_S)

    def stop(self) -> None:
        """Stop monitoring: the connection is gone."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _check(self) -> None:
        self._timer = None
        unsent = self._transport.get_write_buffer_size()
        if not unsent:
            return
        read_bytes = self._written_bytes - unsent
        if read_bytes - self._read_bytes >= SHRINK_BYTES:
            self._record_progress(read_bytes)
        if self._loop.time() - self._progress_at >= self._stall_s:
            self._abort()
        else:
            self._timer = self._loop.call_later(CHECK_S, self._check)

    def _record_progress(self, read_bytes: int) -> None:
        self._read_bytes, self._progress_at = read_bytes, self._loop.time()

    def _abort(self) -> None:
        with contextlib.suppress(OSError, AttributeError):  # gone already; no socket
            peer = self._transport.get_extra_info("socket")
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self._transport.abort()
