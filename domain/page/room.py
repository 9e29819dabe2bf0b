"""Checks of the limits of incidents, updates and claims.

A command that ends something is always allowed, and so are those of the clock: every incident can
be resolved, and a planned maintenance begins and ends.
"""

from domain.page.limits import CLAIMS, PLANNED, RECENT, UNRESOLVED, UPDATES, limit_reached
from domain.page.state import Incident, Page
from domain.results import Rejection
from domain.status import IncidentKind, IncidentState

OPEN_ALREADY = {
    IncidentKind.INCIDENT: limit_reached(
        f"A page can have up to {UNRESOLVED} unresolved incidents: resolve one of them first."
    ),
    IncidentKind.MAINTENANCE: limit_reached(
        f"A page can have up to {PLANNED} maintenances that are scheduled or running:"
        " finish or delete one of them first."
    ),
}
BOUND_OF = {IncidentKind.INCIDENT: UNRESOLVED, IncidentKind.MAINTENANCE: PLANNED}
TOO_MANY_RECENT = limit_reached(
    f"A page can have up to {RECENT} incidents and maintenances within two weeks:"
    " post an update to one that is there, or delete some."
)
TOO_MANY_UPDATES = limit_reached(
    f"An incident can have up to {UPDATES} updates: resolve it, and open another."
)
TOO_MANY_CLAIMS = limit_reached(
    f"Incidents can set the status of components up to {CLAIMS} times within 90 days:"
    " leave out components, or delete an incident that is over."
)


def no_room_for_incident(page: Page, *, is_open: bool) -> Rejection | None:
    """Return why one more incident can't be opened or recorded, or None."""
    rejection = no_room_for_open(page, IncidentKind.INCIDENT) if is_open else None
    return rejection or no_room_for_recent(page)


def no_room_for_window(page: Page) -> Rejection | None:
    """Return why one more maintenance can't be planned, or None."""
    rejection = no_room_for_open(page, IncidentKind.MAINTENANCE)
    return rejection or no_room_for_recent(page)


def no_room_for_recent(page: Page) -> Rejection | None:
    """Return why one more incident of any kind can't be kept, or None."""
    return TOO_MANY_RECENT if len(page.incidents) >= RECENT else None


def no_room_for_update(
    page: Page, incident: Incident, state: IncidentState, claims: int
) -> Rejection | None:
    """Return why an update with `claims` more claims is refused, or None.

    A resolving update is always allowed.
    """
    if state is IncidentState.RESOLVED and not incident.is_resolved:
        return None
    if len(incident.updates) >= UPDATES:
        return TOO_MANY_UPDATES
    if state is IncidentState.RESOLVED:
        return None
    rejection = no_room_for_open(page, incident.kind) if incident.is_resolved else None
    return rejection or no_room_for_claims(page, claims)


def no_room_for_claims(page: Page, more: int) -> Rejection | None:
    """Return why `more` claims exceed the limit, or None."""
    if not more:
        return None
    count = sum(max(len(i.claims), len(i.leaves)) for i in page.incidents.values())
    count += sum(len(incident.claims) for incident in page.past)
    return TOO_MANY_CLAIMS if count + more > CLAIMS else None


def no_room_for_open(page: Page, kind: IncidentKind) -> Rejection | None:
    """Return why one more of a kind can't be unresolved, or None."""
    count = sum(i.kind is kind and not i.is_resolved for i in page.incidents.values())
    return OPEN_ALREADY[kind] if count >= BOUND_OF[kind] else None
