"""Metrics of visits: counted in process memory, added to the metrics twice a second.

Counting every visit in the files that processes share would cost 7 µs, of a visit that takes 100;
this costs 1. The counts of a killed process since the last transfer are lost.
"""

import asyncio
from collections import Counter

from domain.runtime.metrics import CACHE_LOOKUPS, STALE_S, VISIT_S, VISITS

CARRY_S = 0.5
SAMPLED = 16  # one of so many visits in a burst is timed; a single one always

_visits: Counter[tuple[str, int]] = Counter()
_cache_lookups: Counter[str] = Counter()
_count = 0


def count_visit(artifact: str, status: int, took_s: float) -> None:
    """Count a visit and time a sample, in seconds. Called on the event loop only."""
    global _count  # noqa: PLW0603 - a number of this process
    if _count == 0:
        asyncio.get_running_loop().call_later(CARRY_S, carry_over)
    if _count % SAMPLED == 0:
        VISIT_S.observe(took_s)
    _count += 1
    _visits[artifact, status] += 1


def count_cache_lookup(result: str) -> None:
    """Count a page cache lookup by its result: `hit`, `stale` or `miss`."""
    _cache_lookups[result] += 1


def count_stale_page(stale_s: float) -> None:
    """Count a stale page and sample its staleness in seconds."""
    if _cache_lookups["stale"] % SAMPLED == 0:
        STALE_S.observe(stale_s)
    count_cache_lookup("stale")


def carry_over() -> None:
    """Add the counts since the last call to the metrics."""
    global _count  # noqa: PLW0603 - a number of this process
    for (artifact, status), count in _visits.items():
        VISITS.labels(artifact, status).inc(count)
    for result, count in _cache_lookups.items():
        CACHE_LOOKUPS.labels(result).inc(count)
    _visits.clear()
    _cache_lookups.clear()
    _count = 0
