"""What the two embedded servers have in common: a port that is kept, a child, and waiting until it
answers.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable

from ops.local import ports, processes
from ops.local.child import Child, ChildSpec
from ops.local.child_output import LogFolder
from ops.operator_error import CannotRunError

_READY_LIMIT_S = 60.0  # after a crash PostgreSQL reads its log first
_PORTS_TO_TRY = 5


class Server(ABC):
    """One embedded server; `start` chooses its port, every later restart is on the same one."""

    name: str

    def __init__(self, log: LogFolder, on_start: Callable[[Child], None]) -> None:
        self._log = log
        self._on_start = on_start
        self._port: int | None = None
        self._child: Child | None = None

    @property
    def port(self) -> int:
        """The loopback port it listens on."""
        if self._port is None:
            raise RuntimeError(f"{self.name} has no port before its start")
        return self._port

    @property
    def child(self) -> Child:
        """Its process: to be killed, frozen, stopped."""
        if self._child is None:
            raise RuntimeError(f"{self.name} was not started")
        return self._child

    @property
    @abstractmethod
    def url(self) -> str:
        """Where a client finds it, password included."""

    @abstractmethod
    def prepare(self) -> None:
        """Make what it needs on disk; raises `CannotRunError`."""

    @abstractmethod
    def spec(self) -> ChildSpec:
        """How it is started and ended, on its port."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Whether it answers."""

    def start(self, remembered_port: int | None = None) -> None:
        """Start it, on the remembered port unless that is taken, and wait until it answers."""
        self.prepare()
        for _ in range(_PORTS_TO_TRY):
            self._port = ports.choose(remembered_port)
            self._child = Child(self.spec(), self._log.open, self._on_start)
            self._child.start()
            if self._became_ready():
                return
            self._child.stop()
            if ports.is_free(self._port):
                break  # the port was not the reason
        raise CannotRunError(self._why_not())

    def stop(self) -> None:
        """End it in order; what it keeps is kept."""
        if self._child is not None:
            self._child.stop()

    def restart(self) -> None:
        """Start it again on its port, after `stop` or a kill, and wait until it answers."""
        self.child.bury()
        self.child.start()
        if not self._became_ready():
            raise CannotRunError(self._why_not())

    def _became_ready(self) -> bool:
        processes.wait_until(lambda: self.is_ready() or not self.child.is_running, _READY_LIMIT_S)
        return self.child.is_running and self.is_ready()

    def _why_not(self) -> str:
        last = (self._log.last_lines(self.name, 1) or ["it said nothing"])[0].strip()
        return f"{self.name} did not start: {last} ({self._log.path(self.name)} has more)"
