"""Incidents: the list with those that are open first, the form that opens one, and one of them."""

from collections.abc import Callable
from typing import ClassVar

from falcon.asgi import Request

from domain.page.state import Incident
from domain.page.tree import Affected, affected, groups_of_namesakes, place
from domain.status import Impact, IncidentKind, IncidentState, Status
from domain.store.postgres.engine import Connection, run
from domain.store.postgres.incidents import Place, Stretch, incident_of, incidents_after
from web.dashboard.screen import Desk, PageScreen, Values
from web.dashboard.templates import offered
from web.http.errors import not_found
from web.http.paging import cursor_of, limit_of, place_of

# What an incident is opened with; the rest can be said by an update.
TROUBLE = (Status.DEGRADED, Status.PARTIAL, Status.OUTAGE)


def affected_on(desk: Desk) -> Callable[[Incident], tuple[Affected, ...]]:
    """Return what tells of an incident's leaves; what their names need is found once for all."""
    groups = groups_of_namesakes(desk.components)
    return lambda incident: affected(desk.components, groups, said_of_leaves(desk, incident))


def said_of_leaves(desk: Desk, incident: Incident) -> list[tuple[str, Status]]:
    """Return the leaves an incident holds, or is planned for, in tree order, with their status."""
    said = dict.fromkeys(incident.leaves, Status.MAINTENANCE) if not incident.is_resolved else {}
    said |= incident.held
    known = sorted(
        said.keys() & desk.components.keys(), key=lambda id_: place(desk.components, id_)
    )
    return [(id_, said[id_]) for id_ in known]


def past_of(
    conn: Connection, page_id: str, kind: IncidentKind, after: Place | None, limit: int
) -> Stretch:
    """Read what is over, newest first."""
    return incidents_after(conn, page_id, kind, after, limit, is_resolved=True)


class Incidents(PageScreen):
    """`GET /dashboard/pages/:pageID/incidents`; the resolved ones by `?cursor=`."""

    template = "incidents"
    tab = "incidents"
    kind: ClassVar[IncidentKind] = IncidentKind.INCIDENT

    async def values(self, req: Request, **named: str) -> Values:
        """Return what is going on and what is over."""
        desk, frame = await self.desk(req, named["page_id"])
        limit, after = limit_of(req), place_of(req)
        past = await run(self.engine, past_of, desk.page.id, self.kind, after, limit)
        return {
            **frame,
            "open": desk.of_kind(self.kind),
            "past": past.incidents,
            "older": cursor_of(past.incidents[-1]) if past.has_more else None,
            "is_first": after is None,
            "affected": affected_on(desk),
        }


class NewIncident(PageScreen):
    """`GET /dashboard/pages/:pageID/incidents/new`; `?template=` names one to begin with."""

    template = "incident_new"
    tab = "incidents"

    async def values(self, req: Request, **named: str) -> Values:
        """Return what an incident can speak of."""
        desk, frame = await self.desk(req, named["page_id"])
        kept = await offered(self.engine, desk.page.id, IncidentKind.INCIDENT, req)
        return {**frame, **kept, "trouble": TROUBLE, "impacts": tuple(Impact)}


class OneIncident(PageScreen):
    """`GET /dashboard/pages/:pageID/incidents/:iid`, maintenances too; `?edit=` opens a form."""

    template = "incident"
    tab = "incidents"

    async def values(self, req: Request, **named: str) -> Values:
        """Return an incident with its timeline. Raises ApiError 404."""
        desk, frame = await self.desk(req, named["page_id"])
        incident = await run(self.engine, incident_of, desk.page.id, named["iid"])
        if incident is None:
            raise not_found("incident")
        is_plan = incident.kind is IncidentKind.MAINTENANCE
        return {
            **frame,
            "tab": "maintenance" if is_plan else self.tab,
            "incident": incident,
            "is_plan": is_plan,
            "affected": affected_on(desk)(incident),
            "choices": choices(incident),
            "impacts": tuple(Impact),
        }


def choices(incident: Incident) -> list[IncidentState]:
    """Return the states that an update of an incident can say; only what waits is scheduled."""
    waits = incident.state is IncidentState.SCHEDULED
    return [state for state in IncidentState if waits or state is not IncidentState.SCHEDULED]
