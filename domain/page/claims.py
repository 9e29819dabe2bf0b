"""Claims: an incident's statuses of leaves, and the impact that follows them.

Source: docs/behaviour.md, "Claims".
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from domain.page.state import Claim, Incident
from domain.status import Impact, Status, impact_of


def set_claim(incident: Incident, component_id: str, status: Status, at: datetime) -> Incident:
    """Return the incident with a claim of `status` on a leaf from `at`.

    It replaces the incident's last claim on that leaf. Unless the impact was given, it follows.
    """
    if incident.held.get(component_id) is status:
        return incident
    others = end_claims(incident.claims, at, only=component_id)
    claims = (*others, Claim(component_id, status, at))
    return replace(incident, claims=claims, impact=impact_after(incident, [status]))


def impact_after(incident: Incident, statuses: Iterable[Status]) -> Impact:
    """Return the impact of an incident once it has claimed `statuses`.

    Source: docs/behaviour.md, "Impact".
    """
    claimed = impact_of(statuses)
    is_settled = incident.impact_given or incident.impact.severity >= claimed.severity
    return incident.impact if is_settled else claimed


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
