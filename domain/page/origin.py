"""Origins: the incident or the toggle that said the status of a leaf last.

Source: docs/behaviour.md, "What a leaf shows" and "Resolving an incident".
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from domain.page.state import Component, Incident, Page
from domain.page.uptime.shown import TOGGLE, Shown
from domain.status import Status


class Word(NamedTuple):
    """A status for a leaf, and its origin: the id of an incident, or `TOGGLE`."""

    status: Status
    origin: str


def words_of(statuses: Mapping[str, Status], origin: str) -> Mapping[str, Word]:
    """Return the words of one origin on some leaves."""
    return {leaf: Word(status, origin) for leaf, status in statuses.items()}


def origins(page: Page) -> Mapping[str, str]:
    """Return the origin of the status of each leaf.

    A status that an older version has set has no origin. Then it is the newest unresolved incident
    whose claim equals it, else a toggle.
    """
    leaves = [node for node in page.components.values() if node.is_leaf]
    noted_origins = {
        leaf.id: leaf.origin for leaf in leaves if leaf.origin and has_current_origin(leaf)
    }
    if len(noted_origins) == len(leaves):
        return noted_origins
    claimed: dict[tuple[str, Status | None], str] = {
        (leaf_id, status): incident.id
        for incident in unresolved(page)
        for leaf_id, status in incident.held.items()
    }
    return {
        leaf.id: noted_origins.get(leaf.id) or claimed.get((leaf.id, leaf.status), TOGGLE)
        for leaf in leaves
    }


def has_current_origin(leaf: Component) -> bool:
    """Return whether no older version has set the status since its origin was noted."""
    if leaf.origin_at is None:
        return False
    return leaf.status_at is None or leaf.origin_at >= leaf.status_at


def shown_until(leaf: Component, at: datetime) -> Shown | None:
    """Return the shown row of a leaf's present status, ended at `at`.

    It is None if the leaf is operational, or if an older version has set its status.
    """
    status, origin, begins_at = leaf.status, leaf.origin, leaf.origin_at
    if not status or not origin or not begins_at or not has_current_origin(leaf):
        return None
    is_shown = status is not Status.OPERATIONAL and begins_at < at
    return Shown(status, origin, begins_at, at) if is_shown else None


def unresolved(page: Page) -> list[Incident]:
    """Return the unresolved incidents of a page, the newest last."""
    return sorted(
        (incident for incident in page.incidents.values() if not incident.is_resolved),
        key=lambda incident: (incident.posted_at, incident.id),
    )


def words_without(page: Page, incident: Incident) -> Mapping[str, Word]:
    """Return the statuses of leaves after an incident is resolved or deleted, with their origins.

    These are the leaves whose origin is the incident. Each takes the worst claim of another
    unresolved incident, else it is operational.
    """
    if incident.is_resolved:
        return {}
    healed = Word(Status.OPERATIONAL, TOGGLE)
    words = {leaf: healed for leaf, origin in origins(page).items() if origin == incident.id}
    for other in unresolved(page):
        claimed = other.held if other is not incident else {}
        for leaf in claimed.keys() & words.keys():
            if claimed[leaf].severity >= words[leaf].status.severity:
                words[leaf] = Word(claimed[leaf], other.id)
    return words


def without_incident(
    components: Mapping[str, Component], incident_id: str, at: datetime
) -> Mapping[str, Component]:
    """Return the components once an incident is deleted.

    What a leaf still shows because of it counts as a toggle from then on.
    """
    orphans = {
        leaf.id: replace(leaf, origin=TOGGLE, origin_at=at)
        for leaf in components.values()
        if leaf.origin == incident_id and has_current_origin(leaf)
    }
    return {**components, **orphans} if orphans else components
