"""Bars and percents of leaves, computed once for the same claims and rows.

A drain shows all leaves of its page and has changed a few.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from typing import Final, NamedTuple

import msgspec

from domain.artifacts import MIB
from domain.page.uptime.bar import Bar, bar_of
from domain.page.uptime.percent import LeafClaims, percent
from domain.page.uptime.shown import Shown, UptimeCounts
from domain.runtime.bounded_cache import BoundedCache

CACHE_BYTES: Final = 8 * MIB  # per worker process: about 10,000 leaves with a day of trouble each
DIGEST_BYTES: Final = 16
ENTRY_BYTES, DAY_BYTES, ID_BYTES = 400, 600, 100  # estimates for objects in memory


class LeafInputs(NamedTuple):
    """The values that bar and percent of a leaf are computed from."""

    claims: LeafClaims
    created_at: datetime
    today: date
    zone: str
    rows: Sequence[Shown]
    counts: UptimeCounts
    has_bar: bool


@dataclass(frozen=True, slots=True)
class LeafHistory:
    """The bar of a leaf (None if it shows none), and its uptime in percent."""

    bar: Bar | None
    uptime: float | None


def history_of(inputs: LeafInputs) -> LeafHistory:
    """Return the bar and the percent of a leaf."""
    digest = blake2b(msgspec.msgpack.encode(inputs), digest_size=DIGEST_BYTES).digest()
    return _HISTORIES.get(digest, lambda: compute_history(inputs))


def compute_history(inputs: LeafInputs) -> LeafHistory:
    """Compute the bar and the percent of a leaf."""
    claims, created_at, today, zone, rows, counts, has_bar = inputs
    counted = rows if counts is UptimeCounts.ALL else ()
    bar = bar_of(claims, created_at, today, zone, rows) if has_bar else None
    uptime = percent([claim for _, claim in claims], created_at, today, zone, counted)
    return LeafHistory(bar, uptime)


def _size_of(_digest: bytes, history: LeafHistory) -> int:
    days = history.bar.affected_days if history.bar else ()
    return ENTRY_BYTES + sum(DAY_BYTES + ID_BYTES * len(day.incident_ids) for day in days)


_HISTORIES: Final = BoundedCache(CACHE_BYTES, _size_of)
