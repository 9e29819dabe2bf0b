"""The 90-day bar of a leaf: for every day its worst claim, for how long, and by which incidents.

A function of claims and the day; of today only the worst claim is told, for how
long it has lasted would be the clock's business.

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

Held = Sequence[tuple[str, Claim]]


@dataclass(frozen=True, slots=True)
class Trouble:
    """A day on which something was claimed; `minutes` by status (rounded up), none for today."""

    index: int
    day: date
    status: Status
    minutes: Mapping[Status, int]
    incident_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """Ninety days, today last (index 89): `known_from` is the index of the first day with data."""

    known_from: int
    troubles: tuple[Trouble, ...]

    def runs(self) -> list[tuple[Status | None, int, int]]:
        """Return (status, first index, length) of stretches of alike days; None is no data."""
        worst_of = {trouble.index: trouble.status for trouble in self.troubles}
        found: list[tuple[Status | None, int, int]] = []
        for index in range(BAR_DAYS):
            no_data = index < self.known_from
            status = None if no_data else worst_of.get(index, Status.OPERATIONAL)
            if found and found[-1][0] is status:
                found[-1] = (status, found[-1][1], found[-1][2] + 1)
            else:
                found.append((status, index, 1))
        return found


def bar_of(held: Held, created_at: datetime, today: date, zone: str) -> Bar:
    """Return the bar of a leaf; `held` are (incident id, claim) pairs of any time."""
    first = today - timedelta(days=BAR_DAYS - 1)
    known_from = min(max(0, (day_of(created_at, zone) - first).days), BAR_DAYS - 1)
    troubles = (
        trouble_of(touching, day_at(index, first, created_at, zone))
        for index, touching in sorted(by_day(held, first, today, zone).items())
        if index >= known_from
    )
    return Bar(known_from, tuple(trouble for trouble in troubles if trouble))


def by_day(held: Held, first: date, today: date, zone: str) -> Mapping[int, Held]:
    """Return, by index, the claims that touch a day, so that each is looked at where it counts."""
    found: dict[int, list[tuple[str, Claim]]] = defaultdict(list)
    for id_, claim in held:
        begins = max((day_of(claim.from_at, zone) - first).days, 0)
        until = min(day_of(claim.until_at, zone), today) if claim.until_at else today
        for index in range(begins, (until - first).days + 1):
            found[index].append((id_, claim))
    return found


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the bar, as far as the leaf existed."""

    index: int
    day: date
    from_at: datetime
    until_at: datetime

    @property
    def is_today(self) -> bool:
        """Whether it is the bar's last day, which is not over."""
        return self.index == BAR_DAYS - 1


def day_at(index: int, first: date, created_at: datetime, zone: str) -> Day:
    """Return a day of the bar that begins with `first`, of a leaf that was made at `created_at`.

    What an incident that is told late says of the time before counts in no percent either.
    """
    day = first + timedelta(days=index)
    return Day(index, day, max(starts_at(day, zone), created_at), ends_at(day, zone))


def trouble_of(touching: Held, of: Day) -> Trouble | None:
    """Return what was claimed of a leaf on a day; None if nothing but operational."""
    inside = [(id_, claim) for id_, claim in touching if overlaps(claim, of.from_at, of.until_at)]
    status = worst(claim.status for _, claim in inside)
    if status is Status.OPERATIONAL:
        return None
    minutes = {} if of.is_today else minutes_of([c for _, c in inside], of.from_at, of.until_at)
    troubling = [id_ for id_, claim in inside if claim.status is not Status.OPERATIONAL]
    return Trouble(of.index, of.day, status, minutes, tuple(dict.fromkeys(troubling)))


def overlaps(claim: Claim, from_at: datetime, until_at: datetime) -> bool:
    """Tell whether a claim holds for any time within a window."""
    return claim.from_at < until_at and (claim.until_at is None or claim.until_at > from_at)


def minutes_of(
    claims: Sequence[Claim], from_at: datetime, until_at: datetime
) -> Mapping[Status, int]:
    """Return minutes by status within a window, each second counted once, at its worst."""
    seconds: dict[Status, float] = {}
    for span in spans(claims, from_at, until_at):
        lasted = (span.until_at - span.from_at).total_seconds()
        seconds[span.status] = seconds.get(span.status, 0) + lasted
    seconds.pop(Status.OPERATIONAL, None)
    worst_first = sorted(seconds.items(), key=lambda pair: -pair[0].severity)
    return {status: -int(-lasted // MINUTE_S) for status, lasted in worst_first}
