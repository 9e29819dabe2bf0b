"""Keeps a run's children alive and, at the end, ends them in the right order; nobody else signals
anything.
"""

import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import NoReturn

from ops.local.child import Child
from ops.local.children import Ledger
from ops.operator_error import CannotRunError

RESTART_AFTER_S = 1.0
_LOOK_EVERY_S = 0.2


class Supervisor:
    """Watches the children given to `adopt`. Single-threaded: the kernel ties a child to the thread
    that started it.
    """

    def __init__(self, ledger: Ledger, report: Callable[[str], None]) -> None:
        self._ledger = ledger
        self._report = report
        self._children: list[Child] = []
        self._restart_at: dict[str, float] = {}

    def adopt(self, child: Child) -> None:
        """Take over a child that was just started (for the first time or again)."""
        if child not in self._children:
            self._children.append(child)
        self._ledger.record(child)

    def watch(self) -> NoReturn:
        """Restart what dies, until an exception (`StopRequested`) ends it."""
        while True:
            self.look(time.monotonic())
            time.sleep(_LOOK_EVERY_S)

    def look(self, now_s: float) -> None:
        """Notice who has died, and restart whoever's second is over. `now_s` is a monotonic
        clock's.
        """
        for child in self._children:
            if child.name in self._restart_at:
                self._restart_if_due(child, now_s)
            elif not child.is_running:
                self._report(f"{child.name} ended ({_how(child.bury())}); starting it again")
                self._restart_at[child.name] = now_s + RESTART_AFTER_S

    def stop_all(self) -> None:
        """End the children, last started first, each after the one before it is gone."""
        with ExitStack() as endings:  # last in, first out, and one that fails stops no other
            for child in self._children:
                endings.callback(child.stop)
        self._children.clear()
        self._restart_at.clear()
        self._ledger.clear()

    def _restart_if_due(self, child: Child, now_s: float) -> None:
        if now_s < self._restart_at[child.name]:
            return
        try:
            child.start()
        except CannotRunError as failure:
            self._report(str(failure))
            self._restart_at[child.name] = now_s + RESTART_AFTER_S
        else:
            del self._restart_at[child.name]


def _how(returncode: int) -> str:
    if returncode >= 0:
        return f"exit code {returncode}"
    return f"signal {signal.Signals(-returncode).name}"
