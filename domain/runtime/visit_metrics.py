"""Visits as the lane counts them: in plain numbers, carried over to the metrics once a second.

Counting every visit in the files that processes share would cost seven microseconds, of a visit
that takes a hundred; this costs one. What a killed process had not carried over is lost.
"""

import asyncio
from collections import Counter

from domain.runtime.metrics import COPIES, STALE_S, VISIT_S, VISITS

CARRY_S = 0.5
SAMPLED = 16  # of so many visits in a burst one is timed; of a lone one always

_visits: Counter[tuple[str, int]] = Counter()
_copies: Counter[str] = Counter()
_since = 0


def note_visit(artifact: str, status: int, took_s: float) -> None:
    """Count a visit and, of some, how many seconds it took. Called on the event loop only."""
    global _since  # noqa: PLW0603 - a number of this process
    if _since == 0:
        asyncio.get_running_loop().call_later(CARRY_S, carry_over)
    if _since % SAMPLED == 0:
        VISIT_S.observe(took_s)
    _since += 1
    _visits[artifact, status] += 1


def note_copy(found: str) -> None:
    """Count how a copy was found: `hit`, `stale` or `miss`."""
    _copies[found] += 1


def note_stale_copy(stale_s: float) -> None:
    """Count that a copy was served stale and, of some, for how many seconds it had been."""
    if _copies["stale"] % SAMPLED == 0:
        STALE_S.observe(stale_s)
    note_copy("stale")


def carry_over() -> None:
    """Add to the metrics what was counted since the last time."""
    global _since  # noqa: PLW0603 - a number of this process
    for (artifact, status), count in _visits.items():
        VISITS.labels(artifact, status).inc(count)
    for found, count in _copies.items():
        COPIES.labels(found).inc(count)
    _visits.clear()
    _copies.clear()
    _since = 0
