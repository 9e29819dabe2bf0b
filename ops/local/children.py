"""A file of running children, by which the next run ends orphans.

Orphans remain if the supervisor was killed.
"""

import json
import os
import signal
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from signal import Signals

from ops.local import processes
from ops.local.child import Child, Ending
from ops.local.data_folder import DATA_DIR_VARIABLE, write_private

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
