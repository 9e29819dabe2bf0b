"""The maintenance views: the list and the form for a new maintenance."""

from datetime import timedelta

from falcon.asgi import Request

from domain.status import IncidentKind, IncidentState
from web.dashboard.incidents import Incidents
from web.dashboard.screen import PageView, Values
from web.dashboard.templates import load_template_choices

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
