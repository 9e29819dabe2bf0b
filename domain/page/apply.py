"""The next state of a page, from its state and an event.

Each event type has one function in `APPLIERS`, which checks no rule and reads no clock.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import reduce
from typing import Any, TypeVar

from domain.page import claims, timeline
from domain.page import events as e
from domain.page.origin import shown_until, without_incident
from domain.page.state import Incident, Page
from domain.page.uptime.shown import add_row, without_origin

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
        time_zone=event.time_zone,
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
    """Keep the page's ids, time zone and dates; remove everything else.

    A worker that publishes the page later finds `deleted_at`, and writes a tombstone.
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
    """Set the settings; a headline with other words is a change for visitors."""
    is_renamed = event.look.headlines != page.look.headlines
    changed = replace(
        page,
        name=event.name,
        is_public=event.is_public,
        description=event.description,
        time_zone=event.time_zone,
        look=event.look,
        logo=event.logo,
    )
    return with_changed_at(changed, event.at) if is_renamed else changed


def component_added(page: Page, event: e.ComponentAdded) -> Page:
    """Add a component, and set the new positions of its siblings."""
    shifted = {
        id_: replace(page.components[id_], position=position)
        for id_, position in event.shifted.items()
    }
    component = event.component
    components = {**page.components, **shifted, component.id: component}
    return with_changed_at(replace(page, components=components), component.created_at)


def components_set(page: Page, event: e.ComponentsSet) -> Page:
    """Replace the components that the event contains, and keep the others."""
    changed = {component.id: component for component in event.components}
    return replace(page, components={**page.components, **changed})


def component_deleted(page: Page, event: e.ComponentDeleted) -> Page:
    """Remove a component from the tree and from the loaded incidents; updates stay.

    An incident that is too old to be loaded keeps its claims on the component. They have no effect:
    claims are read by the components that exist.
    """
    component_id = event.component_id
    incidents = {
        id_: without_leaf(incident, component_id) for id_, incident in page.incidents.items()
    }
    changed = replace(
        page,
        components=without_entry(page.components, component_id),
        incidents=incidents,
        shown_rows=without_entry(page.shown_rows, component_id),
    )
    return with_changed_at(changed, event.at)


def without_leaf(incident: Incident, leaf_id: str) -> Incident:
    """Return the incident without a leaf: neither in `claims` nor in `leaves`.

    An incident that does not have the leaf is returned as the same object.
    """
    other_claims = tuple(claim for claim in incident.claims if claim.component_id != leaf_id)
    other_leaves = tuple(id_ for id_ in incident.leaves if id_ != leaf_id)
    if (other_claims, other_leaves) == (incident.claims, incident.leaves):
        return incident
    return replace(incident, claims=other_claims, leaves=other_leaves)


def status_shown(page: Page, event: e.StatusShown) -> Page:
    """Set a leaf's status and origin, and keep the shown row that ends.

    Visitors see no change of an origin alone.
    """
    leaf = page.components[event.component_id]
    rows = page.shown_rows
    if row := shown_until(leaf, event.at):
        days = add_row(rows.get(leaf.id, {}), row, page.time_zone)
        rows = {**rows, leaf.id: days}
    is_other = leaf.status is not event.status
    status_at = event.at if is_other else leaf.status_at
    changed_leaf = replace(
        leaf,
        status=event.status,
        status_at=status_at,
        origin=event.origin,
        origin_at=max(event.at, status_at or event.at),
    )
    components = {**page.components, leaf.id: changed_leaf}
    changed = replace(page, components=components, shown_rows=rows)
    return with_changed_at(changed, event.at) if is_other else changed


def incident_opened(page: Page, event: e.IncidentOpened) -> Page:
    """Add an incident."""
    return with_changed_at(with_incident(page, event.incident), event.incident.updated_at)


