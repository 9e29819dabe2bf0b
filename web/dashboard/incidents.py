"""The incident views: the list, the form for a new incident, and one incident."""

from collections.abc import Callable
from datetime import timedelta
from typing import ClassVar

from falcon.asgi import Request

from domain.page.state import Incident
from domain.page.tree import Affected, affected, groups_of_namesakes, tree_order
from domain.status import Impact, IncidentKind, IncidentState, Status
from domain.store.postgres.engine import Connection, run
from domain.store.postgres.incidents import (
    IncidentSlice,
    ListPosition,
    incident_of,
    incidents_after,
)
from domain.store.postgres.notifications.delivery_report import count_of_incidents
from web.dashboard.screen import PageContext, PageView, Values
from web.dashboard.templates import load_template_choices
from web.http.errors import not_found
from web.http.paging import cursor_of, limit_of, position_of

# The statuses to open an incident with; updates can set the others.
PROBLEM_STATUSES = tuple(status for status in Status if status.impact is not Impact.NONE)


def affected_reader(page_context: PageContext) -> Callable[[Incident], tuple[Affected, ...]]:
    """Return a function for the affected leaves; name groups are computed once."""
    groups = groups_of_namesakes(page_context.components)
    return lambda incident: affected(
        page_context.components, groups, leaf_statuses(page_context, incident)
    )


def leaf_statuses(page_context: PageContext, incident: Incident) -> list[tuple[str, Status]]:
    """Return the leaves of an incident with their statuses, in tree order."""
    statuses = (
        dict.fromkeys(incident.leaves, Status.MAINTENANCE) if not incident.is_resolved else {}
    )
    statuses |= incident.held
    leaf_ids = sorted(
        statuses.keys() & page_context.components.keys(),
        key=lambda id_: tree_order(page_context.components, id_),
    )
    return [(id_, statuses[id_]) for id_ in leaf_ids]


def load_resolved(
    conn: Connection, page_id: str, kind: IncidentKind, after: ListPosition | None, limit: int
) -> IncidentSlice:
    """Read resolved incidents, newest first."""
    return incidents_after(conn, page_id, kind, after, limit, is_resolved=True)


class Incidents(PageView):
    """`GET /dashboard/pages/:pageID/incidents`; resolved ones by `?cursor=`."""

    template = "incidents"
    tab = "incidents"
    kind: ClassVar[IncidentKind] = IncidentKind.INCIDENT

    async def values(self, req: Request, **params: str) -> Values:
        """Return open incidents and one page of resolved ones."""
        page_context, frame = await self.fetch_page_context(req, params["page_id"])
        limit, after = limit_of(req), position_of(req)
        resolved = await run(
            self.engine, load_resolved, page_context.page.id, self.kind, after, limit
        )
        return {
            **frame,
            "open": page_context.of_kind(self.kind),
            "past": resolved.incidents,
            "older": cursor_of(resolved.incidents[-1]) if resolved.has_more else None,
            "is_first": after is None,
            "affected": affected_reader(page_context),
        }


class NewIncident(PageView):
    """`GET /dashboard/pages/:pageID/incidents/new`; `?template=` selects a template."""

    template = "incident_new"
    tab = "incidents"

    async def values(self, req: Request, **params: str) -> Values:
        """Return the choices of the form for a new incident."""
        page_context, frame = await self.fetch_page_context(req, params["page_id"])
        template_values = await load_template_choices(
            self.engine, page_context.page.id, IncidentKind.INCIDENT, req
        )
        return {**frame, **template_values, "trouble": PROBLEM_STATUSES, "impacts": tuple(Impact)}


class OneIncident(PageView):
    """`GET /dashboard/pages/:pageID/incidents/:iid`, also for maintenances.

    `?edit=` opens a form.
    """

    template = "incident"
    tab = "incidents"

    async def values(self, req: Request, **params: str) -> Values:
        """Return an incident with its timeline. Raises ApiError 404."""
        page_context, frame = await self.fetch_page_context(req, params["page_id"])
        incident = await run(self.engine, incident_of, page_context.page.id, params["iid"])
        if incident is None:
            raise not_found("incident")
        is_plan = incident.kind is IncidentKind.MAINTENANCE
        counts = await run(self.engine, count_of_incidents, [incident.id])
        return {
            **frame,
            "tab": "maintenance" if is_plan else self.tab,
            "incident": incident,
            "is_plan": is_plan,
            "affected": affected_reader(page_context)(incident),
            "choices": choices(incident),
            "impacts": tuple(Impact),
            "deliveries": counts.get(incident.id),
        }


def choices(incident: Incident) -> list[IncidentState]:
    """Return the possible states of an update; `scheduled` needs a scheduled maintenance."""
    is_scheduled = incident.state is IncidentState.SCHEDULED
    return [
        state for state in IncidentState if is_scheduled or state is not IncidentState.SCHEDULED
    ]


DURATION = timedelta(hours=1)  # proposed by the form, from the full hour after LEAD
LEAD = timedelta(hours=1)


class Maintenances(Incidents):
    """`GET /dashboard/pages/:pageID/maintenance`; resolved ones by `?cursor=`."""

    template = "maintenances"
    tab = "maintenance"
    kind = IncidentKind.MAINTENANCE

    async def values(self, req: Request, **params: str) -> Values:
        """Return running and scheduled maintenances by start, and resolved ones."""
        values = await super().values(req, **params)
        by_start = list(reversed(values["open"]))
        return {
            **values,
            "running": [i for i in by_start if i.state is not IncidentState.SCHEDULED],
            "coming": [i for i in by_start if i.state is IncidentState.SCHEDULED],
        }


class NewMaintenance(PageView):
    """`GET /dashboard/pages/:pageID/maintenance/new`; `?template=` selects a template."""

    template = "maintenance_new"
    tab = "maintenance"

    async def values(self, req: Request, **params: str) -> Values:
        """Return the choices of the form and a proposed window."""
        page_context, frame = await self.fetch_page_context(req, params["page_id"])
        template_values = await load_template_choices(
            self.engine, page_context.page.id, IncidentKind.MAINTENANCE, req
        )
        starts_at = (frame["now"] + LEAD).replace(minute=0, second=0, microsecond=0) + LEAD
        return {**frame, **template_values, "starts_at": starts_at, "ends_at": starts_at + DURATION}


ROUTES = {
    "/dashboard/pages/{page_id}/incidents": Incidents,
    "/dashboard/pages/{page_id}/incidents/new": NewIncident,
    "/dashboard/pages/{page_id}/incidents/{iid}": OneIncident,
    "/dashboard/pages/{page_id}/maintenance": Maintenances,
    "/dashboard/pages/{page_id}/maintenance/new": NewMaintenance,
}
