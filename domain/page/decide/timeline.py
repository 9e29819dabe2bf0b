"""Decisions on times: starts, ends, and entries that are placed before others.

Source: docs/behaviour.md, "Timelines".
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from domain.page import commands as c
from domain.page import events as e
from domain.page import timeline
from domain.page.decide.outcomes import invalid, show
from domain.page.origin import words_of
from domain.page.reading import Entry, read
from domain.page.room import no_room_for_claims, no_room_for_message, no_room_for_update
from domain.page.state import Incident, Page, Update
from domain.results import Rejection
from domain.status import IncidentKind, IncidentState

MILLISECOND = 1_000
NO_END = "An end (resolvedAt) can only be given with the state resolved."
BAD_END = "The end (resolvedAt) must be later than the start, and not in the future."
NOT_BEGUN = "This maintenance has not started, so an end (resolvedAt) can't be given."
NOT_RESOLVED = (
    "Only a resolved incident has an end (resolvedAt): post an update that resolves it first."
)
BAD_OCCURRENCE = (
    "The time of the update (occurredAt) must be between the start of the incident and now."
)
BAD_START = "The start (startedAt) can't be in the future, or after the end."
LATE_START = "The start (startedAt) can't be later than the updates of the incident."


def opening_problem(command: c.OpenIncident, began_at: datetime, at: datetime) -> Rejection | None:
    """Return why an incident can't have these times, or None."""
    if began_at > at:
        return invalid("startedAt", "The start (startedAt) can't be in the future.")
    if command.resolved_at is None:
        return None
    if command.state is not IncidentState.RESOLVED:
        return invalid("resolvedAt", NO_END)
    return None if began_at < command.resolved_at <= at else invalid("resolvedAt", BAD_END)


def update_problem(incident: Incident, command: c.PostUpdate, at: datetime) -> Rejection | None:
    """Return why an update can't have these times, or None."""
    occurred_at, ended_at = command.occurred_at, command.resolved_at
    if occurred_at and not to_millis(opened_at(incident)) <= occurred_at <= at:
        return invalid("occurredAt", BAD_OCCURRENCE)
    if ended_at is None:
        return None
    if command.state is not IncidentState.RESOLVED:
        return invalid("resolvedAt", NO_END)
    return end_problem(incident, incident.started_at, ended_at, at)


def end_problem(
    incident: Incident, began_at: datetime, ended_at: datetime, at: datetime
) -> Rejection | None:
    """Return why an incident can't have ended at `ended_at`, or None."""
    if not timeline.has_begun(incident):
        return invalid("resolvedAt", NOT_BEGUN)
    return None if began_at < ended_at <= at else invalid("resolvedAt", BAD_END)


def opened_at(incident: Incident) -> datetime:
    """Return the time of the opening; that of a maintenance is its planning."""
    is_plan = incident.kind is IncidentKind.MAINTENANCE
    return incident.posted_at if is_plan else incident.started_at


def to_millis(at: datetime) -> datetime:
    """Return an instant as the API writes it, in whole milliseconds."""
    return at.replace(microsecond=at.microsecond // MILLISECOND * MILLISECOND)


def occurrence_of(incident: Incident, command: c.PostUpdate, at: datetime) -> datetime:
    """Return when the content of an update occurred, never before the opening."""
    if command.occurred_at is None:
        return at
    return max(command.occurred_at, opened_at(incident))


def is_rewriting(incident: Incident, update: Update) -> bool:
    """Return whether an update changes the past of an incident, and not its state."""
    is_correction = incident.is_resolved and update.resolved_at is not None
    return is_correction or is_earlier(incident, update)


def is_earlier(incident: Incident, update: Update) -> bool:
    """Return whether an update is placed before an entry that tells the state.

    Planning does not, once a maintenance has begun.
    """
    if update.state is IncidentState.SCHEDULED:
        return False
    entries = timeline.telling_entries(incident)
    return any(entry.occurred_at > update.occurred_at for entry in entries)


def rewrite(page: Page, incident: Incident, update: Update, at: datetime) -> tuple[e.Event, ...]:
    """Add an update before others, or one that moves the end."""
    entries = [*timeline.complete_entries(incident), update]
    changed = replace(incident, updated_at=max(incident.updated_at, at))
    change_event = e.IncidentChanged(timeline.reread(changed, entries, page.components), at)
    if is_earlier(incident, update):
        return (change_event,)
    return (change_event, *show(page, words_of(update.components, incident.id), at))


def has_effect(incident: Incident, event: e.Event) -> bool:
    """Return whether an event of an update changes more than the list of entries."""
    if isinstance(event, e.IncidentChanged):
        return not is_read_alike(incident, event.incident)
    return not isinstance(event, e.UpdatePosted)


def is_read_alike(before: Incident, after: Incident) -> bool:
    """Return whether an incident has the same claims, open intervals and end as before."""
    readings = (read(timeline.complete_entries(i), i.leaves) for i in (before, after))
    return next(readings) == next(readings)


def no_room_before(
    page: Page, incident: Incident, update: Update, at: datetime
) -> Rejection | None:
    """Return why an earlier update is refused, or None.

    It resolves nothing now, so it has none of the room of a resolving update. A claim within
    another one makes two of that.
    """
    claims = 2 * len(update.components)
    return (
        no_room_for_update(page, incident, incident.state, claims)
        or no_room_for_claims(page, claims)
        or no_room_for_message(page, incident, incident.state, update.body, at)
    )


def correct_times(
    page: Page, incident: Incident, command: c.ChangeIncident, at: datetime
) -> Incident | Rejection:
    """Return the incident with a corrected start or end, or why it can't have it."""
    if command.started_at is None and command.resolved_at is None:
        return incident
    entries = timeline.complete_entries(incident)
    if problem := correction_problem(incident, entries, command, at):
        return problem
    if command.started_at:
        entries[0] = replace(entries[0], occurred_at=command.started_at)
    if command.resolved_at:
        entries = timeline.with_corrected_end(entries, command.resolved_at)
    began_at = command.started_at or incident.started_at
    return timeline.reread(replace(incident, started_at=began_at), entries, page.components)


def correction_problem(
    incident: Incident,
    entries: Sequence[Entry],
    command: c.ChangeIncident,
    at: datetime,
) -> Rejection | None:
    """Return why the times of an incident can't be corrected so, or None."""
    began_at = command.started_at or incident.started_at
    ended_at = command.resolved_at or incident.resolved_at
    if command.started_at:
        ends = [entry.resolved_at for entry in entries[:-1] if entry.resolved_at]
        if began_at > min((at, *ends, *([ended_at] if ended_at else ()))):
            return invalid("startedAt", BAD_START)
        if any(entry.occurred_at < began_at for entry in entries[1:]):
            return invalid("startedAt", LATE_START)
    if command.resolved_at is None:
        return None
    if not incident.is_resolved:
        return invalid("resolvedAt", NOT_RESOLVED)
    return end_problem(incident, began_at, command.resolved_at, at)
