"""One child process in its own session, never ended by a group signal.

A server is stopped by a signal to its main process only: Celery's pool and Postgres' backends are
stopped by their parent. The rest of the session is killed once the main process has ended.
"""

import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from signal import Signals

from ops.local import processes, stop_signals
from ops.local.child_output import OpenOutput
from ops.local.privileges import dying_with_parent
from ops.operator_error import CannotRunError

_KILL_LIMIT_S = 10.0


@dataclass(frozen=True, slots=True)
class Ending:
    """A signal that ends a child, and its time limit in seconds.

    After the limit the next signal is sent.
    """

    signal: Signals
    limit_s: float


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """The description of a child's start and end.

    The last resort, SIGKILL, need not be listed.
    """

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str]
    folder: Path
    endings: tuple[Ending, ...]
    before_start: Callable[[], None] | None = None
    # Replaces the default prefix, with which the kernel ends the child together with its parent.
    prefix: tuple[str, ...] | None = None


class Child:
    """A process by its spec; it may be started repeatedly, one at a time."""

    def __init__(
        self, spec: ChildSpec, output: OpenOutput, on_start: Callable[["Child"], None]
    ) -> None:
        self.spec = spec
        self._output = output
        self._on_start = on_start
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def name(self) -> str:
        """The prefix of its lines."""
        return self.spec.name

    @property
    def pid(self) -> int:
        """The id of the main process, of its session and of its group."""
        if self._process is None:
            raise RuntimeError(f"{self.name} was not started")
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """True while the main process runs, even if frozen."""
        return self._process is not None and not processes.has_ended(self.pid)

    def start(self) -> None:
        """Start it; raises `CannotRunError` if the program is missing."""
        if self.spec.before_start is not None:
            self.spec.before_start()
        # A stop signal between the start and its record would leave an orphan.
        with stop_signals.defer_stop():
            self._process = self._spawn()
            self._on_start(self)

    def stop(self) -> None:
        """Send the signals of its spec, then end the rest of its session."""
        for ending in self.spec.endings:
            if not self.is_running:
                break
            self._signal(ending.signal)
            self._signal(signal.SIGCONT)  # a frozen process does not receive the other one
            processes.wait_until(lambda: not self.is_running, ending.limit_s)
        self.reap()

    def kill(self) -> None:
        """Send SIGKILL to the main process and all descendants, like a power failure."""
        self._signal(signal.SIGSTOP)  # later forks would be missed
        self._signal_tree(signal.SIGKILL)
        processes.wait_until(lambda: not self.is_running, _KILL_LIMIT_S)
        self.reap()

    def kill_main(self) -> None:
        """Send SIGKILL to the main process alone; `reap` ends the rest."""
        self._signal(signal.SIGKILL)
        processes.wait_until(lambda: not self.is_running, _KILL_LIMIT_S)

    def freeze(self) -> None:
        """Suspend it and its descendants: connections stay open without answers."""
        self._signal_tree(signal.SIGSTOP)

    def thaw(self) -> None:
        """Resume it and its descendants."""
        self._signal_tree(signal.SIGCONT)

    def descendants(self) -> list[int]:
        """Return the process ids of its children and theirs."""
        return processes.descendants(self.pid)

    def reap(self) -> int:
        """Kill the rest of the session, reap the main process, return its exit code.

        The code is the negative signal number after a signal. The group is killed while the main
        process is still a zombie: until it is reaped, its number is not reused, so no foreign
        process is hit.
        """
        if self._process is None:
            return 0
        if self._process.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        return self._process.wait()

    def _spawn(self) -> subprocess.Popen[bytes]:
        spec = self.spec
        prefix = spec.prefix if spec.prefix is not None else dying_with_parent(self._death_signal)
        output = self._output(spec.name)
        try:
            return subprocess.Popen(
                (*prefix, *spec.command),
                env=dict(spec.env),
                cwd=spec.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        except OSError as error:
            raise CannotRunError(f"{spec.name} can't be started: {error}.") from error
        finally:
            os.close(output)

    @property
    def _death_signal(self) -> Signals:
        return self.spec.endings[0].signal if self.spec.endings else signal.SIGKILL

    def _signal(self, number: Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def _signal_tree(self, number: Signals) -> None:
        # The parent first: it must not react to its children's end or suspension.
        for pid in (self.pid, *self.descendants()):
            with suppress(ProcessLookupError):
                os.kill(pid, number)
