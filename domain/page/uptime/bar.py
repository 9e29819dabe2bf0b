"""The bar of a leaf: the worst status of each of ninety days.

Source: docs/behaviour.md, "Bars".
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from domain.calendar import MINUTE_S
from domain.page.state import Claim
from domain.page.uptime.percent import BAR_DAYS, Day, LeafClaims, Part, days_of, first_known, spans
from domain.page.uptime.shown import TOGGLE, Shown
from domain.status import Status, worst

MINUTE = timedelta(seconds=MINUTE_S)


@dataclass(frozen=True, slots=True)
class AffectedDay:
    """A day with trouble: minutes of claims, and of statuses shown besides, rounded up.

    Today has no minutes of claims, and 0 of the worst that was shown.
    """

    index: int
    day: date
    status: Status
    claimed: Status
    minutes: Mapping[Status, int]
    more_minutes: Mapping[Status, int]
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
        changes: list[tuple[int, Status | None]] = [
            (0, None),
            (self.known_from, Status.OPERATIONAL),
        ]
        for trouble in self.affected_days:
            changes += [(trouble.index, trouble.status), (trouble.index + 1, Status.OPERATIONAL)]
        runs: list[tuple[Status | None, int, int]] = []
        for (start, status), (stop, _) in pairwise([*changes, (BAR_DAYS, None)]):
            if start < stop and runs and runs[-1][0] is status:
                runs[-1] = (status, runs[-1][1], stop - runs[-1][1])
            elif start < stop:
                runs.append((status, start, stop - start))
        return runs


def bar_of(
    claims: LeafClaims, created_at: datetime, today: date, zone: str, rows: Sequence[Shown] = ()
) -> Bar:
    """Return the bar of a leaf from its claims and rows of any time.

    `claims` are (incident id, claim) pairs.
    """
    first = today - timedelta(days=BAR_DAYS - 1)
    affected_days = map(affected_day, days_of(claims, rows, created_at, today, zone))
    return Bar(
        first_known(created_at, first, zone), tuple(trouble for trouble in affected_days if trouble)
    )


def affected_day(day: Day) -> AffectedDay | None:
    """Return the worst status of a day; None if all is operational."""
    claimed = worst(claim.status for _, claim in day.claims)
    status = worst([claimed, *(row.status for row in day.rows)])
    if status is Status.OPERATIONAL:
        return None
    besides = shown_besides(day, claimed)
    return AffectedDay(
        index=day.index,
        day=day.day,
        status=status,
        claimed=claimed,
        minutes={} if day.is_today else to_minutes(claimed_lengths(day)),
        more_minutes=dict.fromkeys([worst(besides)], 0)
        if day.is_today and besides
        else to_minutes(besides),
        incident_ids=tuple(
            dict.fromkeys(id_ for id_, c in day.claims if c.status is not Status.OPERATIONAL)
        ),
    )


def claimed_lengths(day: Day) -> Mapping[Status, timedelta]:
    """Return how long each status was the worst that was claimed."""
    lengths: dict[Status, timedelta] = defaultdict(timedelta)
    for span in spans((claim for _, claim in day.claims), day.from_at, day.until_at):
        lengths[span.status] += span.until_at - span.from_at
    return lengths


def shown_besides(day: Day, claimed: Status) -> Mapping[Status, timedelta]:
    """Return the time of each status that toggles, or no claim as bad, account for.

    An incident is the origin of what is shown without a claim after its end, if its last update
    named the leaf, and where its times were corrected.
    """
    lengths: dict[Status, timedelta] = defaultdict(timedelta)
    of_incidents: dict[Status, list[Shown]] = defaultdict(list)
    for row in day.rows:
        if row.origin == TOGGLE or (row.length and row.status.severity > claimed.severity):
            lengths[row.status] += row.length or length_within(row, day)
        elif not row.length:
            of_incidents[row.status].append(row)
    for status, rows in of_incidents.items():
        as_bad = [c for _, c in day.claims if c.status.severity >= status.severity]
        more = length_besides(rows, as_bad, day)
        # An update may have occurred some seconds before it was posted: that tells nothing.
        if more >= MINUTE or status.severity > claimed.severity:
            lengths[status] += more
    return {status: length for status, length in lengths.items() if length}


def length_within(row: Shown, day: Day) -> timedelta:
    """Return for how long of a day a row is valid."""
    return max(min(row.until_at, day.until_at) - max(row.from_at, day.from_at), timedelta())


def length_besides(rows: Sequence[Shown], claims: Sequence[Claim], day: Day) -> timedelta:
    """Return for how long of a day only rows are valid; they never overlap."""
    if not claims:
        return sum((length_within(row, day) for row in rows), timedelta())
    return measure([*claims, *rows], day) - measure(claims, day)


def measure(parts: Iterable[Part], day: Day) -> timedelta:
    """Return for how long of a day any of these is valid."""
    lengths = (s.until_at - s.from_at for s in spans(parts, day.from_at, day.until_at))
    return sum(lengths, timedelta())


def to_minutes(lengths: Mapping[Status, timedelta]) -> Mapping[Status, int]:
    """Return minutes by status, rounded up, the worst status first, operational left out."""
    worst_first = sorted(lengths, key=lambda status: -status.severity)
    minutes = {status: -int(-lengths[status].total_seconds() // MINUTE_S) for status in worst_first}
    minutes.pop(Status.OPERATIONAL, None)
    return minutes
