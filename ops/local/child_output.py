"""Output of children: prefixed on our own output, or in a file."""

import os
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from domain.text import printable

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
