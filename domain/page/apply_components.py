"""How events change the component tree, beyond its growth. Pure and total."""

from dataclasses import replace

from domain.page import events as e
from domain.page.state import Incident, Page


def components_set(page: Page, event: e.ComponentsSet) -> Page:
    """Take nodes as they are now."""
    nodes = {node.id: node for node in event.components}
    return replace(page, components={**page.components, **nodes})


def component_deleted(page: Page, event: e.ComponentDeleted) -> Page:
    """Forget a node and what was claimed of it; updates keep their words.

    Incidents that are too old to be loaded keep their claims: nobody asks for them without a leaf.
    """
    gone = event.component_id
    return replace(
        page,
        components={id_: node for id_, node in page.components.items() if id_ != gone},
        incidents={id_: without_leaf(i, gone) for id_, i in page.incidents.items()},
    )


def without_leaf(incident: Incident, leaf: str) -> Incident:
    """Return the incident without a leaf's claims; the same object if it has none."""
    claims = tuple(claim for claim in incident.claims if claim.component_id != leaf)
    leaves = tuple(id_ for id_ in incident.leaves if id_ != leaf)
    if (claims, leaves) == (incident.claims, incident.leaves):
        return incident
    return replace(incident, claims=claims, leaves=leaves)
