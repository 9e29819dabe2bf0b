"""State changes of the component tree, except additions. Pure and total."""

from dataclasses import replace

from domain.page import events as e
from domain.page.state import Incident, Page


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
