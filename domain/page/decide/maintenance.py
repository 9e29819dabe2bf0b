"""Decisions on the commands of a maintenance.

Source: docs/behaviour.md, "Maintenance".
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from domain.page import commands as c
from domain.page import events as e
from domain.page.decide.outcomes import claim_all, invalid, not_found, show
from domain.page.decide.timeline import correct_times
from domain.page.limits import CALENDAR_DAYS
from domain.page.origin import Word, words_of, words_without
from domain.page.references import match_all
from domain.page.room import (
    no_room_for_claims,
    no_room_for_message,
    no_room_for_window,
    no_room_in_incidents,
)
from domain.page.state import Incident, Page, Update
from domain.page.timeline import cancel, telling_entries
from domain.results import Code, DuplicateIdError, Rejection
from domain.status import Impact, IncidentKind, IncidentState, Status
from domain.text import utf8_size

Decision = tuple[e.Event, ...] | Rejection
NOT_DUE = "The schedule of this maintenance has changed in the meantime."
NO_STATE = (
    "Only a maintenance takes a state here. To change the state of an incident, post an update."
)
FOR_MAINTENANCES = {
    "scheduledStart": "Only a maintenance has a scheduled start (scheduledStart).",
    "scheduledEnd": "Only a maintenance has a scheduled end (scheduledEnd).",
    "autoStart": "Only a maintenance can start automatically (autoStart).",
    "autoEnd": "Only a maintenance can end automatically (autoEnd).",
}
START_PASSED = (
    "The scheduled start has passed, so the maintenance can't start automatically (autoStart). Give"
    " a later start, or start it now."
)
END_PASSED = (
    "The scheduled end has passed, so the maintenance can't end automatically (autoEnd). Give a"
    " later end, or finish it now."
)


def schedule_maintenance(page: Page, command: c.ScheduleMaintenance, at: datetime) -> Decision:
    """Plan a maintenance of the leaves that the references match now."""
    if command.incident_id in page.incidents:
        raise DuplicateIdError(command.incident_id)
    if command.scheduled_end <= command.scheduled_start:
        return invalid(
            "scheduledEnd", "The end (scheduledEnd) must be later than the start (scheduledStart)."
        )
    matches = match_all(page.components, command.components)
    leaves = dict.fromkeys(leaf for leaf_ids in matches.values() for leaf in leaf_ids)
    if rejection := no_room_for_window(page) or no_room_for_claims(page, len(leaves)):
        return rejection
    more = utf8_size(command.title) + utf8_size(command.body or "")
    if rejection := no_room_in_incidents(page, more, "body" if command.body else "title", at):
        return rejection
    state = IncidentState.SCHEDULED
    first = Update(command.update_id, state, command.body or "", at, at)
    return (
        e.IncidentOpened(
            Incident(
                id=command.incident_id,
                title=command.title,
                impact=Impact.NONE,
                state=state,
                started_at=command.scheduled_start,
                posted_at=at,
                updated_at=at,
                kind=IncidentKind.MAINTENANCE,
                scheduled_start=command.scheduled_start,
                scheduled_end=command.scheduled_end,
                auto_start=command.auto_start,
                auto_end=command.auto_end,
                leaves=tuple(leaves),
                updates=(first,) if command.body else (),
                impact_given=False,
                notifies=command.notify is not False,
            )
        ),
    )


def start_maintenance(page: Page, command: c.StartMaintenance, at: datetime) -> Decision:
    """Claim the planned leaves; by the clock, nothing worse is hidden."""
    window = find_maintenance(page, command.incident_id)
    if isinstance(window, Rejection):
        return window
    if window.state is not IncidentState.SCHEDULED:
        return Rejection(Code.CONFLICT, "This maintenance has started or ended already.")
    if command.due_at and not (window.auto_start and command.due_at == window.scheduled_start):
        return Rejection(Code.CONFLICT, NOT_DUE)
    state = IncidentState.IN_PROGRESS
    if rejection := no_room_for_message(page, window, state, command.body, at):
        return rejection
    update = Update(command.update_id, state, command.body or "", at, at)
    if command.due_at is None:
        return begin(page, window, update, at)
    return begin_by_clock(page, window, update)


def begin(page: Page, window: Incident, update: Update, at: datetime) -> tuple[e.Event, ...]:
    """Start a window by an update; a status that it gives replaces `maintenance`."""
    claims = {**planned_statuses(page, window), **update.components}
    words = words_of(claims, window.id)
    return (*start_events(window, update, claims), *show(page, words, at))


def begin_by_clock(page: Page, window: Incident, update: Update) -> tuple[e.Event, ...]:
    """Start a window at its planned start.

    It hides nothing worse. A window that is over already changes nothing that leaves show.

    Source: docs/behaviour.md, "Maintenance".
    """
    claims = planned_statuses(page, window)
    current = {leaf: page.components[leaf].status or Status.OPERATIONAL for leaf in claims}
    words = {
        leaf: Word(status, window.id)
        for leaf, status in claims.items()
        if current[leaf].severity <= status.severity and not is_over(page, window)
    }
    return (*start_events(window, update, claims), *show(page, words, update.occurred_at))


def planned_statuses(page: Page, window: Incident) -> Mapping[str, Status]:
    """Return `maintenance` for each leaf of a window that still exists."""
    return {leaf: Status.MAINTENANCE for leaf in window.leaves if leaf in page.components}


def start_events(
    window: Incident, update: Update, claims: Mapping[str, Status]
) -> tuple[e.Event, ...]:
    """Return the events of a start: update and claims."""
    post_event = e.UpdatePosted(window.id, replace(update, components=claims))
    return (post_event, *claim_all(window, claims, update.occurred_at))


def is_over(page: Page, window: Incident) -> bool:
    """Return whether a window that the clock ends was over at the page's last change.

    A window that was planned for the past is. So is one that workers reach after its end, once
    something else has been said.
    """
    end, last = window.scheduled_end, page.changed_at
    return window.auto_end and end is not None and last is not None and end <= last


def finish_maintenance(page: Page, command: c.FinishMaintenance, at: datetime) -> Decision:
    """End the claims, before or after the planned end."""
    window = find_maintenance(page, command.incident_id)
    if isinstance(window, Rejection):
        return window
    if window.is_resolved or window.state is IncidentState.SCHEDULED:
        return Rejection(Code.CONFLICT, "This maintenance is not running, so it can't be finished.")
    if command.due_at and not is_end_due(window, command.due_at):
        return Rejection(Code.CONFLICT, NOT_DUE)
    state = IncidentState.RESOLVED
    if rejection := no_room_for_message(page, window, state, command.body, at):
        return rejection
    # The clock may be late: what was posted since the planned end does not reopen the window.
    occurred_at = max((at, *(entry.occurred_at for entry in telling_entries(window))))
    update = Update(
        command.update_id, state, command.body or "", occurred_at, at,
        resolved_at=at if at < occurred_at else None,
    )  # fmt: skip
    post_event = e.UpdatePosted(window.id, update)
    end_event = e.ClaimsEnded(window.id, at)
    return (post_event, end_event, *show(page, words_without(page, window), at))


def is_end_due(window: Incident, due_at: datetime) -> bool:
    """Return whether the clock may end a window at `due_at`.

    Never before the window was started by hand.
    """
    return window.auto_end and due_at == window.scheduled_end and due_at > window.started_at


def change_maintenance(
    page: Page, window: Incident, command: c.ChangeIncident, at: datetime
) -> Decision:
    """Replan a window: all of it before its start, then its end.

    The end of one that is over is corrected.
    """
    if problem := change_problem(window, command):
        return problem
    corrected = correct_times(page, window, command, at)
    if isinstance(corrected, Rejection):
        return corrected
    start = command.scheduled_start or window.scheduled_start
    changed = replace(
        corrected,
        title=command.title or window.title,
        impact=command.impact or corrected.impact,
        impact_given=window.impact_given or command.impact is not None,
        started_at=start if start and is_waiting(window) else window.started_at,
        scheduled_start=start,
        scheduled_end=command.scheduled_end or window.scheduled_end,
        auto_start=window.auto_start if command.auto_start is None else command.auto_start,
        auto_end=window.auto_end if command.auto_end is None else command.auto_end,
        notifies=window.notifies if command.notify is None else command.notify,
    )
    if problem := plan_problem(changed, command, at):
        return problem
    return (e.IncidentChanged(changed, at),)


def change_problem(window: Incident, command: c.ChangeIncident) -> Rejection | None:
    """Return why a window in this state can't be changed so, or None."""
    if command.started_at is not None:
        return invalid(
            "startedAt", "A maintenance has no startedAt: give the start as scheduledStart."
        )
    moves_start = bool(command.scheduled_start) or command.auto_start is not None
    if moves_start and not is_waiting(window):
        return Rejection(Code.CONFLICT, "This maintenance has started already.")
    if (command.scheduled_end or command.auto_end is not None) and window.is_resolved:
        return Rejection(Code.CONFLICT, "This maintenance is over.")
    return None


