"""Beat's table, kept by a clock that never steps, and sparing with messages that nobody takes.

Celery's own scheduler goes by the machine's wall clock: set back by an hour, it asks for nothing
for an hour. And it asks on while no worker runs: over a weekend that would fill a Redis.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from celery.beat import ScheduleEntry
from celery.beat import Scheduler as CelerysScheduler

from domain.store.broker import worker_doorbell

WAITING_MAX = 10  # seconds of what beat asks for: a worker that comes back works them off at once
_BEGAN_AT, _BEGAN_S = datetime.now(UTC), time.monotonic()


def steady_now() -> datetime:
    """Return when this process began, and what has passed since, however the clock was set."""
    return _BEGAN_AT + timedelta(seconds=time.monotonic() - _BEGAN_S)


class Scheduler(CelerysScheduler):  # type: ignore[misc]  # Celery has no types
    """What `beat_scheduler` names: in memory, for no file can be spoilt by a crash then."""

    def setup_schedule(self) -> None:
        """Give every entry the steady clock; Celery's heap goes by that of the entries."""
        super().setup_schedule()
        for entry in self.schedule.values():
            entry.schedule.nowfun = steady_now
            entry.last_run_at = steady_now()

    def apply_async(self, entry: ScheduleEntry, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - Celery's own
        """Ask a worker, unless nobody takes what was asked before."""
        queue = entry.options["queue"]
        if worker_doorbell().lengths([queue])[queue] >= WAITING_MAX:
            return None
        return super().apply_async(entry, *args, **options)
