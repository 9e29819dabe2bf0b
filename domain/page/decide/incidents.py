"""Decisions on the commands of incidents and updates.

Source: docs/behaviour.md, "Claims" and "Resolving an incident".
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from domain.page import commands as c
from domain.page import events as e
from domain.page.decide.maintenance import begin, change_maintenance, is_waiting
from domain.page.decide.outcomes import claim_all, invalid, not_found, show
from domain.page.origin import words_of, words_without
from domain.page.references import resolve_all
from domain.page.room import (
    no_room_for_claims,
    no_room_for_incident,
    no_room_for_message,
    no_room_for_update,
    no_room_in_incidents,
)
from domain.page.state import Claim, Incident, Page, Update
from domain.results import Code, DuplicateIdError, Rejection
from domain.status import IncidentKind, IncidentState, Status, impact_of
from domain.text import utf8_size

Decision = tuple[e.Event, ...] | Rejection
NOTHING_NEW = "body is required: without a message this update says nothing new."

STALE = "The updates have changed meanwhile. Read the newest one before you post yours."


def open_incident(page: Page, command: c.OpenIncident, at: datetime) -> Decision:
    """Open an incident with claims from its start on."""
    if command.incident_id in page.incidents:
        raise DuplicateIdError(command.incident_id)
    began_at = command.started_at or at
    if began_at > at:
        return invalid("startedAt", "startedAt can't be in the future.")
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
    if incident.is_resolved:
        # Reported after its end: its downtime counts, but the current statuses don't change.
        return (e.IncidentOpened(incident), *claim_events, e.ClaimsEnded(incident.id, at))
    shown_events = show(page, words_of(statuses, incident.id), at)
    return (e.IncidentOpened(incident), *claim_events, *shown_events)


def build_incident(
    command: c.OpenIncident, statuses: Mapping[str, Status], began_at: datetime, at: datetime
) -> Incident:
    """Return a new incident, started at `began_at` and posted at `at`."""
    state = command.state
    first = Update(command.update_id, state, command.body or "", began_at, at, statuses)
    return Incident(
        id=command.incident_id,
        title=command.title,
        impact=command.impact or impact_of(statuses.values()),
        state=state,
        started_at=began_at,
        posted_at=at,
        updated_at=at,
        resolved_at=at if state is IncidentState.RESOLVED else None,
        updates=(first,) if command.body else (),
        impact_given=command.impact is not None,
    )


def post_update(page: Page, command: c.PostUpdate, at: datetime) -> Decision:
    """Add an update; a resolving one ends every claim.

    An etag that is not the incident's is refused: another update came first.
    Source: docs/behaviour.md, "Resolving an incident".
    """
    incident = page.incidents.get(command.incident_id)
    if incident is None:
        return not_found("incident")
    return stale_problem(incident, command.etag) or add_update(page, incident, command, at)


def add_update(page: Page, incident: Incident, command: c.PostUpdate, at: datetime) -> Decision:
    """Add an update to an incident, unless it says nothing new or has no room."""
    statuses = resolve_all(page.components, pairs(command.components))
    state = command.state
    effects = update_effects(page, incident, state, statuses, at)
    if is_repeat(incident, command, effects):
        return invalid("body", NOTHING_NEW) if command.if_repeat is c.Repeat.REFUSE else ()
    rejection = no_room_for_update(page, incident, state, len(statuses)) or no_room_for_message(
        page, incident, state, command.body, at
    )
    if rejection:
        return rejection
    if state is IncidentState.SCHEDULED:
        return post_before_start(incident, command, statuses, at)
    update = Update(command.update_id, state, command.body or "", at, at, statuses)
    if state is not IncidentState.RESOLVED and is_waiting(incident):
        return begin(page, incident, update, statuses)
    return (*reopen_events(incident, state, at), e.UpdatePosted(incident.id, update), *effects)


def update_effects(
    page: Page,
    incident: Incident,
    state: IncidentState,
    statuses: Mapping[str, Status],
    at: datetime,
) -> tuple[e.Event, ...]:
    """Return the effects of an update on claims and on the statuses that leaves show."""
    words = words_of(statuses, incident.id)
    if state is not IncidentState.RESOLVED:
        return (*claim_all(incident, statuses, at), *show(page, words, at))
    end_events = () if incident.is_resolved else (e.ClaimsEnded(incident.id, at),)
    return (*end_events, *show(page, {**words_without(page, incident), **words}, at))


def is_repeat(incident: Incident, command: c.PostUpdate, effects: tuple[e.Event, ...]) -> bool:
    """Return whether an update says nothing new, and its sender wants none of those.

    Source: docs/behaviour.md, "Updates that say nothing new".
    """
    is_wanted = command.if_repeat is c.Repeat.POST
    return not (is_wanted or command.body or effects) and command.state is incident.state


def stale_problem(incident: Incident, etag: str | None) -> Rejection | None:
    """Return the rejection of an update with an outdated etag, or None."""
    return Rejection(Code.CONFLICT, STALE) if etag not in (None, incident.etag) else None


def post_before_start(
    window: Incident, command: c.PostUpdate, statuses: Mapping[str, Status], at: datetime
) -> Decision:
    """Add an update to a maintenance before its start, without claims."""
    if not is_waiting(window):
        return invalid("state", "state can be scheduled only until a maintenance has started.")
    if statuses:
        return invalid(
            "components", "components can't be given: it claims nothing before it starts."
        )
    update = Update(command.update_id, command.state, command.body or "", at, at)
    return (e.UpdatePosted(window.id, update),)


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
        return change_maintenance(incident, command, at)
    began_at = command.started_at or incident.started_at
    if problem := change_problem(incident, command, at):
        return problem
    changed = replace(
        incident,
        title=command.title or incident.title,
        impact=command.impact or incident.impact,
        impact_given=incident.impact_given or command.impact is not None,
        started_at=began_at,
        claims=move_claims(incident, began_at),
    )
    return (e.IncidentChanged(changed, at),)


def change_problem(incident: Incident, command: c.ChangeIncident, at: datetime) -> Rejection | None:
    """Return why an incident can't be changed so, or None."""
    planned = {
        "scheduledStart": command.scheduled_start,
        "scheduledEnd": command.scheduled_end,
        "autoStart": command.auto_start,
        "autoEnd": command.auto_end,
    }
    for field, value in planned.items():
        if value is not None:
            return invalid(field, f"{field} is for maintenances only.")
    if command.started_at and command.started_at > (incident.resolved_at or at):
        return invalid("startedAt", "startedAt can't be in the future, or after the end.")
    return None


def move_claims(incident: Incident, began_at: datetime) -> tuple[Claim, ...]:
    """Return the claims of an incident with another start.

    Its first claims start with it; no claim starts before it.
    """
    claims = (
        replace(claim, from_at=began_at)
        if claim.from_at == incident.started_at or claim.from_at < began_at
        else claim
        for claim in incident.claims
    )
    return tuple(c for c in claims if c.until_at is None or c.until_at > c.from_at)


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
    return (*show(page, words_without(page, incident), at), e.IncidentDeleted(incident.id, at))


def pairs(items: tuple[c.StatusGiven, ...]) -> list[tuple[str, Status]]:
    """Return (reference, status) pairs."""
    return [(item.component, item.status) for item in items]
