"""Where a child's lines go: to our own output with its name before each, or to a file."""

import os
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from domain.text import printable

# Gives a child of this name a file descriptor to write to; who started the child closes it.
OpenOutput = Callable[[str], int]

_REMEMBERED_LINES = 20
_LOG_LIMIT_BYTES = 1_000_000
_NAME_WIDTH = 8


def say(name: str, line: str) -> None:
    """Print one line with its speaker's name; never fails, for a closed terminal must not stop the
    stopping.
    """
    with suppress(OSError, ValueError):
        print(f"{name:<{_NAME_WIDTH}} | {printable(line)}", flush=True)


class PrefixedOutput:
    """Prints every line of every child, and remembers the last few of each for failure messages."""

    def __init__(self) -> None:
        self._last: defaultdict[str, deque[str]] = defaultdict(
            lambda: deque(maxlen=_REMEMBERED_LINES)
        )

    def open(self, name: str) -> int:
        """A pipe's writing end; a thread prints what comes out of the other until everybody closed
        it.
        """
        reading, writing = os.pipe()
        threading.Thread(
            target=self._copy, args=(name, reading), name=f"output of {name}", daemon=True
        ).start()
        return writing

    def last_lines(self, name: str) -> list[str]:
        """What the child said last."""
        return list(self._last[name])

    def _copy(self, name: str, reading: int) -> None:
        with os.fdopen(reading, "rb") as lines:
            for raw in lines:
                if line := raw.decode(errors="replace").rstrip():
                    self._last[name].append(line)
                    say(name, line)


class LogFolder:
    """One file a child, `<name>.log`; a large one is moved aside when the child starts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open(self, name: str) -> int:
        """The end of the child's file."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.path(name)
        if path.exists() and path.stat().st_size > _LOG_LIMIT_BYTES:
            path.replace(path.with_suffix(".log.1"))
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def path(self, name: str) -> Path:
        """Where the child's lines are."""
        return self.folder / f"{name}.log"

    def last_lines(self, name: str, count: int = _REMEMBERED_LINES) -> list[str]:
        """What the child said last, empty if it said nothing yet."""
        try:
            return self.path(name).read_text(errors="replace").splitlines()[-count:]
        except FileNotFoundError:
            return []
