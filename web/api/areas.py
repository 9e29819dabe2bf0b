"""The areas of the API, in the order of the description."""

from web.api import audit, billing, components, keys, receipts, templates
from web.api.accounts import account as accounts
from web.api.accounts import recovery
from web.api.domains import resource as domains
from web.api.incidents import resource as incidents
from web.api.monitor import resource as monitor
from web.api.pages import export as exports
from web.api.pages import resource as pages
from web.api.previews import resource as previews
from web.api.subscribers import owner_deliveries as subscriber_lists
from web.api.subscribers import resource as subscribers

AREAS = (
    accounts.AREA,
    recovery.AREA,
    receipts.AREA,
    pages.AREA,
    components.AREA,
    incidents.AREA,
    keys.AREA,
    audit.AREA,
    subscriber_lists.AREA,
    previews.AREA,
    templates.AREA,
    billing.AREA,
    exports.AREA,
    pages.LATENCY,
    domains.AREA,
    monitor.AREA,
    subscribers.AREA,
)
