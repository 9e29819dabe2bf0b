"""What follows from a command on an incident and on its words.

Source: docs/behaviour.md, "Claims" and "Resolving an incident".
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from domain.page import commands as c
from domain.page import events as e
from domain.page import tree
from domain.page.claims import released
from domain.page.decide.maintenance import begin, change_maintenance, is_waiting
from domain.page.decide.outcomes import claim_all, invalid, not_found, show
from domain.page.room import no_room_for_claims, no_room_for_incident, no_room_for_update
from domain.page.state import Claim, Incident, Page, Update
from domain.page.text_limit import no_room_for_message, no_room_in_incidents
from domain.results import DuplicateIdError, Rejection
from domain.status import IncidentKind, IncidentState, Status, impact_of
from domain.text import utf8_size

Decision = tuple[e.Event, ...] | Rejection


def open_incident(page: Page, command: c.OpenIncident, at: datetime) -> Decision:
    """Open an incident that claims, from its start on, what it says of leaves."""
    if command.incident_id in page.incidents:
        raise DuplicateIdError(command.incident_id)
    began_at = command.started_at or at
    if began_at > at:
        return invalid("startedAt", "startedAt can't be in the future.")
    given = tree.resolve_all(page.components, pairs(command.components))
    is_open = command.state is not IncidentState.RESOLVED
    refused = no_room_for_incident(page, is_open=is_open) or no_room_for_claims(page, len(given))
    if refused:
        return refused
    incident = opened(command, given, began_at, at)
    field = "body" if command.body else "title"
    if refused := no_room_in_incidents(page, incident.text_bytes, field, at):
        return refused
    claimed = claim_all(incident.id, given, began_at)
    if incident.is_resolved:
        # Told afterwards: its downtime counts, but what leaves show now is not its business.
        return (e.IncidentOpened(incident), *claimed, e.ClaimsEnded(incident.id, at))
    return (e.IncidentOpened(incident), *claimed, *show(page, given, at))


def opened(
    command: c.OpenIncident, given: Mapping[str, Status], began_at: datetime, at: datetime
) -> Incident:
    """Return the incident that a command opens; it began when it did and is posted now."""
    state = command.state
    first = Update(command.update_id, state, command.body or "", began_at, at, given)
    return Incident(
        id=command.incident_id,
        title=command.title,
        impact=command.impact or impact_of(given.values()),
        state=state,
        started_at=began_at,
        posted_at=at,
        updated_at=at,
        resolved_at=at if state is IncidentState.RESOLVED else None,
        updates=(first,) if command.body else (),
    )


def post_update(page: Page, command: c.PostUpdate, at: datetime) -> Decision:
    """Say more; a resolving update lets go of every claim.

    Source: docs/behaviour.md, "Resolving an incident".
    """
    incident = page.incidents.get(command.incident_id)
    if incident is None:
        return not_found("incident")
    given = tree.resolve_all(page.components, pairs(command.components))
    state = command.state
    refused = no_room_for_update(page, incident, state, len(given)) or no_room_for_message(
        page, incident, state, command.body, at
    )
    if refused:
        return refused
    if state is IncidentState.SCHEDULED:
        return post_before_start(incident, command, given, at)
    if state is not IncidentState.RESOLVED and is_waiting(incident):
        return begin(page, incident, (command.update_id, state, command.body), given, at)
    posted = e.UpdatePosted(
        incident.id, Update(command.update_id, state, command.body or "", at, at, given)
    )
    if state is IncidentState.RESOLVED:
        shown = {**released(page, incident), **given}
        return (posted, e.ClaimsEnded(incident.id, at), *show(page, shown, at))
    claimed = (*claim_all(incident.id, given, at), *show(page, given, at))
    return (*reopened(incident, at), posted, *claimed)


def post_before_start(
    window: Incident, command: c.PostUpdate, given: Mapping[str, Status], at: datetime
) -> Decision:
    """Say more of a maintenance that has not begun: it claims nothing yet."""
    if not is_waiting(window):
        return invalid("state", "state can be scheduled only until a maintenance has started.")
    if given:
        return invalid(
            "components", "components can't be given: it claims nothing before it starts."
        )
    update = Update(command.update_id, command.state, command.body or "", at, at)
    return (e.UpdatePosted(window.id, update),)


def reopened(incident: Incident, at: datetime) -> tuple[e.Event, ...]:
    """Take a reopened maintenance from the clock: the end that was planned for it is over."""
    if not incident.is_resolved or incident.kind is not IncidentKind.MAINTENANCE:
        return ()
    running = replace(incident, auto_end=False)
    return (e.IncidentChanged(running, at),)


def change_incident(page: Page, command: c.ChangeIncident, at: datetime) -> Decision:
    """Correct title, impact and start; of a maintenance the plan."""
    incident = page.incidents.get(command.incident_id)
    if incident is None:
        return not_found("incident")
    more = utf8_size(command.title or incident.title) - utf8_size(incident.title)
    if refused := no_room_in_incidents(page, more, "title", at, incident):
        return refused
    if incident.kind is IncidentKind.MAINTENANCE:
        return change_maintenance(incident, command, at)
    began_at = command.started_at or incident.started_at
    if problem := change_problem(incident, command, at):
        return problem
    changed = replace(
        incident,
        title=command.title or incident.title,
        impact=command.impact or incident.impact,
        started_at=began_at,
        claims=moved(incident, began_at),
    )
    return (e.IncidentChanged(changed, at),)


def change_problem(incident: Incident, command: c.ChangeIncident, at: datetime) -> Rejection | None:
    """Return why an incident can't be changed so."""
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


