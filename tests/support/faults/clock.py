"""A wall clock that a system has to itself, so that it can be set while everything runs.

Its servers and programs load `clock.c`; the machine's own clock stays as it is. Needs a C compiler.
"""

import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

SOURCE = Path(__file__).with_name("clock.c")


def has_compiler() -> bool:
    """Whether such a clock can be made here."""
    return shutil.which("cc") is not None


class Clock:
    """Shows the machine's time until it is set."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        library, self._file = folder / "clock.so", folder / "shift"
        assert " " not in str(library), "LD_PRELOAD takes a blank for the end of a name"
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, SOURCE], check=True)
        self._shift_s = 0
        self.set(0)
        self._file.chmod(0o444)
        self.env = {"LD_PRELOAD": str(library), "CLOCK_SHIFT": str(self._file)}

    def set(self, shift_s: int) -> None:
        """Step: from now on it shows `shift_s` more than the machine's."""
        self._shift_s = shift_s
        with self._file.open("r+b" if self._file.exists() else "wb") as file:
            file.write(struct.pack("q", shift_s))

    def now(self) -> datetime:
        """What it shows."""
        return datetime.now(UTC) + timedelta(seconds=self._shift_s)

    @contextmanager
    def shown_to_children(self) -> Iterator[None]:
        """Let what is started in the block go by it."""
        os.environ.update(self.env)
        try:
            yield
        finally:
            for name in self.env:
                del os.environ[name]
