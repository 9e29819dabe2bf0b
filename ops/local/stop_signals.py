"""Turns SIGINT, SIGTERM and SIGHUP into one exception in the main thread, and holds it back where
it would do harm.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StopRequested(BaseException):
    """Somebody asked this process to stop."""


class _State:
    """What the handler has to know; signals belong to the process, so there is one."""

    held = 0
    waiting = False
    raised = False


def raise_on_stop() -> None:
    """From here on the first stop signal raises `StopRequested` in the main thread; later ones do
    nothing.
    """
    _State.raised = False
    for number in _handled():
        signal.signal(number, _on_signal)


def ignore_further() -> None:
    """From here on stop signals are ignored: the stopping has begun and must end in order."""
    for number in _handled():
        signal.signal(number, signal.SIG_IGN)


@contextmanager
def held_back() -> Iterator[None]:
    """Within it no `StopRequested` is raised; one that was asked for meanwhile is raised at its
    end.
    """
    _State.held += 1
    try:
        yield
    finally:
        _State.held -= 1
    if _State.waiting and not _State.held:
        _State.waiting = False
        _raise_once()


def _on_signal(_number: int, _frame: FrameType | None) -> None:
    if _State.held:
        _State.waiting = True
        return
    _raise_once()


def _raise_once() -> None:
    # Impatience (a second Ctrl-C) must not interrupt the stopping that the first one began.
    if not _State.raised:
        _State.raised = True
        raise StopRequested


def _handled() -> tuple[signal.Signals, ...]:
    # Under nohup the end of the terminal is none of our business.
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        return _SIGNALS
    return (*_SIGNALS, signal.SIGHUP)
