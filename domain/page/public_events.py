"""The public events of a command: the difference that it made to incidents.

Source: docs/behaviour.md, "Public events".
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from domain.notifications.events import EventKind, PublicEvent
from domain.page import commands as c
from domain.page.state import Component, Incident, Page, Update
from domain.page.timeline import entries_of
from domain.status import IncidentKind, IncidentState

PLAN = ("title", "scheduled_start", "scheduled_end")
# Their `notify` has no default of its own: a maintenance keeps that of its planning.
KEPT_KINDS = (
    *(EventKind.CHANGED, EventKind.CALLED_OFF, EventKind.WITHDRAWN),
    *(EventKind.BEGUN, EventKind.ENDED),
)


def find_public_events(
    before: Page, after: Page, command: c.Command, at: datetime
) -> Iterator[PublicEvent]:
    """Yield the public events that a command made, and that its `notify` does not suppress."""
    if before.incidents is after.incidents or isinstance(command, c.ImportContent):
        return
    for id_, incident in {**before.incidents, **after.incidents}.items():
        old, new = before.incidents.get(id_), after.incidents.get(id_)
        if old is new or (kind := kind_of(old, new, command)) is None:
            continue
        if is_notified(kind, old, incident, command):
            yield build_event(before if new is None else after, kind, incident, command, at)


def kind_of(old: Incident | None, new: Incident | None, command: c.Command) -> EventKind | None:
    """Return the kind of the event between two states of an incident, if any."""
    if new is None:
        return EventKind.WITHDRAWN if old and not old.is_resolved else None
    is_plan = new.kind is IncidentKind.MAINTENANCE
    if old is None:
        if is_plan:
            return EventKind.PLANNED
        return EventKind.RESOLVED if new.is_resolved else EventKind.OPENED
    if isinstance(command, c.ChangeIncident):
        is_moved = any(getattr(old, name) != getattr(new, name) for name in PLAN)
        return EventKind.CHANGED if is_plan and is_moved and not new.is_resolved else None
    if isinstance(command, c.PostUpdate | c.StartMaintenance | c.FinishMaintenance):
        return kind_of_update(old, new)
    return None


def kind_of_update(old: Incident, new: Incident) -> EventKind:
    """Return the kind of an update, by the states before and after it."""
    is_plan = new.kind is IncidentKind.MAINTENANCE
    if new.is_resolved and not old.is_resolved:
        if not is_plan:
            return EventKind.RESOLVED
        is_waiting = old.state is IncidentState.SCHEDULED
        return EventKind.CALLED_OFF if is_waiting else EventKind.ENDED
    is_start = old.state is IncidentState.SCHEDULED and new.state is not old.state
    return EventKind.BEGUN if is_plan and is_start else EventKind.UPDATED


def is_notified(
    kind: EventKind, old: Incident | None, incident: Incident, command: c.Command
) -> bool:
    """Return whether subscribers hear of an event: by `notify` of its command, or its default."""
    notify: bool | None = getattr(command, "notify", None)
    if notify is not None:
        return notify
    if old is None:
        return kind is not EventKind.RESOLVED
    if kind in KEPT_KINDS:
        return incident.notifies
    return not is_placed_before_others(incident, command)


def is_placed_before_others(incident: Incident, command: c.Command) -> bool:
    """Return whether a command placed its entry before another one of the timeline."""
    if not isinstance(command, c.PostUpdate) or command.occurred_at is None:
        return False
    return any(entry.occurred_at > command.occurred_at for entry in entries_of(incident))


def build_event(
    page: Page, kind: EventKind, incident: Incident, command: c.Command, at: datetime
) -> PublicEvent:
    """Return an event of an incident as it is on `page`."""
    update = find_update(incident, getattr(command, "update_id", None))
    return PublicEvent(
        kind=kind,
        incident_id=incident.id,
        incident_kind=incident.kind,
        title=incident.title,
        state=incident.state,
        impact=incident.impact,
        concerns=tuple(sorted(with_categories(page.components, concerned_leaves(incident)))),
        at=at,
        update_id=update.id if update else None,
    )


def find_update(incident: Incident, update_id: str | None) -> Update | None:
    """Return an update of an incident; None if it has no message."""
    return next((update for update in incident.updates if update.id == update_id), None)


def concerned_leaves(incident: Incident) -> set[str]:
    """Return the leaves that an incident claims, has claimed, or plans to."""
    return incident.claimed_leaves | set(incident.leaves)


def with_categories(components: Mapping[str, Component], leaves: Iterable[str]) -> set[str]:
    """Return ids of leaves with those of the categories above them."""
    ids = set()
    for leaf in leaves:
        node = components.get(leaf)
        ids.add(leaf)
        while node is not None and node.parent_id is not None:
            ids.add(node.parent_id)
            node = components.get(node.parent_id)
    return ids


def is_shown_at(page: Page, at: datetime) -> bool:
    """Return whether visitors can see the page at the instant `at`."""
    until = page.entitlement.served_until
    return page.is_live and page.is_open and (until is None or at < until)
