"""Tells our own processes from strangers, and ended ones from running ones."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil

# A wait is asked about after 20 ms, and the longer it takes the more seldom: every question costs
# whoever is asked, and one that has taken seconds is as well answered a tenth of one later.
_POLL_MIN_S, _POLL_MAX_S, _POLL_SHARE = 0.02, 0.1, 0.1
# Start times are derived from the boot time, which some systems let drift a little.
_CLOCK_SLACK_S = 1.0


def start_time(pid: int) -> float | None:
    """When the process was started (seconds since 1970), None if there is none: pids are used
    again, this isn't.
    """
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return None


def is_same(pid: int, started: float) -> bool:
    """Whether the process with this pid is the one that was started then, running or not yet
    reaped.
    """
    actual = start_time(pid)
    return actual is not None and abs(actual - started) < _CLOCK_SLACK_S


def has_ended(pid: int) -> bool:
    """Whether the process is gone or a zombie: an init that does not reap leaves those for ever."""
    try:
        return psutil.Process(pid).status() in {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD}
    except psutil.NoSuchProcess:
        return True


def descendants(pid: int) -> list[int]:
    """The process's children, and theirs, whatever session they are in."""
    try:
        return [child.pid for child in psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def session_members(session: int, variable: str, value: str) -> Iterator[int]:
    """The processes of a session that were started with this environment variable.

    The second condition is the proof that they are ours: after a reboot a stranger may have any
    session number.
    """
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if os.getsid(process.pid) == session and process.environ().get(variable) == value:
                yield process.pid


def works_in(pid: int, folder: Path) -> bool:
    """Whether the process is alive and has this folder as its working directory."""
    try:
        return not has_ended(pid) and Path(psutil.Process(pid).cwd()).samefile(folder)
    except (psutil.Error, OSError):
        return False


def wait_until(condition: Callable[[], bool], limit_s: float) -> bool:
    """Ask until it is so, or until the limit; answers whether it is so."""
    began_at = time.monotonic()
    while not condition():
        waited_s = time.monotonic() - began_at
        if waited_s >= limit_s:
            return False
        time.sleep(min(max(waited_s * _POLL_SHARE, _POLL_MIN_S), _POLL_MAX_S))
    return True
