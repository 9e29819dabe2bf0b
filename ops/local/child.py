"""One child process in a session of its own: started, watched, ended in its own way, never by a
group signal.

What a server is asked to do it is asked by signalling its main process only: Celery's pool and
Postgres' backends are told by their parent. Whatever is left of the session once the main process
has ended is killed.
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
    """A signal that asks a child to end, and how long it may take before the next one is tried."""

    signal: Signals
    limit_s: float


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """What it takes to start a child and to end it. The last resort, SIGKILL, need not be named."""

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str]
    folder: Path
    endings: tuple[Ending, ...]
    before_start: Callable[[], None] | None = None
    # Replaces the plain prefix under which the kernel ends the child together with its parent.
    prefix: tuple[str, ...] | None = None


class Child:
    """A process by its spec; may be started again and again, one at a time."""

    def __init__(
        self, spec: ChildSpec, output: OpenOutput, on_start: Callable[["Child"], None]
    ) -> None:
        self.spec = spec
        self._output = output
        self._on_start = on_start
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def name(self) -> str:
        """The name in front of its lines."""
        return self.spec.name

    @property
    def pid(self) -> int:
        """The main process's id, which is its session's and its group's too."""
        if self._process is None:
            raise RuntimeError(f"{self.name} was not started")
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether the main process runs (or is frozen)."""
        return self._process is not None and not processes.has_ended(self.pid)

    def start(self) -> None:
        """Start it; raises `CannotRunError` if the program is not there."""
        if self.spec.before_start is not None:
            self.spec.before_start()
        # A stop signal between the start and the note of it would leave a child that nobody ends.
        with stop_signals.held_back():
            self._process = self._spawn()
            self._on_start(self)

    def stop(self) -> None:
        """End it as its spec says, and all that is left of its session."""
        for ending in self.spec.endings:
            if not self.is_running:
                break
            self._signal(ending.signal)
            self._signal(signal.SIGCONT)  # a frozen process does not hear the other one
            processes.wait_until(lambda: not self.is_running, ending.limit_s)
        self.bury()

    def kill(self) -> None:
        """SIGKILL to the main process and all its descendants at once, as a power cut would."""
        self._signal(signal.SIGSTOP)  # what it forked from here on would not be among them
        self._signal_tree(signal.SIGKILL)
        processes.wait_until(lambda: not self.is_running, _KILL_LIMIT_S)
        self.bury()

    def kill_main(self) -> None:
        """SIGKILL to the main process alone; what was left of its session is found by `bury`."""
        self._signal(signal.SIGKILL)
        processes.wait_until(lambda: not self.is_running, _KILL_LIMIT_S)

    def freeze(self) -> None:
        """Let it and its descendants stand still: connections stay open and nothing answers."""
        self._signal_tree(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let them go on."""
        self._signal_tree(signal.SIGCONT)

    def descendants(self) -> list[int]:
        """The process ids of its children and theirs."""
        return processes.descendants(self.pid)

    def bury(self) -> int:
        """Kill what is left of the session, reap the main process, and tell how it ended (minus the
        signal).

        Its group is killed while the main process is still a zombie: until it is reaped the number
        can't be used again, so no stranger can be hit.
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
        except OSError as failure:
            raise CannotRunError(f"{spec.name} can't be started: {failure}.") from failure
        finally:
            os.close(output)

    @property
    def _death_signal(self) -> Signals:
        return self.spec.endings[0].signal if self.spec.endings else signal.SIGKILL

    def _signal(self, number: Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def _signal_tree(self, number: Signals) -> None:
        # The parent first: it must not see its children end or stand still and begin to mend
        # things.
        for pid in (self.pid, *self.descendants()):
            with suppress(ProcessLookupError):
                os.kill(pid, number)
