"""Uptime of a leaf from claims and shown rows; a second counts once.

Source: docs/behaviour.md, "Uptime" and "Bars".
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple, TypeAlias, TypeVar

from domain.calendar import day_of, ends_at, starts_at
from domain.page.state import Claim
from domain.page.uptime.shown import TOGGLE, Shown
from domain.status import Status, worst

BAR_DAYS = 90
MICROSECOND = timedelta(microseconds=1)
STARTS_MAX = 256  # bars of different days and zones
TENTHS = 10
Part: TypeAlias = Claim | Shown


class Span(NamedTuple):
    """A time span with the worst status of a leaf."""

    from_at: datetime
    until_at: datetime
    status: Status


def spans(claims: Iterable[Part], from_at: datetime, until_at: datetime) -> list[Span]:
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
    claims: Iterable[Part], from_at: datetime, until_at: datetime
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


def downtime(claims: Iterable[Part], from_at: datetime, until_at: datetime) -> int:
    """Return the weighted downtime in a window, in tenths of a microsecond."""
    return sum(
        span.status.downtime_tenths * ((span.until_at - span.from_at) // MICROSECOND)
        for span in spans(claims, from_at, until_at)
    )


def window(created_at: datetime, today: date, zone: str) -> tuple[datetime, datetime]:
    """Return the window of an uptime percent, as (from, until).

    It has the bar's days before today, from the leaf's creation on.
    """
    first = starts_at(today - timedelta(days=BAR_DAYS - 1), zone)
    return max(first, created_at), starts_at(today, zone)


def percent(
    claims: Sequence[Claim],
    created_at: datetime,
    today: date,
    zone: str,
    rows: Sequence[Shown] = (),
) -> float | None:
    """Return the uptime in percent, two decimals, rounded down; `rows` count beside claims.

    It is None without a full day before today.
    """
    if day_of(created_at, zone) >= today:
        return None
    from_at, until_at = window(created_at, today, zone)
    whole = TENTHS * ((until_at - from_at) // MICROSECOND)
    if rows:
        days = days_of([("", claim) for claim in claims], rows, created_at, today, zone)
        lost = sum(day_downtime(day) for day in days if not day.is_today)
    else:
        lost = downtime(claims, from_at, until_at)
    return (10_000 * (whole - lost) // whole) / 100


LeafClaims = Sequence[tuple[str, Claim]]


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the bar with its claims and rows, from the leaf's creation on.

    The time before the creation counts neither here nor in uptime, even if an incident is reported
    later for it.
    """

    index: int
    day: date
    from_at: datetime
    until_at: datetime
    claims: LeafClaims
    rows: Sequence[Shown]

    @property
    def is_today(self) -> bool:
        """Whether it is the bar's last day, which has not ended."""
        return self.index == BAR_DAYS - 1


def days_of(
    claims: LeafClaims, rows: Iterable[Shown], created_at: datetime, today: date, zone: str
) -> Iterator[Day]:
    """Yield the days of a bar that any claim or row touches, oldest first."""
    first = today - timedelta(days=BAR_DAYS - 1)
    claims_on = by_day(((p, p[1].from_at, p[1].until_at) for p in claims), first, today, zone)
    rows_on = by_day(((r, r.from_at, end_of(r)) for r in rows), first, today, zone)
    for index in sorted({*claims_on, *rows_on}):
        day = first + timedelta(days=index)
        from_at, until_at = max(starts_at(day, zone), created_at), ends_at(day, zone)
        touching = [p for p in claims_on.get(index, ()) if overlaps(p[1], from_at, until_at)]
        day_rows = [r for r in rows_on.get(index, ()) if r.length or overlaps(r, from_at, until_at)]
        if index >= first_known(created_at, first, zone):
            yield Day(index, day, from_at, until_at, touching, day_rows)


def end_of(row: Shown) -> datetime:
    """Return the end of a row; a folded one counts on its first day only."""
    return row.from_at if row.length else row.until_at


def first_known(created_at: datetime, first: date, zone: str) -> int:
    """Return the index of the first day with data; today has some always."""
    return min(max(0, (day_of(created_at, zone) - first).days), BAR_DAYS - 1)


Item = TypeVar("Item")


def by_day(
    items: Iterable[tuple[Item, datetime, datetime | None]], first: date, today: date, zone: str
) -> Mapping[int, list[Item]]:
    """Return the items of each day, by its index; each comes with its times.

    So each is read only for the days that it touches.
    """
    by_index: dict[int, list[Item]] = defaultdict(list)
    starts = day_starts(first, zone)
    last = (today - first).days
    for item, from_at, until_at in items:
        begins = max(bisect_right(starts, from_at) - 1, 0)
        until = min(bisect_right(starts, until_at) - 1, last) if until_at else last
        for index in range(begins, until + 1):
            by_index[index].append(item)
    return by_index


@lru_cache(maxsize=STARTS_MAX)
def day_starts(first: date, zone: str) -> Sequence[datetime]:
    """Return when each day of a bar begins; `first` is its first day."""
    return [starts_at(first + timedelta(days=index), zone) for index in range(BAR_DAYS)]


def overlaps(part: Part, from_at: datetime, until_at: datetime) -> bool:
    """Return whether a claim or a row is valid at any time within a window."""
    return part.from_at < until_at and (part.until_at is None or part.until_at > from_at)


def day_downtime(day: Day) -> int:
    """Return the downtime of a day from claims and rows, in tenths of a microsecond.

    Of a folded day it is the larger of both, at most a day.
    """
    claims = [claim for _, claim in day.claims]
    exact = [row for row in day.rows if row.length is None]
    if len(exact) == len(day.rows):
        toggles = (row for row in exact if row.origin == TOGGLE)
        return downtime([*claims, *toggles], day.from_at, day.until_at)
    folded = sum(
        row.status.downtime_tenths * (row.length // MICROSECOND) for row in day.rows if row.length
    )
    by_rows = folded + downtime(exact, day.from_at, day.until_at)
    claimed = downtime(claims, day.from_at, day.until_at)
    return max(claimed, min(by_rows, TENTHS * ((day.until_at - day.from_at) // MICROSECOND)))
