"""Beat's scheduler: with a monotonic clock, and a limit of waiting messages.

Celery's own scheduler uses the wall clock of the machine: set back by an hour, it sends nothing for
an hour. It also sends while no worker runs, which would fill a Redis over a weekend.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from celery.beat import ScheduleEntry
from celery.beat import Scheduler as CelerysScheduler

from domain.store.broker import worker_task_sender

WAITING_MAX = 10  # messages: a worker that returns processes them at once
_STARTED_AT, _STARTED_S = datetime.now(UTC), time.monotonic()


def steady_now() -> datetime:
    """Return the start of this process plus the monotonic time since then."""
    return _STARTED_AT + timedelta(seconds=time.monotonic() - _STARTED_S)


class Scheduler(CelerysScheduler):  # type: ignore[misc]  # Celery has no types
    """The class that `beat_scheduler` names; in memory, without a file to corrupt."""

    def setup_schedule(self) -> None:
        """Give every entry the steady clock, which also orders Celery's heap."""
        super().setup_schedule()
        for entry in self.schedule.values():
            entry.schedule.nowfun = steady_now
            entry.last_run_at = steady_now()

    def apply_async(self, entry: ScheduleEntry, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - Celery's own
        """Send a task unless too many messages wait in its queue."""
        queue = entry.options["queue"]
        if worker_task_sender().lengths([queue])[queue] >= WAITING_MAX:
            return None
        return super().apply_async(entry, *args, **options)
