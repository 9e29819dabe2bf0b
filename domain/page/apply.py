"""State changes of a page by its events.

Pure and total: no rule is checked here, no clock is read.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import reduce
from typing import Any, TypeVar

from domain.page import claims
from domain.page import events as e
from domain.page.state import Incident, Page, Update
from domain.status import IncidentState


def components_set(page: Page, event: e.ComponentsSet) -> Page:
    """Replace nodes."""
    nodes = {node.id: node for node in event.components}
    return replace(page, components={**page.components, **nodes})


def component_deleted(page: Page, event: e.ComponentDeleted) -> Page:
    """Remove a node and the claims on it; updates keep their texts.

    Incidents that are too old to be loaded keep their claims: without the leaf nothing reads them.
    """
    component_id = event.component_id
    return replace(
        page,
        components={id_: node for id_, node in page.components.items() if id_ != component_id},
        incidents={id_: without_leaf(i, component_id) for id_, i in page.incidents.items()},
    )


def without_leaf(incident: Incident, leaf: str) -> Incident:
    """Return the incident without a leaf's claims, identical if it has none."""
    claims = tuple(claim for claim in incident.claims if claim.component_id != leaf)
    leaves = tuple(id_ for id_ in incident.leaves if id_ != leaf)
    if (claims, leaves) == (incident.claims, incident.leaves):
        return incident
    return replace(incident, claims=claims, leaves=leaves)


Value = TypeVar("Value")


def apply(page: Page, event: e.Event) -> Page:
    """Return the page after `event`."""
    return APPLIERS[type(event)](page, event)


def apply_all(page: Page, events: Iterable[e.Event]) -> Page:
    """Return the page after `events`, in their order."""
    return reduce(apply, events, page)


def page_created(page: Page, event: e.PageCreated) -> Page:
    """Set the properties of a new page."""
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
    """Set the entitlement."""
    return replace(page, entitlement=event.entitlement)


def hosts_set(page: Page, event: e.HostsSet) -> Page:
    """Set the canonical host."""
    return replace(page, host=event.host)


def page_deleted(page: Page, event: e.PageDeleted) -> Page:
    """Keep only the page's identity and dates.

    A late publisher finds the page deleted.
    """
    return Page(
        id=page.id,
        account_id=page.account_id,
        time_zone=page.time_zone,
        created_at=page.created_at,
        changed_at=event.at,
        deleted_at=event.at,
    )


def page_changed(page: Page, event: e.PageChanged) -> Page:
    """Set the settings."""
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
    """Move the siblings, then add the node."""
    moved = {
        id_: replace(page.components[id_], position=position)
        for id_, position in event.shifted.items()
    }
    node = event.component
    return replace(page, components={**page.components, **moved, node.id: node})


def status_shown(page: Page, event: e.StatusShown) -> Page:
    """Set a leaf's status and the time of its change."""
    node = replace(page.components[event.component_id], status=event.status, status_at=event.at)
    return with_changed_at(
        replace(page, components=with_entry(page.components, node.id, node)), event.at
    )


def incident_opened(page: Page, event: e.IncidentOpened) -> Page:
    """Add an incident."""
    incident = event.incident
    incidents = with_entry(page.incidents, incident.id, incident)
    return with_changed_at(replace(page, incidents=incidents), incident.updated_at)


def update_posted(page: Page, event: e.UpdatePosted) -> Page:
    """Add an update, and give the incident the update's state.

    A maintenance has started when its state first says so, at any planned time.
    """
    update, incident = event.update, page.incidents[event.incident_id]
    extended = replace(
        incident,
        state=update.state,
        updated_at=max(incident.updated_at, update.posted_at),
        started_at=update.occurred_at if begins(incident, update) else incident.started_at,
        updates=(*incident.updates, update),
    )
    changed = replace(extended, resolved_at=resolved_at(incident, update))
    return with_changed_at(with_incident(page, changed), update.posted_at)


def begins(incident: Incident, update: Update) -> bool:
    """Return whether an update starts a planned maintenance."""
    return incident.state is IncidentState.SCHEDULED and update.state is not IncidentState.SCHEDULED


