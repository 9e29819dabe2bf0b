"""Maintenances: what runs, what comes, what is over, and the form that plans one."""

from datetime import timedelta

from falcon.asgi import Request

from domain.status import IncidentKind, IncidentState
from web.dashboard.incidents import Incidents
from web.dashboard.screen import PageScreen, Values
from web.dashboard.templates import offered

LASTS = timedelta(hours=1)  # what the form proposes, from the next full hour but one
AHEAD = timedelta(hours=1)


class Maintenances(Incidents):
    """`GET /dashboard/pages/:pageID/maintenance`; those that are over by `?cursor=`."""

    template = "maintenances"
    tab = "maintenance"
    kind = IncidentKind.MAINTENANCE

    async def values(self, req: Request, **named: str) -> Values:
        """Return running and coming ones in the order of their start, and those that are over."""
        values = await super().values(req, **named)
        soonest = list(reversed(values["open"]))
        return {
            **values,
            "running": [i for i in soonest if i.state is not IncidentState.SCHEDULED],
            "coming": [i for i in soonest if i.state is IncidentState.SCHEDULED],
        }


class NewMaintenance(PageScreen):
    """`GET /dashboard/pages/:pageID/maintenance/new`; `?template=` names one to begin with."""

    template = "maintenance_new"
    tab = "maintenance"

    async def values(self, req: Request, **named: str) -> Values:
        """Return what a maintenance can be planned for, and a window to begin with."""
        desk, frame = await self.desk(req, named["page_id"])
        kept = await offered(self.engine, desk.page.id, IncidentKind.MAINTENANCE, req)
        starts_at = (frame["now"] + AHEAD).replace(minute=0, second=0, microsecond=0) + AHEAD
        return {**frame, **kept, "starts_at": starts_at, "ends_at": starts_at + LASTS}