def plan_problem(changed: Incident, command: c.ChangeIncident, at: datetime) -> Rejection | None:
    """Return why a new plan is invalid, or None.

    The clock can't be switched on for an instant in the past: the history would be wrong.
    """
    start, end = changed.scheduled_start, changed.scheduled_end
    if start is None or end is None:
        return None
    is_moved = command.scheduled_start or command.scheduled_end
    if is_moved and end <= changed.started_at:
        return invalid("scheduledEnd", "The end (scheduledEnd) must be later than the start.")
    if command.auto_start and not command.scheduled_start and start <= at:
        return invalid("autoStart", START_PASSED)
    if command.auto_end and not command.scheduled_end and end <= at:
        return invalid("autoEnd", END_PASSED)
    return None


def incident_plan_problem(command: c.ChangeIncident) -> Rejection | None:
    """Return why a change of a plan can't be one of an incident, or None."""
    planned = {
        "scheduledStart": command.scheduled_start,
        "scheduledEnd": command.scheduled_end,
        "autoStart": command.auto_start,
        "autoEnd": command.auto_end,
    }
    for field, value in planned.items():
        if value is not None:
            return invalid(field, FOR_MAINTENANCES[field])
    return None


def cancellation_events(incident: Incident, at: datetime) -> tuple[e.Event, ...]:
    """Return the event that keeps a deleted maintenance for calendars, if they have it.

    Source: docs/behaviour.md, "Feeds and calendar".
    """
    if incident.kind is not IncidentKind.MAINTENANCE:
        return ()
    cancelled = cancel(incident, at)
    is_listed = cancelled.ends_at > at - timedelta(days=CALENDAR_DAYS)
    return (e.ItemSet("cancelled_maintenances", cancelled),) if is_listed else ()


def is_waiting(window: Incident) -> bool:
    """Return whether a window has not started."""
    return window.state is IncidentState.SCHEDULED


def find_maintenance(page: Page, incident_id: str) -> Incident | Rejection:
    """Return a maintenance, or the rejection of an unknown id or an incident."""
    window = page.incidents.get(incident_id)
    if window is None:
        return not_found("maintenance")
    return window if window.kind is IncidentKind.MAINTENANCE else invalid("state", NO_STATE)
