"""The common part of embedded servers: a fixed port, a child, and readiness."""

from abc import ABC, abstractmethod
from collections.abc import Callable

from ops.local import ports, processes
from ops.local.child import Child, ChildSpec
from ops.local.child_output import LogFolder
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
            self._port = ports.choose(remembered_port)
            self._child = Child(self.spec(), self._log.open, self._on_start)
            self._child.start()
            if self._wait_until_ready():
                return
            self._child.stop()
            if ports.is_free(self._port):
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
