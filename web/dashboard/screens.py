"""Where each screen of the dashboard is."""

from web.dashboard import components, entry, incidents, maintenance, pages
from web.dashboard.screen import Screen

ONE = "/dashboard/pages/{page_id}"

SCREENS: tuple[tuple[str, type[Screen]], ...] = (
    ("/dashboard", pages.Pages),
    ("/dashboard/login", entry.Login),
    ("/dashboard/signup", entry.Signup),
    (ONE, pages.OnePage),
    (f"{ONE}/components", components.Components),
    (f"{ONE}/incidents", incidents.Incidents),
    (f"{ONE}/incidents/new", incidents.NewIncident),
    (f"{ONE}/incidents/{{iid}}", incidents.OneIncident),
    (f"{ONE}/maintenance", maintenance.Maintenances),
    (f"{ONE}/maintenance/new", maintenance.NewMaintenance),
)
