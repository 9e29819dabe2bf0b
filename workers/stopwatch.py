"""How long work took, without the time for which a busy machine did not let it run."""

import time
from pathlib import Path

# Linux: nanoseconds that this process ran, and that it waited for a processor. Elsewhere nothing.
SCHEDULE = Path("/proc/self/schedstat")
NANOSECOND = 1e-9


class Stopwatch:
    """Runs from its making on."""

    def __init__(self) -> None:
        """Start."""
        self._began_at, self._waited_s = time.monotonic(), waited_s()
        self._computed_s = time.process_time()

    def worked_s(self) -> float:
        """Return the seconds since the start, less those that were waited for a processor.

        Twice: on a busy machine the servers that were asked have waited for one as long. What this
        process computed counts in any case.
        """
        elapsed_s = time.monotonic() - self._began_at - 2 * (waited_s() - self._waited_s)
        return max(elapsed_s, time.process_time() - self._computed_s)


def waited_s() -> float:
    """Return for how many seconds this process has waited for a processor; 0 where none tells."""
    try:
        return int(SCHEDULE.read_text().split()[1]) * NANOSECOND
    except (OSError, ValueError, IndexError):
        return 0.0
