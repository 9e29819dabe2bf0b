"""The overall status of a page, from its leaves and its unresolved incidents.

Source: docs/behaviour.md, "Overall status".
"""

from collections.abc import Iterable, Mapping

from domain.page.state import Incident
from domain.page.tree import Components
from domain.status import Impact, IncidentKind, Status, worst

# The status of a page with an incident of this impact, if the incident affects no component.
LIFTED: Mapping[Impact, Status] = {
    status.impact: status for status in Status if status.impact is not Impact.NONE
}


def overall(components: Components, incidents: Iterable[Incident]) -> Status:
    """Return the worst status of all leaves and of the incidents without a leaf.

    Pins have no effect. `incidents` are all unresolved ones at least.
    """
    leaf_statuses = (
        node.status or Status.OPERATIONAL for node in components.values() if node.is_leaf
    )
    lifted = (LIFTED[i.impact] for i in incidents if lifts(i, components))
    return worst((*leaf_statuses, *lifted))


def lifts(incident: Incident, components: Components) -> bool:
    """Return whether an incident changes the overall status by its impact alone."""
    if incident.is_resolved or incident.kind is not IncidentKind.INCIDENT:
        return False
    return incident.impact in LIFTED and incident.claimed_leaves.isdisjoint(components)