def moved(incident: Incident, began_at: datetime) -> tuple[Claim, ...]:
    """Return the claims of an incident that began at another time.

    Those it began with begin with it; none lasts from before it.
    """
    claims = (
        replace(claim, from_at=began_at)
        if claim.from_at == incident.started_at or claim.from_at < began_at
        else claim
        for claim in incident.claims
    )
    return tuple(c for c in claims if c.until_at is None or c.until_at > c.from_at)


def edit_update(page: Page, command: c.EditUpdate, at: datetime) -> Decision:
    """Put other words in the place of an update's, and say so."""
    update = update_of(page, command.incident_id, command.update_id)
    if isinstance(update, Rejection):
        return update
    more = utf8_size(command.body) - utf8_size(update.body)
    incident = page.incidents[command.incident_id]
    if refused := no_room_in_incidents(page, more, "body", at, incident):
        return refused
    edited = replace(update, body=command.body, edited_at=at)
    return (e.UpdateEdited(command.incident_id, edited),)


def delete_update(page: Page, command: c.DeleteUpdate, at: datetime) -> Decision:
    """Remove an update's words."""
    update = update_of(page, command.incident_id, command.update_id)
    if isinstance(update, Rejection):
        return update
    return (e.UpdateDeleted(command.incident_id, update.id, at),)


def update_of(page: Page, incident_id: str, update_id: str) -> Update | Rejection:
    """Return an update of an incident, or that there is none."""
    incident = page.incidents.get(incident_id)
    if incident is None:
        return not_found("incident")
    found = (update for update in incident.updates if update.id == update_id)
    return next(found, not_found("update"))


def delete_incident(page: Page, command: c.DeleteIncident, at: datetime) -> Decision:
    """Remove an incident; its leaves show what the others claim.

    Source: docs/behaviour.md, "Deleting an incident".
    """
    incident = page.incidents.get(command.incident_id)
    if incident is None:
        return not_found("incident")
    return (*show(page, released(page, incident), at), e.IncidentDeleted(incident.id))


def pairs(given: tuple[c.StatusGiven, ...]) -> list[tuple[str, Status]]:
    """Unpack references with their statuses."""
    return [(item.component, item.status) for item in given]
