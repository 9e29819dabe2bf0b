"""Where each screen of the dashboard is."""

from web.dashboard import account, components, incidents, keys, maintenance, pages, templates
from web.dashboard import audit as activity
from web.dashboard import billing as tokens
from web.dashboard import domains as domain
from web.dashboard import login as entry
from web.dashboard import settings as look
from web.dashboard.screen import Screen

ONE = "/dashboard/pages/{page_id}"

SCREENS: tuple[tuple[str, type[Screen]], ...] = (
    ("/dashboard", pages.Pages),
    ("/dashboard/login", entry.Login),
    ("/dashboard/signup", entry.Signup),
    ("/dashboard/account", account.Me),
    ("/dashboard/tokens", tokens.Tokens),
    (ONE, pages.OnePage),
    (f"{ONE}/activity", activity.Activity),
    (f"{ONE}/components", components.Components),
    (f"{ONE}/customize", look.Customize),
    (f"{ONE}/domain", domain.Domain),
    (f"{ONE}/incidents", incidents.Incidents),
    (f"{ONE}/incidents/new", incidents.NewIncident),
    (f"{ONE}/incidents/{{iid}}", incidents.OneIncident),
    (f"{ONE}/keys", keys.Keys),
    (f"{ONE}/maintenance", maintenance.Maintenances),
    (f"{ONE}/maintenance/new", maintenance.NewMaintenance),
    (f"{ONE}/settings", look.Settings),
    (f"{ONE}/templates", templates.Templates),
)
