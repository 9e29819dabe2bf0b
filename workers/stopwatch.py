"""Time of work, without the time for which this process waited for a processor."""

import time
from pathlib import Path

# Linux: nanoseconds that this process ran, and that it waited for a processor.
SCHEDULE = Path("/proc/self/schedstat")
NANOSECOND = 1e-9


class Stopwatch:
    """A stopwatch that runs from its construction on."""

    def __init__(self) -> None:
        """Start the stopwatch."""
        self._started_at, self._waited_s = time.monotonic(), waited_s()
        self._computed_s = time.process_time()

    def worked_s(self) -> float:
        """Return the seconds since the start, less the waits for a processor.

        The waits count twice: on a busy machine the servers that were called have waited as long.
        The processor time of this process always counts.
        """
        elapsed_s = time.monotonic() - self._started_at - 2 * (waited_s() - self._waited_s)
        return max(elapsed_s, time.process_time() - self._computed_s)


def waited_s() -> float:
    """Return the seconds this process has waited for a processor; 0 where unknown."""
    try:
        return int(SCHEDULE.read_text().split()[1]) * NANOSECOND
    except (OSError, ValueError, IndexError):
        return 0.0
