"""Claims: an incident's statuses of leaves, and the status after their end.

Source: docs/behaviour.md, "Claims" and "Resolving an incident".
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from domain.page.state import Claim, Incident, Page
from domain.status import Status, worst


def set_claim(incident: Incident, component_id: str, status: Status, at: datetime) -> Incident:
    """Return the incident with a claim of `status` on a leaf from `at`.

    It replaces the incident's last claim on that leaf.
    """
    if incident.held.get(component_id) is status:
        return incident
    others = end_claims(incident.claims, at, only=component_id)
    return replace(incident, claims=(*others, Claim(component_id, status, at)))


def end_claims(claims: Iterable[Claim], at: datetime, only: str | None = None) -> tuple[Claim, ...]:
    """Return the claims, none of which lasts beyond `at`.

    `only` limits this to one leaf. A claim without duration is dropped.
    """
    ended = (
        replace(c, until_at=at)
        if only in (None, c.component_id) and (c.until_at is None or c.until_at > at)
        else c
        for c in claims
    )
    return tuple(c for c in ended if c.until_at is None or c.until_at > c.from_at)


def status_without(page: Page, incident_id: str, component_id: str) -> Status:
    """Return the worst open claim of other unresolved incidents on a leaf.

    Without one it is operational.
    """
    return worst(
        open_claims[component_id]
        for incident in page.incidents.values()
        if incident.id != incident_id
        and not incident.is_resolved
        and component_id in (open_claims := incident.held)
    )


def statuses_after(page: Page, incident: Incident) -> Mapping[str, Status]:
    """Return the statuses of an incident's leaves after its claims end."""
    return {
        leaf: status_without(page, incident.id, leaf)
        for leaf in incident.held
        if leaf in page.components
    }
