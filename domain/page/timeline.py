"""The timeline of an incident: its entries, with and without a message, in their order.

Source: docs/behaviour.md, "Timelines".
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from operator import attrgetter

from domain.page.claims import impact_after
from domain.page.reading import Entry, read
from domain.page.state import BareEntry, CancelledMaintenance, Incident, Update
from domain.status import IncidentKind, IncidentState, Status

OCCURRENCE = attrgetter("occurred_at")


def entries_of(incident: Incident) -> list[Entry]:
    """Return the entries of an incident as they are stored."""
    entries: list[Entry] = list(incident.updates)
    for entry in incident.bare_entries:
        entries.insert(entry.place, entry)
    return entries


def telling_entries(incident: Incident) -> list[Entry]:
    """Return the entries that tell the state: those of planning do not."""
    entries = entries_of(incident)
    return [entry for entry in entries if entry.state is not IncidentState.SCHEDULED]


def with_entries(incident: Incident, entries: Iterable[Entry]) -> Incident:
    """Return the incident with other entries, put in the order of the timeline.

    Of entries with the same time, the order is that of posting.
    """
    ordered = sorted(entries, key=OCCURRENCE)
    bare_entries = (
        replace(entry, place=place)
        for place, entry in enumerate(ordered)
        if isinstance(entry, BareEntry)
    )
    updates = (entry for entry in ordered if isinstance(entry, Update))
    return replace(incident, updates=tuple(updates), bare_entries=tuple(bare_entries))


def reread(incident: Incident, entries: Sequence[Entry], leaves: Container[str]) -> Incident:
    """Return the incident with these entries, and the claims and times that follow from them.

    `leaves` are the components that exist: no other one is claimed.
    """
    changed = with_entries(incident, entries)
    reading = read(entries_of(changed), incident.leaves)
    claims = tuple(claim for claim in reading.claims if claim.component_id in leaves)
    is_plan = incident.kind is IncidentKind.MAINTENANCE and bool(reading.intervals)
    return replace(
        changed,
        claims=claims,
        impact=impact_after(incident, (claim.status for claim in claims)),
        started_at=reading.intervals[0].from_at if is_plan else incident.started_at,
        resolved_at=reading.ended_at if incident.is_resolved else None,
    )


def without_message(incident: Incident, update_id: str) -> Incident:
    """Return the incident without an update's message; its effect stays."""
    entries = (
        to_bare_entry(entry) if isinstance(entry, Update) and entry.id == update_id else entry
        for entry in complete_entries(incident)
    )
    return with_entries(incident, entries)


def with_first_entries(incident: Incident, update: Update) -> Incident:
    """Return a new incident with its opening, which `update` is unless it resolves.

    One that is reported as resolved has its opening at its start, and the update at its posting.
    """
    entry = update if update.body else to_bare_entry(update)
    if not incident.is_resolved:
        return with_entries(incident, [entry])
    opening = BareEntry(IncidentState.INVESTIGATING, incident.started_at, update.components)
    return with_entries(incident, [opening, entry])


def to_bare_entry(update: Update) -> BareEntry:
    """Return an update as an entry without a message."""
    return BareEntry(update.state, update.occurred_at, update.components, update.resolved_at)


def is_opening(entry: Entry) -> bool:
    """Return whether an incident is open after an entry."""
    return entry.state not in (IncidentState.SCHEDULED, IncidentState.RESOLVED)


def complete_entries(incident: Incident) -> list[Entry]:
    """Return all entries of an incident, in the order of the timeline.

    An older version kept neither an opening without a message nor the effect of a deleted update,
    and moved no entry with a corrected start. Claims and times tell of them.
    """
    stored = stored_entries(incident)
    return with_times(incident, [*lost_entries(incident, stored), *stored])


def outline_entries(incident: Incident) -> list[Entry]:
    """Return all entries of an incident without their statuses, which may be many."""
    stored = stored_entries(incident)
    bare_entries = (BareEntry(e.state, e.occurred_at, {}, e.resolved_at) for e in stored)
    return with_times(incident, list(bare_entries))


def stored_entries(incident: Incident) -> list[Entry]:
    """Return the stored entries, none of them before the start."""
    return [at_start(incident, place, e) for place, e in enumerate(entries_of(incident))]


def at_start(incident: Incident, place: int, entry: Entry) -> Entry:
    """Return an entry with its time in a timeline that begins at the start.

    The opening is at the start, and so is what an older version left before it. What was reported
    as resolved was resolved when it was posted.
    """
    is_first = place == 0 and incident.kind is IncidentKind.INCIDENT
    is_first = is_first and isinstance(entry, Update) and entry.posted_at == incident.posted_at
    if is_opening(entry) and (is_first or entry.occurred_at < incident.started_at):
        return replace(entry, occurred_at=incident.started_at)
    if is_first and entry.state is IncidentState.RESOLVED:
        return replace(entry, occurred_at=incident.posted_at)
    return entry


