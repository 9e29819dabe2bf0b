"""The 90-day bar of a leaf: worst status, minutes and incidents by day.

A function of claims and the day. Today has its worst status only: its minutes would depend on the
clock.

Source: docs/behaviour.md, "Bars".
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from domain.calendar import day_of, ends_at, starts_at
from domain.page.state import Claim
from domain.page.uptime import BAR_DAYS, spans
from domain.status import Status, worst

MINUTE_S = 60

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
