"""What follows from a command on a maintenance. Source: SPEC 3.5."""

from datetime import datetime

from domain.log import Code, DuplicateIdError, Rejection
from domain.page import commands as c
from domain.page import events as e
from domain.page import tree
from domain.page.claims import released, status_without
from domain.page.showing import claim_all, not_found, show
from domain.page.state import Incident, Page, Update
from domain.status import Impact, IncidentKind, IncidentState, Status, worst

Decision = tuple[e.Event, ...] | Rejection


def schedule_maintenance(page: Page, command: c.ScheduleMaintenance, at: datetime) -> Decision:
    """Plan a window; its leaves are those that the references mean now."""
    if command.incident_id in page.incidents:
        raise DuplicateIdError(command.incident_id)
    if command.scheduled_end <= command.scheduled_start:
        late = "scheduledEnd must be later than scheduledStart."
        return Rejection(Code.VALIDATION, late, {"scheduledEnd": late})
    leaves = {id_: None for ref in command.components for id_ in tree.resolve(page.components, ref)}
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
            )
        ),
    )


def start_maintenance(page: Page, command: c.StartMaintenance, at: datetime) -> Decision:
    """Claim the planned leaves; a worse claim of another incident goes on showing."""
    window = planned(page, command.incident_id, IncidentState.SCHEDULED)
    if isinstance(window, Rejection):
        return window
    leaves = dict.fromkeys(
        (id_ for id_ in window.leaves if id_ in page.components), Status.MAINTENANCE
    )
    shown = {
        leaf: worst((status, status_without(page, window.id, leaf)))
        for leaf, status in leaves.items()
    }
    update = Update(
        command.update_id, IncidentState.IN_PROGRESS, command.body or "", at, at, leaves
    )
    posted = e.UpdatePosted(window.id, update)
    return (posted, *claim_all(window.id, leaves, at), *show(page, shown, at))


def finish_maintenance(page: Page, command: c.FinishMaintenance, at: datetime) -> Decision:
    """Let go of the leaves, whether the window has passed or not."""
    window = planned(page, command.incident_id, IncidentState.IN_PROGRESS)
    if isinstance(window, Rejection):
        return window
    update = Update(command.update_id, IncidentState.RESOLVED, command.body or "", at, at)
    posted = e.UpdatePosted(window.id, update)
    ended = e.ClaimsEnded(window.id, at)
    return (posted, ended, *show(page, released(page, window), at))


def planned(page: Page, incident_id: str, state: IncidentState) -> Incident | Rejection:
    """Return a maintenance that is in `state`, or why there is none."""
    window = page.incidents.get(incident_id)
    if window is None or window.kind is not IncidentKind.MAINTENANCE:
        return not_found("maintenance")
    if window.state is not state:
        said = f"This maintenance is {window.state}, not {state}."
        return Rejection(Code.CONFLICT, said)
    return window
