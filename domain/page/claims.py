"""Claims: what an incident says of a leaf, and what a leaf shows when that ends.

Source: docs/behaviour.md, "Claims" and "Resolving an incident".
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from domain.page.state import Claim, Incident, Page
from domain.status import Status, worst


def claim(incident: Incident, component_id: str, status: Status, at: datetime) -> Incident:
    """Return the incident claiming `status` of a leaf from `at` on, in place of its last claim."""
    if incident.held.get(component_id) is status:
        return incident
    others = end(incident.claims, at, only=component_id)
    return replace(incident, claims=(*others, Claim(component_id, status, at)))


def end(claims: Iterable[Claim], at: datetime, only: str | None = None) -> tuple[Claim, ...]:
    """Return the claims with the open ones (of one leaf, or of all) ended at `at`.

    What was claimed for no time at all leaves no trace.
    """
    ended = (
        replace(c, until_at=at) if c.until_at is None and only in (None, c.component_id) else c
        for c in claims
    )
    return tuple(c for c in ended if c.until_at is None or c.until_at > c.from_at)


def status_without(page: Page, incident_id: str, component_id: str) -> Status:
    """Return the worst claim that other unresolved incidents hold on a leaf, else operational."""
    return worst(
        held[component_id]
        for incident in page.incidents.values()
        if incident.id != incident_id
        and not incident.is_resolved
        and component_id in (held := incident.held)
    )


def released(page: Page, incident: Incident) -> Mapping[str, Status]:
    """Return what the leaves that an incident holds show once it lets go of them."""
    return {
        leaf: status_without(page, incident.id, leaf)
        for leaf in incident.held
        if leaf in page.components
    }
