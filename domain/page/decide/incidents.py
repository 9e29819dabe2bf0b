"""Decisions on the commands of incidents and updates.

Source: docs/behaviour.md, "Claims" and "Resolving an incident".
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from domain.page import commands as c
from domain.page import events as e
from domain.page.decide.maintenance import (
    begin,
    cancellation_events,
    change_maintenance,
    incident_plan_problem,
    is_waiting,
)
from domain.page.decide.outcomes import claim_all, invalid, not_found, show
from domain.page.decide.timeline import (
    correct_times,
    has_effect,
    is_rewriting,
    no_room_before,
    occurrence_of,
    opening_problem,
    rewrite,
    update_problem,
)
from domain.page.origin import words_of, words_without
from domain.page.references import resolve_all
from domain.page.room import (
    no_room_for_claims,
    no_room_for_incident,
    no_room_for_message,
    no_room_for_update,
    no_room_in_incidents,
)
from domain.page.state import Incident, Page, Update
from domain.page.timeline import with_first_entries
from domain.results import Code, DuplicateIdError, Rejection
from domain.status import IncidentKind, IncidentState, Status, impact_of
from domain.text import utf8_size

Decision = tuple[e.Event, ...] | Rejection
NOTHING_NEW = "Enter a message (body), or change the state or a component: this update has no news."
STALE = "The updates have changed in the meantime. Read the newest one before you post yours."


def open_incident(page: Page, command: c.OpenIncident, at: datetime) -> Decision:
    """Open an incident with claims from its start on."""
    if command.incident_id in page.incidents:
        raise DuplicateIdError(command.incident_id)
    began_at = command.started_at or at
    if problem := opening_problem(command, began_at, at):
        return problem
    statuses = resolve_all(page.components, pairs(command.components))
    is_open = command.state is not IncidentState.RESOLVED
    rejection = no_room_for_incident(page, is_open=is_open) or no_room_for_claims(
        page, len(statuses)
    )
    if rejection:
        return rejection
    incident = build_incident(command, statuses, began_at, at)
    field = "body" if command.body else "title"
    if rejection := no_room_in_incidents(page, incident.text_bytes, field, at):
        return rejection
    claim_events = claim_all(incident, statuses, began_at)
    if incident.resolved_at:
        # Reported after its end: its downtime counts, but the current statuses don't change.
        end_event = e.ClaimsEnded(incident.id, incident.resolved_at)
        return (e.IncidentOpened(incident), *claim_events, end_event)
    shown_events = show(page, words_of(statuses, incident.id), at)
    return (e.IncidentOpened(incident), *claim_events, *shown_events)


def build_incident(
    command: c.OpenIncident, statuses: Mapping[str, Status], began_at: datetime, at: datetime
) -> Incident:
    """Return a new incident, started at `began_at` and posted at `at`."""
    state, is_over = command.state, command.state is IncidentState.RESOLVED
    occurred_at = at if is_over else began_at
    first = Update(
        command.update_id, state, command.body or "", occurred_at, at, statuses,
        resolved_at=command.resolved_at,
    )  # fmt: skip
    incident = Incident(
        id=command.incident_id,
        title=command.title,
        impact=command.impact or impact_of(statuses.values()),
        state=state,
        started_at=began_at,
        posted_at=at,
        updated_at=at,
        resolved_at=(command.resolved_at or at) if is_over else None,
        impact_given=command.impact is not None,
    )
    return with_first_entries(incident, first)


def post_update(page: Page, command: c.PostUpdate, at: datetime) -> Decision:
    """Add an update; a resolving one ends every claim.

    An etag that is not the incident's is refused: another update came first.

    Source: docs/behaviour.md, "Resolving an incident" and "Timelines".
    """
    incident = page.incidents.get(command.incident_id)
    if incident is None:
        return not_found("incident")
    return stale_problem(incident, command.etag) or add_update(page, incident, command, at)


def add_update(page: Page, incident: Incident, command: c.PostUpdate, at: datetime) -> Decision:
    """Add an update to an incident, unless it says nothing new or has no room."""
    if problem := update_problem(incident, command, at):
        return problem
    update = build_update(page, incident, command, at)
    if problem := state_problem(incident, update):
        return problem
    is_past = is_rewriting(incident, update)
    events = (rewrite if is_past else newest_events)(page, incident, update, at)
    if is_repeat(incident, command, events):
        return invalid("body", NOTHING_NEW) if command.if_repeat is c.Repeat.REFUSE else ()
    find_room = no_room_before if is_past else no_room_after
    return find_room(page, incident, update, at) or events


def build_update(page: Page, incident: Incident, command: c.PostUpdate, at: datetime) -> Update:
    """Return the update of a command, with the statuses of leaves that exist."""
    return Update(
        id=command.update_id,
        state=command.state,
        body=command.body or "",
        occurred_at=occurrence_of(incident, command, at),
        posted_at=at,
        components=resolve_all(page.components, pairs(command.components)),
        resolved_at=command.resolved_at,
    )


def newest_events(
    page: Page, incident: Incident, update: Update, at: datetime
) -> tuple[e.Event, ...]:
    """Return the events of an update that is the newest of its incident."""
    state = update.state
    if state not in (IncidentState.SCHEDULED, IncidentState.RESOLVED) and is_waiting(incident):
        return begin(page, incident, update, at)
    post_event = e.UpdatePosted(incident.id, update)
    if state is IncidentState.SCHEDULED:
        return (post_event,)
    effects = update_effects(page, incident, update, at)
    return (*reopen_events(incident, state, at), post_event, *effects)


def no_room_after(page: Page, incident: Incident, update: Update, at: datetime) -> Rejection | None:
    """Return why an update that is the newest is refused, or None."""
    return no_room_for_update(
        page, incident, update.state, len(update.components)
    ) or no_room_for_message(page, incident, update.state, update.body, at)


def update_effects(
    page: Page, incident: Incident, update: Update, at: datetime
) -> tuple[e.Event, ...]:
    """Return the effects of an update on claims and on the statuses that leaves show."""
    words = words_of(update.components, incident.id)
    if update.state is not IncidentState.RESOLVED:
        claim_events = claim_all(incident, update.components, update.occurred_at)
        return (*claim_events, *show(page, words, at))
    words_now = {**words_without(page, incident), **words}
    return (*end_events(incident, update), *show(page, words_now, at))


def is_repeat(incident: Incident, command: c.PostUpdate, events: tuple[e.Event, ...]) -> bool:
    """Return whether an update says nothing new, and its sender wants none of those.

    Source: docs/behaviour.md, "Updates that say nothing new".
    """
    is_wanted = command.if_repeat is c.Repeat.POST
    if is_wanted or command.body or command.state is not incident.state:
        return False
    return not any(has_effect(incident, event) for event in events)


def stale_problem(incident: Incident, etag: str | None) -> Rejection | None:
    """Return the rejection of an update with an outdated etag, or None."""
    return Rejection(Code.CONFLICT, STALE) if etag not in (None, incident.etag) else None


def state_problem(incident: Incident, update: Update) -> Rejection | None:
    """Return why an update of planning can't be posted, or None.

    Before its start a maintenance has no claims.
    """
    if update.state is not IncidentState.SCHEDULED:
        return None
    if not is_waiting(incident):
        return invalid(
            "state",
            "Choose another state: scheduled is only for a maintenance that has not started.",
        )
    if update.components:
        return invalid(
            "components",
            "Leave components out: a maintenance affects no component before its start.",
        )
    return None


def end_events(incident: Incident, update: Update) -> tuple[e.Event, ...]:
    """Return the event that ends the claims, unless they have ended already."""
    if incident.is_resolved:
        return ()
    return (e.ClaimsEnded(incident.id, update.resolved_at or update.occurred_at),)


def reopen_events(incident: Incident, state: IncidentState, at: datetime) -> tuple[e.Event, ...]:
    """Return the event that disables the planned end of a reopened maintenance."""
    is_reopened = incident.is_resolved and state is not IncidentState.RESOLVED
    if not is_reopened or incident.kind is not IncidentKind.MAINTENANCE:
        return ()
    running = replace(incident, auto_end=False)
    return (e.IncidentChanged(running, at),)


def change_incident(page: Page, command: c.ChangeIncident, at: datetime) -> Decision:
    """Change title, impact and start, or the plan of a maintenance."""
    incident = page.incidents.get(command.incident_id)
    if incident is None:
        return not_found("incident")
    more = utf8_size(command.title or incident.title) - utf8_size(incident.title)
    if rejection := no_room_in_incidents(page, more, "title", at, incident):
        return rejection
    if incident.kind is IncidentKind.MAINTENANCE:
        return change_maintenance(page, incident, command, at)
    if problem := incident_plan_problem(command):
        return problem
    changed = correct_times(page, incident, command, at)
    if isinstance(changed, Rejection):
        return changed
    changed = replace(
        changed,
        title=command.title or incident.title,
        impact=command.impact or changed.impact,
        impact_given=incident.impact_given or command.impact is not None,
    )
    return (e.IncidentChanged(changed, at),)


def edit_update(page: Page, command: c.EditUpdate, at: datetime) -> Decision:
    """Replace an update's text and set its time of edit."""
    update = update_of(page, command.incident_id, command.update_id)
    if isinstance(update, Rejection):
        return update
    more = utf8_size(command.body) - utf8_size(update.body)
    incident = page.incidents[command.incident_id]
    if rejection := no_room_in_incidents(page, more, "body", at, incident):
        return rejection
    edited = replace(update, body=command.body, edited_at=at)
    return (e.UpdateEdited(command.incident_id, edited),)


def delete_update(page: Page, command: c.DeleteUpdate, at: datetime) -> Decision:
    """Remove an update."""
    update = update_of(page, command.incident_id, command.update_id)
    if isinstance(update, Rejection):
        return update
    return (e.UpdateDeleted(command.incident_id, update.id, at),)


def update_of(page: Page, incident_id: str, update_id: str) -> Update | Rejection:
    """Return an update of an incident, or a rejection if there is none."""
    incident = page.incidents.get(incident_id)
    if incident is None:
        return not_found("incident")
    matches = (update for update in incident.updates if update.id == update_id)
    return next(matches, not_found("update"))


def delete_incident(page: Page, command: c.DeleteIncident, at: datetime) -> Decision:
    """Remove an incident; its leaves get the status of other claims.

    Source: docs/behaviour.md, "Deleting an incident".
    """
    incident = page.incidents.get(command.incident_id)
    if incident is None:
        return not_found("incident")
    shown_events = show(page, words_without(page, incident), at)
    return (*shown_events, *cancellation_events(incident, at), e.IncidentDeleted(incident.id, at))


def pairs(items: tuple[c.StatusGiven, ...]) -> list[tuple[str, Status]]:
    """Return (reference, status) pairs."""
    return [(item.component, item.status) for item in items]
