"""Whether a page has room for one more incident, update or claim. The bounds are data: `bounds`.

What ends something always has room, and so does what the clock does: nobody is kept from resolving
an incident, and a maintenance that could be planned begins and ends.
"""

from domain.page.limits import CLAIMS, PLANNED, RECENT, UNRESOLVED, UPDATES, full
from domain.page.state import Incident, Page
from domain.results import Rejection
from domain.status import IncidentKind, IncidentState

OPEN_ALREADY = {
    IncidentKind.INCIDENT: full(
        f"A page can have up to {UNRESOLVED} unresolved incidents: resolve one of them first."
    ),
    IncidentKind.MAINTENANCE: full(
        f"A page can have up to {PLANNED} maintenances that are scheduled or running:"
        " finish or delete one of them first."
    ),
}
BOUND_OF = {IncidentKind.INCIDENT: UNRESOLVED, IncidentKind.MAINTENANCE: PLANNED}
TOO_MANY_RECENT = full(
    f"A page can have up to {RECENT} incidents and maintenances within two weeks:"
    " post an update to one that is there, or delete some."
)
TOO_MANY_UPDATES = full(
    f"An incident can have up to {UPDATES} updates: resolve it, and open another."
)
TOO_MANY_CLAIMS = full(
    f"Incidents can set the status of components up to {CLAIMS} times within 90 days:"
    " leave out components, or delete an incident that is over."
)


def no_room_for_incident(page: Page, *, is_open: bool) -> Rejection | None:
    """Return why one incident more can't be opened, or told of when it is over."""
    refused = no_room_for_open(page, IncidentKind.INCIDENT) if is_open else None
    return refused or no_room_for_recent(page)


def no_room_for_window(page: Page) -> Rejection | None:
    """Return why one maintenance more can't be planned."""
    refused = no_room_for_open(page, IncidentKind.MAINTENANCE)
    return refused or no_room_for_recent(page)


def no_room_for_recent(page: Page) -> Rejection | None:
    """Return why one more of any kind can't be kept beside those of late."""
    return TOO_MANY_RECENT if len(page.incidents) >= RECENT else None


def no_room_for_update(
    page: Page, incident: Incident, state: IncidentState, claims: int
) -> Rejection | None:
    """Return why an update with so many claims can't be posted; what resolves always can."""
    if state is IncidentState.RESOLVED and not incident.is_resolved:
        return None
    if len(incident.updates) >= UPDATES:
        return TOO_MANY_UPDATES
    if state is IncidentState.RESOLVED:
        return None
    refused = no_room_for_open(page, incident.kind) if incident.is_resolved else None
    return refused or no_room_for_claims(page, claims)


def no_room_for_claims(page: Page, more: int) -> Rejection | None:
    """Return why so many claims more can't be held; none are always fine."""
    if not more:
        return None
    kept = sum(max(len(i.claims), len(i.leaves)) for i in page.incidents.values())
    kept += sum(len(incident.claims) for incident in page.past)
    return TOO_MANY_CLAIMS if kept + more > CLAIMS else None


def no_room_for_open(page: Page, kind: IncidentKind) -> Rejection | None:
    """Return why one more of a kind can't be unresolved."""
    held = sum(i.kind is kind and not i.is_resolved for i in page.incidents.values())
    return OPEN_ALREADY[kind] if held >= BOUND_OF[kind] else None
