"""The route table of the dashboard views."""

from web.dashboard import (
    account,
    audit,
    billing,
    components,
    domains,
    incidents,
    keys,
    pages,
    settings,
    templates,
)
from web.dashboard.screen import View

PAGE_PATH = "/dashboard/pages/{page_id}"

VIEWS: tuple[tuple[str, type[View]], ...] = (
    ("/dashboard", pages.Pages),
    ("/dashboard/login", account.Login),
    ("/dashboard/signup", account.Signup),
    ("/dashboard/account", account.Account),
    ("/dashboard/tokens", billing.Tokens),
    (PAGE_PATH, pages.OnePage),
    (f"{PAGE_PATH}/activity", audit.AuditLog),
    (f"{PAGE_PATH}/components", components.Components),
    (f"{PAGE_PATH}/customize", settings.Theme),
    (f"{PAGE_PATH}/domain", domains.Domain),
    (f"{PAGE_PATH}/incidents", incidents.Incidents),
    (f"{PAGE_PATH}/incidents/new", incidents.NewIncident),
    (f"{PAGE_PATH}/incidents/{{iid}}", incidents.OneIncident),
    (f"{PAGE_PATH}/keys", keys.Keys),
    (f"{PAGE_PATH}/maintenance", incidents.Maintenances),
    (f"{PAGE_PATH}/maintenance/new", incidents.NewMaintenance),
    (f"{PAGE_PATH}/settings", settings.Settings),
    (f"{PAGE_PATH}/templates", templates.Templates),
)
