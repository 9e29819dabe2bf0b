"""How an event changes a page. Pure and total: no rule is checked here, no clock is read."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import reduce
from typing import Any, TypeVar

from domain.page import claims
from domain.page import events as e
from domain.page.apply_components import component_deleted, components_set
from domain.page.state import Incident, Page, Update
from domain.status import IncidentState

Value = TypeVar("Value")


def apply(page: Page, event: e.Event) -> Page:
    """Return the page as it is after `event`."""
    return APPLIERS[type(event)](page, event)


def apply_all(page: Page, events: Iterable[e.Event]) -> Page:
    """Return the page as it is after `events`, in their order."""
    return reduce(apply, events, page)


def created(page: Page, event: e.PageCreated) -> Page:
    """Begin."""
    return replace(
        page,
        account_id=event.account_id,
        name=event.name,
        entitlement=event.entitlement,
        host=event.host,
        created_at=event.at,
        changed_at=event.at,
    )


def entitlement_set(page: Page, event: e.EntitlementSet) -> Page:
    """Take the new place."""
    return replace(page, entitlement=event.entitlement)


def hosts_set(page: Page, event: e.HostsSet) -> Page:
    """Take the new canonical host."""
    return replace(page, host=event.host)


def deleted(page: Page, event: e.PageDeleted) -> Page:
    """Keep nothing but the fact, so that a late publisher finds the page gone."""
    return Page(
        id=page.id,
        account_id=page.account_id,
        time_zone=page.time_zone,
        created_at=page.created_at,
        changed_at=event.at,
        deleted_at=event.at,
    )


def changed(page: Page, event: e.PageChanged) -> Page:
    """Take the new settings."""
    return replace(
        page,
        name=event.name,
        is_public=event.is_public,
        description=event.description,
        time_zone=event.time_zone,
        look=event.look,
        logo=event.logo,
    )


def component_added(page: Page, event: e.ComponentAdded) -> Page:
    """Make room, then put the node in."""
    moved = {
        id_: replace(page.components[id_], position=position)
        for id_, position in event.shifted.items()
    }
    node = event.component
    return replace(page, components={**page.components, **moved, node.id: node})


def status_shown(page: Page, event: e.StatusShown) -> Page:
    """Change what a leaf shows, and since when."""
    node = replace(page.components[event.component_id], status=event.status, status_at=event.at)
    return touched(replace(page, components=put(page.components, node.id, node)), event.at)


def opened(page: Page, event: e.IncidentOpened) -> Page:
    """Begin an incident."""
    incident = event.incident
    grown = put(page.incidents, incident.id, incident)
    return touched(replace(page, incidents=grown), incident.updated_at)


def posted(page: Page, event: e.UpdatePosted) -> Page:
    """Let an incident be in the state that its newest update says.

    A maintenance has started when its state first says so, whenever that was planned.
    """
    update, incident = event.update, page.incidents[event.incident_id]
    grown = replace(
        incident,
        state=update.state,
        updated_at=max(incident.updated_at, update.posted_at),
        started_at=update.occurred_at if begins(incident, update) else incident.started_at,
        updates=(*incident.updates, update),
    )
    dated = replace(grown, resolved_at=resolved_at(incident, update))
    return touched(with_incident(page, dated), update.posted_at)


def begins(incident: Incident, update: Update) -> bool:
    """Tell whether an update starts a maintenance that was only planned."""
    return incident.state is IncidentState.SCHEDULED and update.state is not IncidentState.SCHEDULED


def resolved_at(before: Incident, update: Update) -> datetime | None:
    """Return when the incident was resolved: first said so, forgotten when it is reopened."""
    if update.state is not IncidentState.RESOLVED:
        return None
    return before.resolved_at or update.occurred_at


def incident_changed(page: Page, event: e.IncidentChanged) -> Page:
    """Take the new properties."""
    return touched(with_incident(page, event.incident), event.at)


def update_edited(page: Page, event: e.UpdateEdited) -> Page:
    """Say other words in the same place."""
    incident, update = page.incidents[event.incident_id], event.update
    words = tuple(update if u.id == update.id else u for u in incident.updates)
    at = update.edited_at or update.posted_at
    return touched(with_incident(page, replace(incident, updates=words)), at)


def update_deleted(page: Page, event: e.UpdateDeleted) -> Page:
    """Close the gap that an update leaves; the incident stays in the state that it said."""
    incident = page.incidents[event.incident_id]
    words = tuple(u for u in incident.updates if u.id != event.update_id)
    return touched(with_incident(page, replace(incident, updates=words)), event.at)


def claim_set(page: Page, event: e.ClaimSet) -> Page:
    """Claim a leaf."""
    incident = page.incidents[event.incident_id]
    return with_incident(page, claims.claim(incident, event.component_id, event.status, event.at))


def claims_ended(page: Page, event: e.ClaimsEnded) -> Page:
    """Let go of every leaf."""
    incident = page.incidents[event.incident_id]
    return with_incident(page, replace(incident, claims=claims.end(incident.claims, event.at)))


def incident_deleted(page: Page, event: e.IncidentDeleted) -> Page:
    """Forget an incident, its claims included."""
    return replace(page, incidents=without(page.incidents, event.incident_id))


def key_set(page: Page, event: e.KeySet) -> Page:
    """Keep a key as it is now."""
    return replace(page, keys=put(page.keys, event.key.id, event.key))


def key_deleted(page: Page, event: e.KeyDeleted) -> Page:
    """Forget a key."""
    return replace(page, keys=without(page.keys, event.key_id))


def template_set(page: Page, event: e.TemplateSet) -> Page:
    """Keep a template as it is now."""
    return replace(page, templates=put(page.templates, event.template.id, event.template))


def template_deleted(page: Page, event: e.TemplateDeleted) -> Page:
    """Forget a template."""
    return replace(page, templates=without(page.templates, event.template_id))


def suspension_set(page: Page, event: e.SuspensionSet) -> Page:
    """Keep the page from visitors and keys, or let it go on."""
    return replace(page, suspension=event.suspension)


def with_incident(page: Page, incident: Incident) -> Page:
    """Return the page with one incident replaced."""
    return replace(page, incidents=put(page.incidents, incident.id, incident))


def touched(page: Page, at: datetime) -> Page:
    """Return the page as changed at `at`, unless that is older than its last change."""
    return replace(page, changed_at=max(page.changed_at or at, at))


def put(mapping: Mapping[str, Value], key: str, value: Value) -> Mapping[str, Value]:
    """Return a mapping with one entry set."""
    return {**mapping, key: value}


def without(mapping: Mapping[str, Value], key: str) -> Mapping[str, Value]:
    """Return a mapping with one entry less."""
    return {name: value for name, value in mapping.items() if name != key}


APPLIERS: Mapping[type[e.Event], Callable[[Page, Any], Page]] = {
    e.PageCreated: created,
    e.EntitlementSet: entitlement_set,
    e.HostsSet: hosts_set,
    e.PageDeleted: deleted,
    e.PageChanged: changed,
    e.ComponentAdded: component_added,
    e.ComponentsSet: components_set,
    e.ComponentDeleted: component_deleted,
    e.StatusShown: status_shown,
    e.IncidentOpened: opened,
    e.UpdatePosted: posted,
    e.IncidentChanged: incident_changed,
    e.UpdateEdited: update_edited,
    e.UpdateDeleted: update_deleted,
    e.ClaimSet: claim_set,
    e.ClaimsEnded: claims_ended,
    e.IncidentDeleted: incident_deleted,
    e.KeySet: key_set,
    e.KeyDeleted: key_deleted,
    e.TemplateSet: template_set,
    e.TemplateDeleted: template_deleted,
    e.SuspensionSet: suspension_set,
}
