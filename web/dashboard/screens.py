"""The modules of the dashboard that have routes."""

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
    static,
    templates,
)

SCREENS = (
    static,
    pages,
    account,
    billing,
    audit,
    components,
    settings,
    domains,
    incidents,
    keys,
    templates,
)