def lost_entries(incident: Incident, entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries that must have been, if only claims tell of them."""
    openings = (entry for entry in entries if is_opening(entry))
    explained_starts = {
        (leaf, s, e.occurred_at) for e in openings for leaf, s in e.components.items()
    }
    lost: dict[datetime, dict[str, Status]] = {}
    for claim in incident.claims:
        if (claim.component_id, claim.status, claim.from_at) not in explained_starts:
            lost.setdefault(claim.from_at, {})[claim.component_id] = claim.status
    return [BareEntry(IncidentState.IN_PROGRESS, at, statuses) for at, statuses in lost.items()]


def with_times(incident: Incident, entries: list[Entry]) -> list[Entry]:
    """Return entries in their order, with one at the start and one at the end."""
    start = BareEntry(IncidentState.IN_PROGRESS, incident.started_at, {})
    is_started = any(is_opening(e) and e.occurred_at == start.occurred_at for e in entries)
    if has_begun(incident) and not is_started:
        entries = [start, *entries]
    return with_end(incident, sorted(entries, key=OCCURRENCE))


def has_begun(incident: Incident) -> bool:
    """Return whether an incident was ever open: a maintenance may wait, or was called off."""
    return incident.state is not IncidentState.SCHEDULED and not incident.is_called_off


def with_end(incident: Incident, entries: list[Entry]) -> list[Entry]:
    """Return the entries of an incident, which end when it was resolved."""
    ended_at = incident.resolved_at
    if ended_at is None or read(entries).ended_at == ended_at:
        return entries
    telling = [entry for entry in entries if entry.state is not IncidentState.SCHEDULED]
    if telling and telling[-1].state is IncidentState.RESOLVED:
        return with_corrected_end(entries, ended_at)
    occurred_at = max((ended_at, *(entry.occurred_at for entry in telling)))
    return [*entries, BareEntry(IncidentState.RESOLVED, occurred_at, {}, ended_at)]


def with_corrected_end(entries: list[Entry], ended_at: datetime) -> list[Entry]:
    """Return the entries of a resolved incident with another end."""
    *_, last = (place for place, e in enumerate(entries) if e.state is IncidentState.RESOLVED)
    return [*entries[:last], replace(entries[last], resolved_at=ended_at), *entries[last + 1 :]]


def is_noted_later(update: Update) -> bool:
    """Return whether an update was posted in a later minute than it occurred."""
    instants = (update.occurred_at, update.posted_at)
    occurred_at, posted_at = (at.replace(second=0, microsecond=0) for at in instants)
    return posted_at > occurred_at


def open_time(incident: Incident) -> timedelta:
    """Return how long a resolved incident was open, all intervals together."""
    intervals = read(outline_entries(incident)).intervals
    return sum(((i.until_at or i.from_at) - i.from_at for i in intervals), timedelta())


def open_seconds(incident: Incident) -> int | None:
    """Return the whole seconds in which an incident was open.

    It is None if the incident is open, or never began.
    """
    if not incident.is_resolved or not has_begun(incident):
        return None
    return open_time(incident) // timedelta(seconds=1)


def modified_at(incident: Incident) -> datetime:
    """Return the time of an incident's last update, edit or other change."""
    edits = (update.edited_at for update in incident.updates)
    return max(filter(None, (incident.updated_at, incident.changed_at, *edits)))


def window_of(incident: Incident) -> tuple[datetime, datetime]:
    """Return start and end of a maintenance: the real ones, else the planned ones."""
    planned_end = incident.scheduled_end or incident.started_at
    if incident.is_called_off:
        return incident.scheduled_start or incident.started_at, planned_end
    return incident.started_at, incident.resolved_at or planned_end


def with_sequence(incident: Incident, before: Incident | None) -> Incident:
    """Return a maintenance with its changes of times counted; calling it off is one."""
    if before is None or incident.kind is not IncidentKind.MAINTENANCE:
        return incident
    then, now = ((window_of(i), i.is_called_off) for i in (before, incident))
    return incident if then == now else replace(incident, sequence=before.sequence + 1)


def cancel(incident: Incident, at: datetime) -> CancelledMaintenance:
    """Return the values of a maintenance, deleted at `at`, that calendars need."""
    start, end = window_of(incident)
    return CancelledMaintenance(incident.id, incident.title, start, end, incident.sequence + 1, at)


def starts_maintenance(incident: Incident, update: Update) -> bool:
    """Return whether an update starts a planned maintenance, or one that was called off.

    The update that calls it off counts as well: see `Incident.is_called_off`.
    """
    if incident.is_called_off:
        return update.state is not IncidentState.RESOLVED
    return incident.state is IncidentState.SCHEDULED and update.state is not IncidentState.SCHEDULED


def resolution_time(incident: Incident, update: Update) -> datetime | None:
    """Return the time at which an incident is resolved after an update.

    A later update in state RESOLVED keeps the earlier time, unless it gives another; any other
    state clears it.
    """
    if update.state is not IncidentState.RESOLVED:
        return None
    return update.resolved_at or incident.resolved_at or update.occurred_at
