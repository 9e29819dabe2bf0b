"""The TCP receive window of a client: a measure of its unread answers.

Each packet of a client says how much its system still accepts (RFC 9293 3.8.6). The window shrinks
with each unread answer, long before bytes stay on our side.
"""

import ctypes
import socket
import struct
import sys
from typing import Final

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
