"""Uptime of a leaf from claims: a second counts once, at its worst.

Source: docs/behaviour.md, "Uptime".
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from domain.calendar import MINUTE_S, day_of, ends_at, starts_at
from domain.page.state import Claim
from domain.status import Status, worst

BAR_DAYS = 90
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
        span.status.downtime_tenths * ((span.until_at - span.from_at) // MICROSECOND)
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


LeafClaims = Sequence[tuple[str, Claim]]


@dataclass(frozen=True, slots=True)
class AffectedDay:
    """A day with claims: `minutes` by status, rounded up.

    Today has no minutes.
    """

    index: int
    day: date
    status: Status
    minutes: Mapping[Status, int]
    incident_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """Ninety days, the last one (index 89) is today.

    `known_from` is the index of the first day with data.
    """

    known_from: int
    affected_days: tuple[AffectedDay, ...]

    def runs(self) -> list[tuple[Status | None, int, int]]:
        """Return (status, first index, length) of runs of equal days.

        None is no data.
        """
        worst_of = {trouble.index: trouble.status for trouble in self.affected_days}
        runs: list[tuple[Status | None, int, int]] = []
        for index in range(BAR_DAYS):
            no_data = index < self.known_from
            status = None if no_data else worst_of.get(index, Status.OPERATIONAL)
            if runs and runs[-1][0] is status:
                runs[-1] = (status, runs[-1][1], runs[-1][2] + 1)
            else:
                runs.append((status, index, 1))
        return runs


def bar_of(claims: LeafClaims, created_at: datetime, today: date, zone: str) -> Bar:
    """Return the bar of a leaf from its claims of any time.

    `claims` are (incident id, claim) pairs.
    """
    first = today - timedelta(days=BAR_DAYS - 1)
    known_from = min(max(0, (day_of(created_at, zone) - first).days), BAR_DAYS - 1)
    affected_days = (
        affected_day(day_claims, day_at(index, first, created_at, zone))
        for index, day_claims in sorted(claims_by_day(claims, first, today, zone).items())
        if index >= known_from
    )
    return Bar(known_from, tuple(trouble for trouble in affected_days if trouble))


def claims_by_day(
    claims: LeafClaims, first: date, today: date, zone: str
) -> Mapping[int, LeafClaims]:
    """Return the claims of each day, by its index.

    So each claim is read only for the days that it touches.
    """
    by_index: dict[int, list[tuple[str, Claim]]] = defaultdict(list)
    for id_, claim in claims:
        begins = max((day_of(claim.from_at, zone) - first).days, 0)
        until = min(day_of(claim.until_at, zone), today) if claim.until_at else today
        for index in range(begins, (until - first).days + 1):
            by_index[index].append((id_, claim))
    return by_index


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the bar, from the creation of the leaf on."""

    index: int
    day: date
    from_at: datetime
    until_at: datetime

    @property
    def is_today(self) -> bool:
        """Whether it is the bar's last day, which has not ended."""
        return self.index == BAR_DAYS - 1


def day_at(index: int, first: date, created_at: datetime, zone: str) -> Day:
    """Return a day of the bar that starts with `first`.

    The time before `created_at` of the leaf counts neither here nor in uptime, even if an incident
    is reported later for it.
    """
    day = first + timedelta(days=index)
    return Day(index, day, max(starts_at(day, zone), created_at), ends_at(day, zone))


def affected_day(claims: LeafClaims, day: Day) -> AffectedDay | None:
    """Return the worst status of a day; None if all is operational."""
    overlapping = [
        (id_, claim) for id_, claim in claims if overlaps(claim, day.from_at, day.until_at)
    ]
    status = worst(claim.status for _, claim in overlapping)
    if status is Status.OPERATIONAL:
        return None
    minutes = (
        {} if day.is_today else minutes_of([c for _, c in overlapping], day.from_at, day.until_at)
    )
    incident_ids = [id_ for id_, claim in overlapping if claim.status is not Status.OPERATIONAL]
    return AffectedDay(day.index, day.day, status, minutes, tuple(dict.fromkeys(incident_ids)))


def overlaps(claim: Claim, from_at: datetime, until_at: datetime) -> bool:
    """Return whether a claim is valid at any time within a window."""
    return claim.from_at < until_at and (claim.until_at is None or claim.until_at > from_at)


def minutes_of(
    claims: Sequence[Claim], from_at: datetime, until_at: datetime
) -> Mapping[Status, int]:
    """Return minutes by status within a window, the worst status first.

    Each second counts once, for its worst status.
    """
    seconds: dict[Status, float] = {}
    for span in spans(claims, from_at, until_at):
        lasted = (span.until_at - span.from_at).total_seconds()
        seconds[span.status] = seconds.get(span.status, 0) + lasted
    seconds.pop(Status.OPERATIONAL, None)
    worst_first = sorted(seconds.items(), key=lambda pair: -pair[0].severity)
    return {status: -int(-lasted // MINUTE_S) for status, lasted in worst_first}
