"""Stop signals as one exception in the main thread, deferred during critical sections.

They are SIGINT, SIGTERM and SIGHUP.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

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
