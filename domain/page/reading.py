"""The reading of a timeline: the claims and the open time of an incident, from its entries.

Source: docs/behaviour.md, "Timelines".
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain, groupby
from typing import TypeAlias, TypeVar

from domain.page.state import BareEntry, Claim, Update
from domain.status import IncidentState, Status

Entry: TypeAlias = Update | BareEntry


@dataclass(frozen=True, slots=True)
class Interval:
    """A time in which an incident was open; `until_at` is None while it is."""

    from_at: datetime
    until_at: datetime | None = None


Stretch = TypeVar("Stretch", Claim, Interval)


@dataclass(slots=True)
class Reading:
    """The result of a timeline: claims by leaf, open intervals, and the last end."""

    chains: dict[str, list[Claim]] = field(default_factory=dict)
    intervals: list[Interval] = field(default_factory=list)
    ended_at: datetime | None = None

    @property
    def claims(self) -> Iterator[Claim]:
        """The claims in the order of their starts."""
        claims = chain.from_iterable(self.chains.values())
        return iter(sorted(claims, key=lambda claim: (claim.from_at, claim.component_id)))


def read(entries: Iterable[Entry], planned: Iterable[str] = ()) -> Reading:
    """Return the reading of entries that are in the order of the timeline.

    `planned` are the leaves that the beginning of a maintenance claims.
    """
    reading = Reading()
    first_claims: Mapping[str, Status] = dict.fromkeys(planned, Status.MAINTENANCE)
    events = (entry for entry in entries if entry.state is not IncidentState.SCHEDULED)
    for is_resolved, run in groupby(events, lambda e: e.state is IncidentState.RESOLVED):
        if is_resolved:
            end(reading, end_of(list(run)))
        else:
            for entry in run:
                reopen(reading, entry.occurred_at)
                claim_all(reading, {**first_claims, **entry.components}, entry.occurred_at)
                first_claims = {}
        first_claims = {}
    return reading


def end_of(resolutions: Sequence[Entry]) -> datetime:
    """Return when an incident ended, from the resolved entries in a row.

    The last `resolved_at` counts; without one, the first entry's time.
    """
    corrections = [entry.resolved_at for entry in resolutions if entry.resolved_at]
    return corrections[-1] if corrections else resolutions[0].occurred_at


def end(reading: Reading, at: datetime) -> None:
    """End the open interval and all claims at `at`; later ones are dropped."""
    for claims in reading.chains.values():
        cut(claims, at)
    cut(reading.intervals, at)
    reading.ended_at = at


def reopen(reading: Reading, at: datetime) -> None:
    """Begin an interval at `at`, unless one is open."""
    reading.ended_at = None
    intervals = reading.intervals
    if intervals and (intervals[-1].until_at is None or intervals[-1].until_at >= at):
        intervals[-1] = replace(intervals[-1], until_at=None)
    else:
        intervals.append(Interval(at))


def claim_all(reading: Reading, statuses: Mapping[str, Status], at: datetime) -> None:
    """Set the claims of an entry."""
    for leaf, status in statuses.items():
        claims = reading.chains.setdefault(leaf, [])
        if claims and claims[-1].until_at is None and claims[-1].status is status:
            continue
        cut(claims, at)
        claims.append(Claim(leaf, status, at))


def cut(stretches: list[Stretch], at: datetime) -> None:
    """End a row of stretches at `at`; those without duration are dropped."""
    while stretches and stretches[-1].from_at >= at:
        stretches.pop()
    if stretches and (stretches[-1].until_at is None or stretches[-1].until_at > at):
        stretches[-1] = replace(stretches[-1], until_at=at)
