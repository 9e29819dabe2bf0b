"""The claims and the open time of an incident, read from its timeline.

Source: docs/behaviour.md, "Timelines".
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, groupby
from operator import attrgetter
from typing import TypeAlias, TypeVar

from domain.page.state import BareEntry, Claim, Update
from domain.status import IncidentState, Status

Entry: TypeAlias = Update | BareEntry
START = attrgetter("from_at", "component_id")


@dataclass(frozen=True, slots=True)
class Interval:
    """A time in which an incident was open; `until_at` is None while it is."""

    from_at: datetime
    until_at: datetime | None = None


Stretch = TypeVar("Stretch", Claim, Interval)


@dataclass(frozen=True, slots=True)
class Reading:
    """The claims of a timeline, its open intervals, and its end."""

    claims: tuple[Claim, ...]
    intervals: tuple[Interval, ...]
    ended_at: datetime | None


def read(entries: Iterable[Entry], planned: Iterable[str] = ()) -> Reading:
    """Return the reading of entries that are in the order of the timeline.

    `planned` are the leaves that the beginning of a maintenance claims.
    """
    chains: dict[str, list[Claim]] = {}
    intervals: list[Interval] = []
    ended_at: datetime | None = None
    first_claims: Mapping[str, Status] = dict.fromkeys(planned, Status.MAINTENANCE)
    events = (entry for entry in entries if entry.state is not IncidentState.SCHEDULED)
    for is_resolved, run in groupby(events, lambda e: e.state is IncidentState.RESOLVED):
        ended_at = end_of(list(run)) if is_resolved else None
        if ended_at:
            cut(intervals, ended_at)
            for claims in chains.values():
                cut(claims, ended_at)
        else:
            for entry in run:
                reopen(intervals, entry.occurred_at)
                set_claims(chains, {**first_claims, **entry.components}, entry.occurred_at)
                first_claims = {}
        first_claims = {}
    ordered = sorted(chain.from_iterable(chains.values()), key=START)
    return Reading(tuple(ordered), tuple(intervals), ended_at)


def end_of(resolutions: Sequence[Entry]) -> datetime:
    """Return when an incident ended, from the resolved entries in a row.

    The last `resolved_at` counts; without one, the first entry's time.
    """
    corrections = [entry.resolved_at for entry in resolutions if entry.resolved_at]
    return corrections[-1] if corrections else resolutions[0].occurred_at


def reopen(intervals: list[Interval], at: datetime) -> None:
    """Begin an interval at `at`, unless one is open."""
    if intervals and (intervals[-1].until_at is None or intervals[-1].until_at >= at):
        intervals[-1] = replace(intervals[-1], until_at=None)
    else:
        intervals.append(Interval(at))


def set_claims(
    chains: dict[str, list[Claim]], statuses: Mapping[str, Status], at: datetime
) -> None:
    """Set the claims of an entry, in the chain of each leaf."""
    for leaf, status in statuses.items():
        claims = chains.setdefault(leaf, [])
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
