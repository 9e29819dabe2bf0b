"""The content of a Statuspage as our document, with remarks on all that differs.

Source: docs/behaviour.md, "Moving in from Statuspage".
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from domain.page.state import ComponentKind
from domain.runtime.page_file import document as d
from domain.status import Impact, IncidentKind, IncidentState, Status
from domain.text import BODY_LIMIT, DESCRIPTION_LIMIT, NAME_LIMIT, TITLE_LIMIT, clean, clean_line
from ops.cli.statuspage.content import ComponentRow, Content, IncidentRow, IncidentUpdate

STATUSES: Final = {
    "operational": Status.OPERATIONAL,
    "degraded_performance": Status.DEGRADED,
    "partial_outage": Status.PARTIAL,
    "major_outage": Status.OUTAGE,
    "under_maintenance": Status.MAINTENANCE,
}
STATES: Final = {
    "investigating": IncidentState.INVESTIGATING,
    "identified": IncidentState.IDENTIFIED,
    "monitoring": IncidentState.MONITORING,
    "resolved": IncidentState.RESOLVED,
    "postmortem": IncidentState.RESOLVED,
    "scheduled": IncidentState.SCHEDULED,
    "in_progress": IncidentState.IN_PROGRESS,
    "verifying": IncidentState.MONITORING,
    "completed": IncidentState.RESOLVED,
}
POSTMORTEM: Final = "postmortem"
CUT: Final = "…"
EDIT: Final = timedelta(seconds=1)  # a later change is an edit


class Converter:
    """A conversion, and how often each thing had to be changed or left out."""

    def __init__(self, now: datetime) -> None:
        """Use `now` for objects without a time."""
        self._now = now
        self._leaves: frozenset[str] = frozenset()
        self.remarks: Counter[str] = Counter()

    def convert(self, content: Content, settings: d.PageSettings) -> d.Document:
        """Return the document of a content, for a page with these settings."""
        components = tuple(self._components(content.components))
        leaves = (part.id for part in components if part.kind is ComponentKind.LEAF)
        self._leaves = frozenset(leaves)
        rows = {row.id: row for row in (*content.incidents, *content.scheduled_maintenances)}
        incidents = sorted(
            filter(None, map(self._incident, rows.values())),
            key=lambda part: (part.started_at, part.id),
            reverse=True,
        )
        return d.Document(page=settings, components=components, incidents=tuple(incidents))

    def _components(self, rows: Iterable[ComponentRow]) -> Iterator[d.ComponentPart]:
        """Yield groups, each followed by its components, and components without a group."""
        ordered = sorted(rows, key=lambda row: (row.position or 0, row.id))
        groups = {row.id for row in ordered if row.group}
        roots = (row for row in ordered if row.group or row.group_id not in groups)
        for row in roots:
            yield self._component(row, None)
            if row.group:
                inside = (leaf for leaf in ordered if leaf.group_id == row.id and not leaf.group)
                yield from (self._component(leaf, row.id) for leaf in inside)

    def _component(self, row: ComponentRow, parent: str | None) -> d.ComponentPart:
        is_group = bool(row.group)
        description = clean(storable(row.description))
        status = None if is_group else self._status(row.status)
        created_at = row.created_at or self._now
        return d.ComponentPart(
            id=row.id,
            name=self._line(row.name, NAME_LIMIT, "component names") or row.id[:NAME_LIMIT],
            created_at=created_at,
            kind=ComponentKind.CATEGORY if is_group else ComponentKind.LEAF,
            parent=parent,
            description=self._cut(description, DESCRIPTION_LIMIT, "descriptions") or None,
            status=status,
            status_at=(row.updated_at or created_at) if status else None,
        )

    def _incident(self, row: IncidentRow) -> d.IncidentPart | None:
        is_maintenance = row.scheduled_for is not None
        entries = self._entries(row, is_maintenance=is_maintenance)
        started_at = started(row, entries)
        if started_at is None or (is_maintenance and not has_window(row)):
            self.remarks["incidents without a start or a window were left out"] += 1
            return None
        state = (
            entries[-1].state if entries else self._state(row.status, is_maintenance=is_maintenance)
        )
        resolved_at = last_end(entries) if state is IncidentState.RESOLVED else None
        if row.components and not is_maintenance and not any(u.components for u in entries):
            self.remarks["incidents have components without a status, and so no downtime"] += 1
        posted_at = min((u.posted_at for u in entries if u.posted_at), default=started_at)
        return d.IncidentPart(
            id=row.id,
            title=self._line(row.name, TITLE_LIMIT, "titles") or row.id,
            impact=self._impact(row.impact),
            state=state,
            started_at=started_at,
            posted_at=min(posted_at, row.created_at or posted_at),
            updated_at=max((u.posted_at or u.occurred_at for u in entries), default=started_at),
            kind=IncidentKind.MAINTENANCE if is_maintenance else IncidentKind.INCIDENT,
            resolved_at=resolved_at,
            scheduled_start=row.scheduled_for,
            scheduled_end=row.scheduled_until if is_maintenance else None,
            components=tuple(self._planned(row)) if is_maintenance else (),
            updates=entries,
        )

    def _entries(self, row: IncidentRow, *, is_maintenance: bool) -> tuple[d.UpdatePart, ...]:
        """Return the timeline, oldest first; it begins with the opening and ends in the state."""
        rows = sorted(row.incident_updates or (), key=lambda u: occurred(u) or self._now)
        entries = [self._entry(update, is_maintenance=is_maintenance) for update in rows]
        first = None if is_maintenance else row.started_at or row.created_at
        if not entries and (at := first or row.created_at or row.scheduled_for):
            entries = [d.UpdatePart(state=self._opening(row), occurred_at=at)]
        elif first and entries and first < entries[0].occurred_at:
            opening = d.UpdatePart(state=entries[0].state, occurred_at=first)
            entries = [opening, *entries]
        state = self._state(row.status, is_maintenance=is_maintenance)
        if entries and entries[-1].state is not state:
            ends_at = max(row.resolved_at or entries[-1].occurred_at, entries[-1].occurred_at)
            entries.append(d.UpdatePart(state=state, occurred_at=ends_at))
        return tuple(entries)

    def _opening(self, row: IncidentRow) -> IncidentState:
        state = IncidentState.INVESTIGATING
        return IncidentState.SCHEDULED if row.scheduled_for else state

    def _entry(self, update: IncidentUpdate, *, is_maintenance: bool) -> d.UpdatePart:
        at = occurred(update) or self._now
        posted_at = update.created_at or at
        body = self._cut(clean(storable(update.body)), BODY_LIMIT, "messages")
        if update.status == POSTMORTEM:
            self.remarks["postmortems became updates of resolved incidents"] += 1
        edited_at = update.updated_at if body else None
        return d.UpdatePart(
            state=self._state(update.status, is_maintenance=is_maintenance),
            occurred_at=at,
            body=body,
            posted_at=posted_at if body else None,
            edited_at=edited_at if edited_at and edited_at - posted_at >= EDIT else None,
            components=tuple(self._statuses(update)),
        )

    def _statuses(self, update: IncidentUpdate) -> Iterator[d.StatusPart]:
        """Yield the statuses that an update gave to leaves, each leaf once."""
        by_code = {
            each.code: each.new_status for each in update.affected_components or () if each.code
        }
        for code, status in by_code.items():
            if code not in self._leaves:
                self.remarks["statuses of components that are gone were left out"] += 1
            elif status in STATUSES:
                yield d.StatusPart(component=code, status=STATUSES[status])
            else:
                self.remarks["statuses of updates that we do not know were left out"] += 1

    def _planned(self, row: IncidentRow) -> Iterator[str]:
        ids = (component.id for component in row.components or ())
        yield from dict.fromkeys(id_ for id_ in ids if id_ in self._leaves)

    def _status(self, status: str | None) -> Status:
        if status not in STATUSES:
            self.remarks["components with a status that we do not know are operational"] += 1
        return STATUSES.get(status or "", Status.OPERATIONAL)

    def _state(self, status: str | None, *, is_maintenance: bool) -> IncidentState:
        state = STATES.get(status or "")
        if state is IncidentState.SCHEDULED and not is_maintenance:
            state = None
        if state is None:
            self.remarks["states that we do not know became investigating or in progress"] += 1
            return IncidentState.IN_PROGRESS if is_maintenance else IncidentState.INVESTIGATING
        return state

    def _impact(self, impact: str | None) -> Impact:
        impacts: Mapping[str, Impact] = {each.value: each for each in Impact}
        if impact not in impacts and impact not in {None, "maintenance"}:
            self.remarks["impacts that we do not know became none"] += 1
        return impacts.get(impact or "", Impact.NONE)

    def _line(self, text: str | None, limit: int, kind: str) -> str:
        return self._cut(clean_line(storable(text)), limit, kind)

    def _cut(self, text: str | None, limit: int, kind: str) -> str:
        if text and len(text) > limit:
            self.remarks[f"{kind} were cut to {limit:,} characters"] += 1
            return text[: limit - len(CUT)] + CUT
        return text or ""


def storable(text: str | None) -> str:
    """Return a text without NUL and halves of pairs, which no text can have."""
    return (text or "").encode("utf-8", "ignore").decode().replace("\0", "")


def occurred(update: IncidentUpdate) -> datetime | None:
    """Return the time of an update."""
    return update.display_at or update.created_at


def last_end(entries: Iterable[d.UpdatePart]) -> datetime | None:
    """Return the end of an incident; a later postmortem does not move it."""
    ended_at = None
    for entry in entries:
        if entry.state is not IncidentState.RESOLVED:
            ended_at = None
        elif ended_at is None:
            ended_at = entry.occurred_at
    return ended_at


def started(row: IncidentRow, entries: Iterable[d.UpdatePart]) -> datetime | None:
    """Return the start; of a maintenance the real one, else the planned one."""
    if row.scheduled_for is None:
        return next((entry.occurred_at for entry in entries), None)
    quiet = {IncidentState.SCHEDULED, IncidentState.RESOLVED}
    return next((e.occurred_at for e in entries if e.state not in quiet), row.scheduled_for)


def has_window(row: IncidentRow) -> bool:
    """Return whether a maintenance has a planned start and an end after it."""
    start, end = row.scheduled_for, row.scheduled_until
    return start is not None and end is not None and start < end
