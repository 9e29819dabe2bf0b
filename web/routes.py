"""The route table of the base host: every address with its resource."""

from dataclasses import dataclass
from inspect import signature
from typing import TYPE_CHECKING, Any, NamedTuple

from domain.runtime.settings import Settings
from domain.store.redis.rate_counts import AttemptCounts
from domain.store.redis.request_counts import RequestCounts
from web.api import billing, components, keys, receipts
from web.api.accounts import account
from web.api.accounts import account as me
from web.api.accounts import logins as auth
from web.api.accounts.passwords import Passwords
from web.api.audit import resource as audit
from web.api.domains import resource as hostnames
from web.api.incidents import resource as incidents
from web.api.monitor import resource as monitor
from web.api.pages import latency, settings
from web.api.pages import resource as pages
from web.api.previews import page_preview as preview
from web.api.previews import resource as previews
from web.api.previews.preview_worker import PreviewWorker
from web.api.templates import resource as templates
from web.dashboard import static
from web.dashboard.screens import VIEWS
from web.dashboard.static import StaticFile
from web.http.auth import Authenticator
from web.http.responses import Writes
from web.openapi import resource as docs
from web.visitors.pages import PageCache

if TYPE_CHECKING:
    from domain.store.postgres.engine import AsyncEngine


class Route(NamedTuple):
    """An address and its resource class."""

    path: str
    resource: type[Any]


ROUTES: tuple[Route, ...] = (
    Route("/", static.Home),
    Route("/api/openapi.json", docs.OpenApi),
    Route("/docs", docs.Docs),
    Route("/static/{build}/{name}", StaticFile),
    *(Route(path, screen) for path, screen in VIEWS),
    Route("/api/v1/auth/signup", auth.Signup),
    Route("/api/v1/auth/login", auth.Login),
    Route("/api/v1/auth/logout", auth.Logout),
    Route(
        "/api/v1/auth/me",
        me.Me,
    ),
    Route("/api/v1/auth/sessions", account.Sessions),
    Route("/api/v1/auth/sessions/{session_id}", account.OneSession),
    Route("/api/v1/receipts/{rid}", receipts.Receipts),
    Route("/api/v1/status", pages.Pages),
    Route("/api/v1/status/templates", templates.AllTemplates),
    Route("/api/v1/status/purchases", billing.Ledger),
    Route("/api/v1/status/purchases/trade", billing.SlotPurchases),
    Route("/api/v1/status/{page_id}", settings.OnePage),
    Route("/api/v1/status/{page_id}/components", components.Components),
    Route("/api/v1/status/{page_id}/components/{cid}", components.OneComponent),
    Route("/api/v1/status/{page_id}/incidents", incidents.Incidents),
    Route("/api/v1/status/{page_id}/incidents/{iid}", incidents.OneIncident),
    Route("/api/v1/status/{page_id}/incidents/{iid}/updates", incidents.Updates),
    Route("/api/v1/status/{page_id}/incidents/{iid}/updates/{uid}", incidents.OneUpdate),
    Route("/api/v1/status/{page_id}/keys", keys.Keys),
    Route("/api/v1/status/{page_id}/keys/{kid}", keys.OneKey),
    Route("/api/v1/status/{page_id}/keys/{kid}/rotate", keys.KeyRotation),
    Route("/api/v1/status/{page_id}/audit", audit.Audit),
    Route("/api/v1/status/{page_id}/preview", previews.SettingsPreview),
    Route("/api/v1/status/{page_id}/preview/incidents", previews.IncidentPreview),
    Route(
        "/api/v1/status/{page_id}/preview/incidents/{iid}/updates",
        previews.UpdatePreview,
    ),
    Route("/api/v1/status/{page_id}/preview/{vid}", previews.PreviewDocument),
    Route("/logo/{name}", preview.Logo),
    Route("/api/v1/status/{page_id}/templates", templates.Templates),
    Route("/api/v1/status/{page_id}/templates/{tid}", templates.OneTemplate),
    Route("/api/v1/status/{page_id}/latency", latency.Latency),
    Route("/api/v1/status/{page_id}/mount", hostnames.NewCustomDomain),
    Route("/api/v1/status/{page_id}/mounts", hostnames.CustomDomains),
    Route("/api/v1/status/{page_id}/mounts/{mid}", hostnames.OneCustomDomain),
    Route("/api/v1/status/{page_id}/mounts/{mid}/verify", hostnames.CustomDomainVerification),
    Route("/api/v1/status-api/status", monitor.PageStatus),
    Route("/api/v1/status-api/incidents", monitor.Incidents),
    Route("/api/v1/status-api/incidents/{iid}/updates", monitor.Updates),
    Route("/api/v1/status-api/components/{cid}/status", monitor.ComponentToggle),
)


@dataclass(frozen=True, slots=True)
class Parts:
    """The objects that resources are built from, by the names of their parameters."""

    settings: Settings
    engine: "AsyncEngine"
    page_cache: PageCache
    limits: AttemptCounts
    pace: RequestCounts
    authenticator: Authenticator
    writes: Writes
    passwords: Passwords
    preview_worker: PreviewWorker
    routes: tuple[Route, ...] = ROUTES


def build_resource(resource: type[Any], parts: Parts) -> Any:  # noqa: ANN401 - a resource
    """Build a resource from the parts that its constructor names. Raises TypeError."""
    names = list(signature(resource).parameters)
    if missing := [name for name in names if not hasattr(parts, name)]:
        message = f"{resource.__name__} asks for {', '.join(missing)}: Parts has no such field."
        raise TypeError(message)
    return resource(**{name: getattr(parts, name) for name in names})
