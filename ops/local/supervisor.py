"""The supervisor: it restarts a run's children and ends them in order.

No other module signals them.
"""

import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import NoReturn

from ops.local.child import Child
from ops.local.children import ChildrenFile
from ops.operator_error import CannotRunError

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
