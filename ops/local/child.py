"""One child process in its own session, with its output and its end.

A server is stopped by a signal to its main process only: Celery's pool and Postgres' backends are
stopped by their parent. The rest of the session is killed once the main process has ended.
"""

import os
import signal
import subprocess
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from signal import Signals

from domain.text import printable
from ops.local import processes
from ops.local.processes import dying_with_parent
from ops.operator_error import CannotRunError

# Returns a file descriptor for a child's output; the code that starts the child closes it.
OpenOutput = Callable[[str], int]

_LAST_LINES = 20
_LOG_LIMIT_BYTES = 1_000_000
_NAME_WIDTH = 8


def say(name: str, line: str) -> None:
    """Print one line with the child's name.

    It never fails: a closed terminal must not interrupt a shutdown.
    """
    with suppress(OSError, ValueError):
        print(f"{name:<{_NAME_WIDTH}} | {printable(line)}", flush=True)


class PrefixedOutput:
    """Output that prints every child's lines and keeps the last ones."""

    def __init__(self) -> None:
        self._last: defaultdict[str, deque[str]] = defaultdict(lambda: deque(maxlen=_LAST_LINES))

    def open(self, name: str) -> int:
        """Return the writing end of a pipe; a thread prints its lines."""
        reading, writing = os.pipe()
        threading.Thread(
            target=self._copy, args=(name, reading), name=f"output of {name}", daemon=True
        ).start()
        return writing

    def last_lines(self, name: str) -> list[str]:
        """Return the child's last lines."""
        return list(self._last[name])

    def _copy(self, name: str, reading: int) -> None:
        with os.fdopen(reading, "rb") as lines:
            for raw in lines:
                if line := raw.decode(errors="replace").rstrip():
                    self._last[name].append(line)
                    say(name, line)


class LogFolder:
    """One file per child, `<name>.log`; a large one is rotated at its start."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open(self, name: str) -> int:
        """Return a file descriptor that appends to the child's file."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.path(name)
        if path.exists() and path.stat().st_size > _LOG_LIMIT_BYTES:
            path.replace(path.with_suffix(".log.1"))
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def path(self, name: str) -> Path:
        """Return the path of the child's file."""
        return self.folder / f"{name}.log"

    def last_lines(self, name: str, count: int = _LAST_LINES) -> list[str]:
        """Return the child's last lines, or none."""
        try:
            return self.path(name).read_text(errors="replace").splitlines()[-count:]
        except FileNotFoundError:
            return []


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
        with processes.defer_stop():
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
