"""Where each screen of the dashboard is."""

from web.dashboard import (
    account,
    activity,
    components,
    domain,
    entry,
    incidents,
    keys,
    look,
    maintenance,
    pages,
    templates,
    tokens,
)
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