def resolved_at(before: Incident, update: Update) -> datetime | None:
    """Return the incident's first resolution; None after a reopening."""
    if update.state is not IncidentState.RESOLVED:
        return None
    return before.resolved_at or update.occurred_at


def incident_changed(page: Page, event: e.IncidentChanged) -> Page:
    """Set an incident's properties."""
    return with_changed_at(with_incident(page, event.incident), event.at)


def update_edited(page: Page, event: e.UpdateEdited) -> Page:
    """Replace the text of an update."""
    incident, update = page.incidents[event.incident_id], event.update
    updates = tuple(update if u.id == update.id else u for u in incident.updates)
    at = update.edited_at or update.posted_at
    return with_changed_at(with_incident(page, replace(incident, updates=updates)), at)


def update_deleted(page: Page, event: e.UpdateDeleted) -> Page:
    """Remove an update; the incident keeps its state."""
    incident = page.incidents[event.incident_id]
    updates = tuple(u for u in incident.updates if u.id != event.update_id)
    return with_changed_at(with_incident(page, replace(incident, updates=updates)), event.at)


def claim_set(page: Page, event: e.ClaimSet) -> Page:
    """Set an incident's claim on a leaf."""
    incident = page.incidents[event.incident_id]
    return with_incident(
        page, claims.set_claim(incident, event.component_id, event.status, event.at)
    )


def claims_ended(page: Page, event: e.ClaimsEnded) -> Page:
    """End all claims of an incident."""
    incident = page.incidents[event.incident_id]
    return with_incident(
        page, replace(incident, claims=claims.end_claims(incident.claims, event.at))
    )


def incident_deleted(page: Page, event: e.IncidentDeleted) -> Page:
    """Remove an incident and its claims."""
    return replace(page, incidents=without_entry(page.incidents, event.incident_id))


def key_set(page: Page, event: e.KeySet) -> Page:
    """Add or replace a key."""
    return replace(page, keys=with_entry(page.keys, event.key.id, event.key))


def key_deleted(page: Page, event: e.KeyDeleted) -> Page:
    """Remove a key."""
    return replace(page, keys=without_entry(page.keys, event.key_id))


def template_set(page: Page, event: e.TemplateSet) -> Page:
    """Add or replace a template."""
    return replace(page, templates=with_entry(page.templates, event.template.id, event.template))


def template_deleted(page: Page, event: e.TemplateDeleted) -> Page:
    """Remove a template."""
    return replace(page, templates=without_entry(page.templates, event.template_id))


def suspension_set(page: Page, event: e.SuspensionSet) -> Page:
    """Set or clear the page's suspension."""
    return replace(page, suspension=event.suspension)


def with_incident(page: Page, incident: Incident) -> Page:
    """Return the page with one incident replaced."""
    return replace(page, incidents=with_entry(page.incidents, incident.id, incident))


def with_changed_at(page: Page, at: datetime) -> Page:
    """Return the page with the later of `at` and its last change."""
    return replace(page, changed_at=max(page.changed_at or at, at))


def with_entry(mapping: Mapping[str, Value], key: str, value: Value) -> Mapping[str, Value]:
    """Return a mapping with one entry set."""
    return {**mapping, key: value}


def without_entry(mapping: Mapping[str, Value], key: str) -> Mapping[str, Value]:
    """Return a mapping without one entry."""
    return {name: value for name, value in mapping.items() if name != key}


APPLIERS: Mapping[type[e.Event], Callable[[Page, Any], Page]] = {
    e.PageCreated: page_created,
    e.EntitlementSet: entitlement_set,
    e.HostsSet: hosts_set,
    e.PageDeleted: page_deleted,
    e.PageChanged: page_changed,
    e.ComponentAdded: component_added,
    e.ComponentsSet: components_set,
    e.ComponentDeleted: component_deleted,
    e.StatusShown: status_shown,
    e.IncidentOpened: incident_opened,
    e.UpdatePosted: update_posted,
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
