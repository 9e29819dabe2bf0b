"""The supervisor: it restarts a run's children, ends them in order, and finds orphans.

No other module signals them. Orphans remain if an earlier supervisor was killed; `children.json`
names them.
"""

import json
import os
import signal
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from signal import Signals
from typing import NoReturn

from ops.local import processes
from ops.local.child import Child, Ending
from ops.local.preflight import DATA_DIR_VARIABLE, write_private
from ops.operator_error import CannotRunError

_KILL_LIMIT_S = 10.0


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    pid: int
    started: float
    endings: tuple[Ending, ...]


class ChildrenFile:
    """`children.json` in the data folder, in the order of the first starts."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._path = data_dir / "children.json"
        self._entries: dict[str, _Entry] = {}

    def record(self, child: Child) -> None:
        """Record a child that was just started, in place of its predecessor."""
        started = processes.start_time(child.pid)
        if started is None:
            return
        self._entries[child.name] = _Entry(child.name, child.pid, started, child.spec.endings)
        self._write(self._entries.values())

    def clear(self) -> None:
        """Remove all entries: no child runs any more."""
        self._entries.clear()
        self._write(())

    def end_orphans(self) -> list[str]:
        """End the children of an earlier supervisor; return their names.

        The last one started ends first.
        """
        names = [entry.name for entry in reversed(self._read()) if self._end(entry)]
        self.clear()
        return names

    def _end(self, entry: _Entry) -> bool:
        was_running = _end_main_process(entry)
        # A process with our number and another start time is foreign, with its own session.
        if processes.has_ended(entry.pid) or processes.is_same(entry.pid, entry.started):
            was_running |= self._kill_session(entry.pid)
        return was_running

    def _kill_session(self, session: int) -> bool:
        members = processes.session_members(session, DATA_DIR_VARIABLE, str(self._data_dir))
        running = [pid for pid in members if not processes.has_ended(pid)]
        for pid in running:
            _send(pid, signal.SIGKILL)
        return bool(running)

    def _write(self, entries: Iterable[_Entry]) -> None:
        write_private(self._path, json.dumps([asdict(entry) for entry in entries], indent=1))

    def _read(self) -> list[_Entry]:
        try:
            return [_entry(row) for row in json.loads(self._path.read_text())]
        except FileNotFoundError:
            return []
        except (ValueError, TypeError):
            return []  # an unreadable file has no entries


def _entry(row: object) -> _Entry:
    match row:
        case {"name": str(name), "pid": int(pid), "started": float(started), "endings": [*endings]}:
            return _Entry(name, pid, started, tuple(_ending(ending) for ending in endings))
    raise ValueError("not an entry of the ledger")


def _ending(row: object) -> Ending:
    match row:
        case {"signal": int(number), "limit_s": int(limit_s) | float(limit_s)}:
            return Ending(Signals(number), limit_s)
    raise ValueError("not an ending")


def _end_main_process(entry: _Entry) -> bool:
    if not _still_runs(entry):
        return False
    for ending in (*entry.endings, Ending(signal.SIGKILL, _KILL_LIMIT_S)):
        _send(entry.pid, ending.signal)
        _send(entry.pid, signal.SIGCONT)  # a frozen process does not receive the other one
        if processes.wait_until(lambda: not _still_runs(entry), ending.limit_s):
            break
    return True


def _still_runs(entry: _Entry) -> bool:
    return processes.is_same(entry.pid, entry.started) and not processes.has_ended(entry.pid)


def _send(pid: int, number: Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


RESTART_AFTER_S = 1.0
_CHECK_EVERY_S = 0.2


class Supervisor:
    """A supervisor of the children given to `adopt`.

    It is single-threaded: the kernel ties a child to the thread that started it.
    """

    def __init__(self, children_file: ChildrenFile, report: Callable[[str], None]) -> None:
        self._children_file = children_file
        self._report = report
        self._children: list[Child] = []
        self._restart_at: dict[str, float] = {}

    def adopt(self, child: Child) -> None:
        """Add a child that was just started, for the first time or again."""
        if child not in self._children:
            self._children.append(child)
        self._children_file.record(child)

    def watch(self) -> NoReturn:
        """Restart children that end, until an exception such as `StopRequested`."""
        while True:
            self.check_children(time.monotonic())
            time.sleep(_CHECK_EVERY_S)

    def check_children(self, now_s: float) -> None:
        """Detect ended children, and restart those that are due.

        `now_s` is of the monotonic clock, in seconds.
        """
        for child in self._children:
            if child.name in self._restart_at:
                self._restart_if_due(child, now_s)
            elif not child.is_running:
                ending = _describe_exit(child.reap())
                self._report(f"{child.name} ended ({ending}); starting it again")
                self._restart_at[child.name] = now_s + RESTART_AFTER_S

    def stop_all(self) -> None:
        """Stop the children in reverse order of start, one at a time."""
        with ExitStack() as endings:  # last in, first out; an error does not prevent the others
            for child in self._children:
                endings.callback(child.stop)
        self._children.clear()
        self._restart_at.clear()
        self._children_file.clear()

    def _restart_if_due(self, child: Child, now_s: float) -> None:
        if now_s < self._restart_at[child.name]:
            return
        try:
            child.start()
        except CannotRunError as error:
            self._report(str(error))
            self._restart_at[child.name] = now_s + RESTART_AFTER_S
        else:
            del self._restart_at[child.name]


def _describe_exit(returncode: int) -> str:
    if returncode >= 0:
        return f"exit code {returncode}"
    return f"signal {signal.Signals(-returncode).name}"
