"""Processes of this machine: identity and end, and our own stop signals.

The stop signals are SIGINT, SIGTERM and SIGHUP. They become one exception in the main thread,
deferred during critical sections.
"""

import errno
import functools
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from signal import Signals
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


# These override the permission bits of files: programs and data may be under a folder of root's.
# Containers may lack a capability, and a request for a missing one is an error.
_FILE_RIGHTS = {"dac_override": 1, "dac_read_search": 2}
_SET_SECUREBITS = 8


def dying_with_parent(how: Signals) -> tuple[str, ...]:
    """Return a prefix that ends the command when its parent thread ends.

    The kernel sends the signal `how`.
    """
    if not _can_set_death_signal():
        return ()
    return ("setpriv", "--pdeathsig", how.name.removeprefix("SIG"), "--")


def as_nobody(how: Signals) -> tuple[str, ...]:
    """Return such a prefix that also drops root's identity. For root only.

    The command runs as `nobody` with the right to read root's files. The same call sets the death
    signal, because the change of user clears an earlier one.
    """
    names = [f"+{name}" for name, bit in _FILE_RIGHTS.items() if _has_capability(bit)]
    rights = (f"--inh-caps={','.join(names)}", f"--ambient-caps={','.join(names)}") if names else ()
    if _has_capability(_SET_SECUREBITS):
        # Without it access(2), by which PostgreSQL finds its programs, ignores these rights.
        rights = ("--securebits=+no_setuid_fixup", *rights)
    identity = ("--reuid=nobody", f"--regid={_group_of_nobody()}", "--clear-groups")
    return ("setpriv", *identity, *rights, "--pdeathsig", how.name.removeprefix("SIG"), "--")


def can_become_nobody() -> bool:
    """Return whether `as_nobody` works on this machine."""
    return os.geteuid() == 0 and _can_set_death_signal()


@functools.cache
def _can_set_death_signal() -> bool:
    if shutil.which("setpriv") is None:
        return False
    probe = ("setpriv", "--pdeathsig", "TERM", "--", "true")
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def _group_of_nobody() -> int:
    import pwd

    return pwd.getpwnam("nobody").pw_gid


def _has_capability(capability: int) -> bool:
    return bool(_read_capabilities() >> capability & 1)


def _read_capabilities() -> int:
    """Return the capabilities of this process as bits; 0 if unknown."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1], 16) for line in lines if line.startswith("CapPrm:")), 0)


LOOPBACK = "127.0.0.1"
# Below the range of ephemeral ports: when a server restarts on its own port, no outgoing connection
# may occupy it.
_LOWEST, _HIGHEST = 20_000, 32_000
_TRIES = 200


def is_port_free(port: int, host: str = LOOPBACK) -> bool:
    """Return whether a server could listen on this port now.

    The port of a connection that is closing counts as free.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
    return True


def choose_port(preferred: int | None = None) -> int:
    """Return a free port: the preferred one if it is free, else any."""
    if preferred is not None and is_port_free(preferred):
        return preferred
    for _ in range(_TRIES):
        port = _LOWEST + secrets.randbelow(_HIGHEST - _LOWEST)
        with suppress(PermissionError):  # some systems reserve ports here and there
            if is_port_free(port):
                return port
    raise OSError(errno.EADDRINUSE, "no free TCP port on the loopback interface")
