"""Free TCP ports on the loopback interface."""

import errno
import secrets
import socket
from contextlib import suppress

LOOPBACK = "127.0.0.1"
# Below the range of ephemeral ports: when a server restarts on its own port, no outgoing connection
# may occupy it.
_LOWEST, _HIGHEST = 20_000, 32_000
_TRIES = 200


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Return whether a server could listen on this port now.

    The port of a connection that is closing counts as free.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
    return True


def choose(preferred: int | None = None) -> int:
    """Return a free port: the preferred one if it is free, else any."""
    if preferred is not None and is_free(preferred):
        return preferred
    for _ in range(_TRIES):
        port = _LOWEST + secrets.randbelow(_HIGHEST - _LOWEST)
        with suppress(PermissionError):  # some systems reserve ports here and there
            if is_free(port):
                return port
    raise OSError(errno.EADDRINUSE, "no free TCP port on the loopback interface")
