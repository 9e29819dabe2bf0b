"""Uptime of a leaf from claims: a second counts once, at its worst.

Source: docs/behaviour.md, "Uptime".
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from domain.calendar import day_of, starts_at
from domain.page.state import Claim
from domain.status import Status, worst

BAR_DAYS = 90
TENTHS = {Status.OUTAGE: 10, Status.PARTIAL: 3}
MICROSECOND = timedelta(microseconds=1)


class Span(NamedTuple):
    """A time span with the worst claimed status of a leaf."""

    from_at: datetime
    until_at: datetime
    status: Status


def spans(claims: Iterable[Claim], from_at: datetime, until_at: datetime) -> list[Span]:
    """Return disjoint spans within a window; the worst overlapping claim wins.

    One pass over the edges: a monitor that toggles often makes ten thousand claims in 90 days.
    """
    changes = edges(claims, from_at, until_at)
    covering: Counter[Status] = Counter()
    result = []
    for start, stop in pairwise(sorted(changes)):
        covering.update(changes[start])
        if statuses := [status for status, count in covering.items() if count]:
            result.append(Span(start, stop, worst(statuses)))
    return result


def edges(
    claims: Iterable[Claim], from_at: datetime, until_at: datetime
) -> Mapping[datetime, Counter[Status]]:
    """Return the changes of claim counts by instant and status, within a window.

    A begin counts +1, an end -1.
    """
    counts: dict[datetime, Counter[Status]] = defaultdict(Counter)
    for claim in claims:
        start, stop = max(claim.from_at, from_at), min(claim.until_at or until_at, until_at)
        if start < stop:
            counts[start][claim.status] += 1
            counts[stop][claim.status] -= 1
    return counts


def downtime(claims: Iterable[Claim], from_at: datetime, until_at: datetime) -> int:
    """Return the weighted downtime in a window, in tenths of a microsecond."""
    return sum(
        TENTHS.get(span.status, 0) * ((span.until_at - span.from_at) // MICROSECOND)
        for span in spans(claims, from_at, until_at)
    )


def window(created_at: datetime, today: date, zone: str) -> tuple[datetime, datetime]:
    """Return the window of an uptime percent, as (from, until).

    It has the bar's days before today, from the leaf's creation on.
    """
    first = starts_at(today - timedelta(days=BAR_DAYS - 1), zone)
    return max(first, created_at), starts_at(today, zone)


def percent(claims: Iterable[Claim], created_at: datetime, today: date, zone: str) -> float | None:
    """Return the uptime in percent, two decimals, rounded down.

    It is None without a full day before today.
    """
    if day_of(created_at, zone) >= today:
        return None
    from_at, until_at = window(created_at, today, zone)
    whole = 10 * ((until_at - from_at) // MICROSECOND)
    return (10_000 * (whole - downtime(claims, from_at, until_at)) // whole) / 100
