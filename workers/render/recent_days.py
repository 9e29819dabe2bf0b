"""Recent days: the incidents that ended on each, and the days without any."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from domain.calendar import day_of
from domain.store.postgres.load import TIMELINE_DAYS
from workers.render.incident_view import IncidentView
from workers.render.tree_view import format_short_day

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RecentDays:
    """A day with the incidents that ended on it, or days without any."""

    label: str
    items: tuple[IncidentView, ...] = ()


def group_by_day(
    past: Sequence[IncidentView],
    active: Sequence[IncidentView],
    today: date,
    zone: str,
    *,
    is_cut: bool = False,
) -> list[RecentDays]:
    """Return the last 14 days, newest first.

    No day on which an incident was open counts as a day without incidents. `past` is newest end
    first; if it is cut, nothing is known of the days before its last one.
    """
    ended: dict[date, list[IncidentView]] = defaultdict(list)
    for item in past:
        ended[day_of(item.resolved_at or item.updated_at, zone)].append(item)
    busy = {day for item in (*past, *active) for day in _days_of(item, today, zone)}
    groups: list[RecentDays] = []
    calm: list[date] = []
    for day in (today - number * DAY for number in range(TIMELINE_DAYS)):
        if is_cut and day < min(ended):
            break
        if day not in busy and day not in ended:
            calm.append(day)
            continue
        groups += _calm_row(calm, today)
        calm = []
        if day in ended:
            groups.append(RecentDays(_label(day, today), tuple(ended[day])))
    return groups + _calm_row(calm, today)


def _days_of(item: IncidentView, today: date, zone: str) -> Iterator[date]:
    last = day_of(item.resolved_at, zone) if item.resolved_at else today
    day = max(day_of(item.started_at, zone), today - TIMELINE_DAYS * DAY)
    while day <= last:
        yield day
        day += DAY


def _calm_row(days: Sequence[date], today: date) -> list[RecentDays]:
    if not days:
        return []
    first, last = days[-1], days[0]
    if first == last:
        return [RecentDays(_label(first, today))]
    start = str(first.day) if first.month == last.month else format_short_day(first)
    return [RecentDays(f"{start} – {format_short_day(last)}")]


def _label(day: date, today: date) -> str:
    return "Today" if day == today else f"{day:%a} {format_short_day(day)}"
