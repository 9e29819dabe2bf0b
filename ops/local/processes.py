"""Processes of this machine: identity and end, and our own stop signals.

The stop signals are SIGINT, SIGTERM and SIGHUP. They become one exception in the main thread,
deferred during critical sections.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

import psutil

# The interval of polls grows with the wait: each poll has a cost, and after seconds a tenth of a
# second does not matter.
_POLL_MIN_S, _POLL_MAX_S, _POLL_SHARE = 0.02, 0.1, 0.1
# Start times are derived from the boot time, which some systems let drift a little.
_CLOCK_SLACK_S = 1.0


def start_time(pid: int) -> float | None:
    """Return a process's start in seconds since 1970, None without a process.

    Process ids are reused; the start time identifies the process.
    """
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return None


def is_same(pid: int, started: float) -> bool:
    """Return whether this pid belongs to the process started at that time.

    The process may run or be a zombie.
    """
    actual = start_time(pid)
    return actual is not None and abs(actual - started) < _CLOCK_SLACK_S


def has_ended(pid: int) -> bool:
    """Return whether the process is gone or a zombie.

    An init that does not reap leaves zombies for ever.
    """
    try:
        return psutil.Process(pid).status() in {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD}
    except psutil.NoSuchProcess:
        return True


def descendants(pid: int) -> list[int]:
    """Return the process's children, and theirs, in any session."""
    try:
        return [child.pid for child in psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def session_members(session: int, variable: str, value: str) -> Iterator[int]:
    """Yield a session's processes with this environment variable and value.

    The variable proves that they are ours: after a reboot, a foreign session may have any number.
    """
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if os.getsid(process.pid) == session and process.environ().get(variable) == value:
                yield process.pid


def works_in(pid: int, folder: Path) -> bool:
    """Return whether the process is alive with this working directory."""
    try:
        return not has_ended(pid) and Path(psutil.Process(pid).cwd()).samefile(folder)
    except (psutil.Error, OSError):
        return False


def wait_until(condition: Callable[[], bool], limit_s: float) -> bool:
    """Poll a condition for `limit_s` seconds; return whether it became true."""
    started_at = time.monotonic()
    while not condition():
        waited_s = time.monotonic() - started_at
        if waited_s >= limit_s:
            return False
        time.sleep(min(max(waited_s * _POLL_SHARE, _POLL_MIN_S), _POLL_MAX_S))
    return True


_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StopRequested(BaseException):
    """A stop signal for this process, as an exception."""


class _State:
    """The state of the handler; signals belong to the process, so there is one."""

    depth = 0
    is_pending = False
    has_fired = False


def raise_on_stop() -> None:
    """Raise `StopRequested` in the main thread at the first stop signal.

    Later signals have no effect.
    """
    _State.has_fired = False
    for number in _handled_signals():
        signal.signal(number, _on_signal)


def ignore_further() -> None:
    """Ignore further stop signals: the shutdown must end in order."""
    for number in _handled_signals():
        signal.signal(number, signal.SIG_IGN)


@contextmanager
def defer_stop() -> Iterator[None]:
    """Defer `StopRequested` until the end of the block."""
    _State.depth += 1
    try:
        yield
    finally:
        _State.depth -= 1
    if _State.is_pending and not _State.depth:
        _State.is_pending = False
        _raise_once()


def _on_signal(_number: int, _frame: FrameType | None) -> None:
    if _State.depth:
        _State.is_pending = True
        return
    _raise_once()


def _raise_once() -> None:
    # A second Ctrl-C must not interrupt the shutdown.
    if not _State.has_fired:
        _State.has_fired = True
        raise StopRequested


def _handled_signals() -> tuple[signal.Signals, ...]:
    # Under nohup the end of the terminal is ignored.
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        return _SIGNALS
    return (*_SIGNALS, signal.SIGHUP)