def update_posted(page: Page, event: e.UpdatePosted) -> Page:
    """Add an update, and give the incident the update's state.

    A maintenance starts at the time of the update that starts it, not at its planned time.
    """
    update, incident = event.update, page.incidents[event.incident_id]
    is_start = timeline.starts_maintenance(incident, update)
    changed = replace(
        incident,
        state=update.state,
        updated_at=max(incident.updated_at, update.posted_at),
        started_at=update.occurred_at if is_start else incident.started_at,
        resolved_at=timeline.resolution_time(incident, update),
    )
    changed = timeline.with_entries(changed, [*timeline.entries_of(changed), update])
    return with_changed_at(with_incident(page, changed), update.posted_at)


def incident_changed(page: Page, event: e.IncidentChanged) -> Page:
    """Replace an incident by the event's, which has the new properties."""
    changed = replace(event.incident, changed_at=event.at)
    return with_changed_at(with_incident(page, changed), event.at)


def update_edited(page: Page, event: e.UpdateEdited) -> Page:
    """Replace an update by the event's, which has the new text."""
    incident, update = page.incidents[event.incident_id], event.update
    updates = tuple(update if u.id == update.id else u for u in incident.updates)
    at = update.edited_at or update.posted_at
    return with_changed_at(with_incident(page, replace(incident, updates=updates)), at)


def update_deleted(page: Page, event: e.UpdateDeleted) -> Page:
    """Remove an update's message; the incident keeps its state, its claims and its times."""
    incident = timeline.without_message(page.incidents[event.incident_id], event.update_id)
    incident = replace(incident, changed_at=event.at)
    return with_changed_at(with_incident(page, incident), event.at)


def claim_set(page: Page, event: e.ClaimSet) -> Page:
    """Set an incident's claim on a leaf, and end its earlier one."""
    incident = page.incidents[event.incident_id]
    return with_incident(
        page, claims.set_claim(incident, event.component_id, event.status, event.at)
    )


def claims_ended(page: Page, event: e.ClaimsEnded) -> Page:
    """End the claims of an incident that last longer."""
    incident = page.incidents[event.incident_id]
    return with_incident(
        page, replace(incident, claims=claims.end_claims(incident.claims, event.at))
    )


def incident_deleted(page: Page, event: e.IncidentDeleted) -> Page:
    """Remove an incident, its claims and the shown rows of which it is the origin."""
    id_ = event.incident_id
    changed = replace(
        page,
        components=without_incident(page.components, id_, event.at),
        incidents=without_entry(page.incidents, id_),
        shown_rows=without_origin(page.shown_rows, id_),
    )
    return with_changed_at(changed, event.at)


def item_set(page: Page, event: e.ItemSet) -> Page:
    """Add an item to its part, or replace it there."""
    items: Any = {**getattr(page, event.part), event.item.id: event.item}
    return replace(page, **{event.part: items})


def item_deleted(page: Page, event: e.ItemDeleted) -> Page:
    """Remove an item from its part."""
    items: Any = without_entry(getattr(page, event.part), event.item_id)
    return replace(page, **{event.part: items})


def content_imported(page: Page, event: e.ContentImported) -> Page:
    """Add the imported content, and set the page's times."""
    rows = {leaf: {**page.shown_rows.get(leaf, {}), **d} for leaf, d in event.shown_rows.items()}
    return replace(
        page,
        components={**page.components, **{node.id: node for node in event.components}},
        incidents={**page.incidents, **{incident.id: incident for incident in event.incidents}},
        templates={**page.templates, **{template.id: template for template in event.templates}},
        shown_rows={**page.shown_rows, **rows},
        created_at=event.created_at,
        changed_at=event.changed_at,
    )


def suspension_set(page: Page, event: e.SuspensionSet) -> Page:
    """Set or clear the page's suspension."""
    return replace(page, suspension=event.suspension)


def with_incident(page: Page, incident: Incident) -> Page:
    """Return the page with one incident added or replaced."""
    incident = timeline.with_sequence(incident, page.incidents.get(incident.id))
    return replace(page, incidents={**page.incidents, incident.id: incident})


def with_changed_at(page: Page, at: datetime) -> Page:
    """Return the page with `changed_at` of at least `at`."""
    return replace(page, changed_at=max(page.changed_at or at, at))


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
    e.ItemSet: item_set,
    e.ItemDeleted: item_deleted,
    e.ContentImported: content_imported,
    e.SuspensionSet: suspension_set,
}
