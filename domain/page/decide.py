"""What follows from a command: events, or a rejection that says what is wrong. Pure and total.

A command of a kind that is not known here raises; its drain settles that as failed.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeAlias

from domain.log import Code, DuplicateIdError, Rejection
from domain.page import commands as c
from domain.page import events as e
from domain.page import tree
from domain.page.claims import released
from domain.page.decide_components import change_component, delete_component
from domain.page.decide_maintenance import (
    finish_maintenance,
    schedule_maintenance,
    start_maintenance,
)
from domain.page.decide_settings import change_page
from domain.page.decide_tree import add_component
from domain.page.showing import claim_all, not_found, show
from domain.page.state import Incident, Key, Page, Update
from domain.status import IncidentState, Status, impact_of

Decision: TypeAlias = tuple[e.Event, ...] | Rejection


def decide(page: Page, command: c.Command, at: datetime) -> Decision:
    """Return the events that `command` causes on `page` at the instant `at`, or why it may not."""
    if not page.is_live and not isinstance(command, c.CreatePage):
        return Rejection(Code.NOT_FOUND, "This page does not exist (any more).")
    return DECIDERS[type(command)](page, command, at)


def create_page(page: Page, command: c.CreatePage, at: datetime) -> Decision:
    """The account has decided already: a follow-up is never refused."""
    if page.created_at is not None:
        raise DuplicateIdError(page.id)
    created = e.PageCreated(command.account_id, command.name, command.entitlement, command.host, at)
    return (created,)


def set_entitlement(page: Page, command: c.SetEntitlement, at: datetime) -> Decision:
    """Take over what the account deals."""
    return (e.EntitlementSet(command.entitlement),)


def set_hosts(page: Page, command: c.SetHosts, at: datetime) -> Decision:
    """Take over the canonical host."""
    return (e.HostsSet(command.host),)


def delete_page(page: Page, command: c.DeletePage, at: datetime) -> Decision:
    """End the page."""
    return (e.PageDeleted(at),)


def set_status(page: Page, command: c.SetStatus, at: datetime) -> Decision:
    """Toggle leaves: what is shown changes, no claim does. SPEC 3.1."""
    leaves = tree.resolve(page.components, command.reference)
    if not leaves:
        return not_found("component")
    return show(page, dict.fromkeys(leaves, command.status), at)


def open_incident(page: Page, command: c.OpenIncident, at: datetime) -> Decision:
    """Open an incident that claims what it says of leaves."""
    if command.incident_id in page.incidents:
        raise DuplicateIdError(command.incident_id)
    given = tree.resolve_all(page.components, pairs(command.components))
    state = command.state
    first = Update(command.update_id, state, command.body or "", at, at, given)
    incident = Incident(
        id=command.incident_id,
        title=command.title,
        impact=command.impact or impact_of(given.values()),
        state=state,
        started_at=at,
        posted_at=at,
        updated_at=at,
        updates=(first,) if command.body else (),
    )
    return (e.IncidentOpened(incident), *claim_all(incident.id, given, at), *show(page, given, at))


def post_update(page: Page, command: c.PostUpdate, at: datetime) -> Decision:
    """Say more; a resolving update lets go of every claim. SPEC 3.2."""
    incident = page.incidents.get(command.incident_id)
    if incident is None:
        return not_found("incident")
    given = tree.resolve_all(page.components, pairs(command.components))
    update = Update(command.update_id, command.state, command.body or "", at, at, given)
    posted = e.UpdatePosted(incident.id, update)
    if command.state is IncidentState.RESOLVED:
        shown = {**released(page, incident), **given}
        return (posted, e.ClaimsEnded(incident.id, at), *show(page, shown, at))
    return (posted, *claim_all(incident.id, given, at), *show(page, given, at))


def delete_incident(page: Page, command: c.DeleteIncident, at: datetime) -> Decision:
    """Remove an incident; its leaves show what the others claim. SPEC 3.2."""
    incident = page.incidents.get(command.incident_id)
    if incident is None:
        return not_found("incident")
    return (*show(page, released(page, incident), at), e.IncidentDeleted(incident.id))


def create_key(page: Page, command: c.CreateKey, at: datetime) -> Decision:
    """Accept a new credential."""
    if command.key_id in page.keys:
        raise DuplicateIdError(command.key_id)
    return (e.KeySet(Key(command.key_id, command.name, command.hash, at)),)


def change_key(page: Page, command: c.ChangeKey, at: datetime) -> Decision:
    """Change what is given, keep the rest."""
    key = page.keys.get(command.key_id)
    if key is None:
        return not_found("key")
    given = {"name": command.name, "disabled": command.disabled, "hash": command.hash}
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    return (e.KeySet(replace(key, **changes)),)


def delete_key(page: Page, command: c.DeleteKey, at: datetime) -> Decision:
    """Forget a credential."""
    if command.key_id not in page.keys:
        return not_found("key")
    return (e.KeyDeleted(command.key_id),)


def pairs(given: tuple[c.StatusGiven, ...]) -> list[tuple[str, Status]]:
    """Unpack references with their statuses."""
    return [(item.component, item.status) for item in given]


DECIDERS: Mapping[type[c.Command], Callable[[Page, Any, datetime], Decision]] = {
    c.CreatePage: create_page,
    c.SetEntitlement: set_entitlement,
    c.SetHosts: set_hosts,
    c.DeletePage: delete_page,
    c.ChangePage: change_page,
    c.AddComponent: add_component,
    c.ChangeComponent: change_component,
    c.DeleteComponent: delete_component,
    c.SetStatus: set_status,
    c.OpenIncident: open_incident,
    c.PostUpdate: post_update,
    c.ScheduleMaintenance: schedule_maintenance,
    c.StartMaintenance: start_maintenance,
    c.FinishMaintenance: finish_maintenance,
    c.DeleteIncident: delete_incident,
    c.CreateKey: create_key,
    c.ChangeKey: change_key,
    c.DeleteKey: delete_key,
}
