"""Shown rows by leaf and day: the past statuses of leaves, folded if many.

Source: docs/behaviour.md, "What was shown".
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple, TypeAlias

from domain.calendar import day_of, ends_at
from domain.page.limits import SHOWN_ROWS
from domain.status import Status

TOGGLE: Final = "toggle"  # an origin; no incident has this id
KEPT_DAYS: Final = 92
KEPT: Final = timedelta(days=KEPT_DAYS)
# Rows of a leaf and day, and the origins that are told apart once there are more.
DAY_ROWS: Final = 200
DAY_ORIGINS: Final = 50
SPARE: Final = 10  # a tenth of the rows of a page


class UptimeCounts(StrEnum):
    """The statuses that count in the uptime of a page; `all` includes toggles."""

    INCIDENTS = "incidents"
    ALL = "all"


class Shown(NamedTuple):
    """A status that a leaf showed, its origin, and from when until when.

    A folded row has a `length`: it stands for parts of that length in all, between its ends.
    """

    status: Status
    origin: str
    from_at: datetime
    until_at: datetime
    length: timedelta | None = None

    @property
    def lasted(self) -> timedelta:
        """The time for which the status was shown."""
        return self.until_at - self.from_at if self.length is None else self.length


Rows: TypeAlias = tuple[Shown, ...]
RowsByDay: TypeAlias = Mapping[date, Rows]
RowsByLeaf: TypeAlias = Mapping[str, RowsByDay]


def add_row(days: RowsByDay, row: Shown, zone: str) -> RowsByDay:
    """Return the rows of a leaf with one more, which is later than all others.

    It is cut where days begin in the page's zone; what is older than `KEPT_DAYS` is left out.
    """
    pieces = {day_of(piece.from_at, zone): piece for piece in cut_by_day(row, zone)}
    return {**days, **{day: add_piece(days.get(day, ()), pieces[day]) for day in pieces}}


def cut_by_day(row: Shown, zone: str) -> Iterator[Shown]:
    """Yield the pieces of a row, one a day."""
    begins_at = max(row.from_at, row.until_at - KEPT)
    while begins_at < row.until_at:
        stops_at = min(ends_at(day_of(begins_at, zone), zone), row.until_at)
        yield row._replace(from_at=begins_at, until_at=stops_at)
        begins_at = stops_at


def add_piece(rows: Rows, piece: Shown) -> Rows:
    """Return the rows of a leaf and day with one more.

    A piece that continues the last row joins it. More than `DAY_ROWS` are folded, and a
    day that was folded stays so.
    """
    if rows and rows[-1].length is None and rows[-1].until_at == piece.from_at:
        joined = rows[-1]._replace(until_at=piece.until_at)
        if joined == piece._replace(from_at=joined.from_at):
            return (*rows[:-1], joined)
    added = (*rows, piece)
    return fold(added) if is_folded(rows) or len(added) > DAY_ROWS else added


def is_folded(rows: Rows) -> bool:
    """Return whether the rows of a day are folded."""
    return any(row.length is not None for row in rows)


def fold(rows: Rows) -> Rows:
    """Return one row for each status and origin.

    Only the first origins are told apart, as many as `DAY_ORIGINS` with the toggles; all others
    count as toggles.
    """
    told_apart = list(dict.fromkeys([TOGGLE, *(row.origin for row in rows)]))[:DAY_ORIGINS]
    folded: dict[tuple[Status, str], Shown] = {}
    for row in rows:
        origin = row.origin if row.origin in told_apart else TOGGLE
        other = folded.get((row.status, origin))
        folded[row.status, origin] = Shown(
            row.status,
            origin,
            min(row.from_at, other.from_at) if other else row.from_at,
            max(row.until_at, other.until_at) if other else row.until_at,
            row.lasted + (other.lasted if other else timedelta()),
        )
    return tuple(folded.values())


def without_origin(by_leaf: RowsByLeaf, origin: str) -> RowsByLeaf:
    """Return the rows without those of an origin; other leaves stay the same objects."""
    remaining = {leaf: drop_origin(days, origin) for leaf, days in by_leaf.items()}
    return {leaf: days for leaf, days in remaining.items() if days}


def drop_origin(days: RowsByDay, origin: str) -> RowsByDay:
    """Return the rows of a leaf without those of an origin."""
    remaining = {day: tuple(r for r in rows if r.origin != origin) for day, rows in days.items()}
    if all(len(remaining[day]) == len(rows) for day, rows in days.items()):
        return days
    return {
        day: days[day] if rows == days[day] else rows for day, rows in remaining.items() if rows
    }


def fit_rows(by_leaf: RowsByLeaf, most: int = SHOWN_ROWS) -> RowsByLeaf:
    """Return about `most` rows of a page: the oldest are folded, then left out.

    Source: docs/behaviour.md, "Limits".
    """
    excess = sum(len(rows) for days in by_leaf.values() for rows in days.values()) - most
    if excess <= 0:
        return by_leaf
    excess += most // SPARE  # so that the next drains have no such work
    oldest_first = sorted((day, leaf) for leaf, days in by_leaf.items() for day in days)
    fitted = {leaf: dict(days) for leaf, days in by_leaf.items()}
    for shorten in (fold, leave_out):
        for day, leaf in oldest_first:
            if excess > 0:
                rows = fitted[leaf][day]
                fitted[leaf][day] = shorten(rows)
                excess -= len(rows) - len(fitted[leaf][day])
    remaining = {leaf: {day: rows for day, rows in fitted[leaf].items() if rows} for leaf in fitted}
    return {leaf: days for leaf, days in remaining.items() if days}


def leave_out(rows: Rows) -> Rows:  # noqa: ARG001 - the other way to shorten rows is `fold`
    """Return no rows."""
    return ()
