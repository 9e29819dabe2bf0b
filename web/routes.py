"""The route table of the base host: every address with its resource."""

from collections.abc import Callable
from typing import Any, NamedTuple

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
from web.api.pages import page_preview as preview
from web.api.pages import resource as pages
from web.api.previews import resource as previews
from web.api.templates import resource as templates
from web.dashboard import static
from web.dashboard.screens import VIEWS
from web.dashboard.static import StaticFile
from web.http.auth import Authenticator
from web.http.responses import Writes
from web.openapi import resource as docs
from web.process import Process
from web.writes.submit import Submitter


class Parts(NamedTuple):
    """The objects that resources are built from."""

    process: Process
    authenticator: Authenticator
    writes: Writes
    passwords: Passwords


Make = Callable[[type[Any], Parts], Any]


class Route(NamedTuple):
    """An address, its resource class, and the function that builds the resource."""

    path: str
    resource: type[Any]
    make: Make


def _owner(resource: type[Any], parts: Parts) -> Any:  # noqa: ANN401 - a resource
    return resource(parts.process, parts.authenticator, parts.writes)


def _monitor(resource: type[Any], parts: Parts) -> Any:  # noqa: ANN401 - a resource
    return resource(parts.authenticator, parts.writes)


def _login(resource: type[Any], parts: Parts) -> Any:  # noqa: ANN401 - a resource
    return resource(parts.process, parts.passwords)


def _reader(resource: type[Any], parts: Parts) -> Any:  # noqa: ANN401 - a resource
    return resource(parts.process, parts.authenticator)


def _docs(resource: type[Any], parts: Parts) -> Any:  # noqa: ANN401 - a resource
    return resource(parts.process, ROUTES)


ROUTES: tuple[Route, ...] = (
    Route("/", static.Home, lambda home, p: home(p.authenticator)),
    Route("/api/openapi.json", docs.OpenApi, _docs),
    Route("/docs", docs.Docs, _docs),
    Route("/static/{build}/{name}", StaticFile, lambda file, _: file()),
    *(Route(path, screen, _reader) for path, screen in VIEWS),
    Route("/api/v1/auth/signup", auth.Signup, _login),
    Route("/api/v1/auth/login", auth.Login, _login),
    Route("/api/v1/auth/logout", auth.Logout, lambda logout, p: logout(p.process, p.authenticator)),
    Route(
        "/api/v1/auth/me",
        me.Me,
        lambda me, p: me(p.process, p.authenticator, p.writes, p.passwords),
    ),
    Route("/api/v1/auth/sessions", account.Sessions, _reader),
    Route("/api/v1/auth/sessions/{session_id}", account.OneSession, _reader),
    Route("/api/v1/receipts/{rid}", receipts.Receipts, _reader),
    Route("/api/v1/status", pages.Pages, _owner),
    Route("/api/v1/status/templates", templates.AllTemplates, _owner),
    Route("/api/v1/status/purchases", billing.Ledger, _owner),
    Route("/api/v1/status/purchases/trade", billing.SlotPurchases, _owner),
    Route("/api/v1/status/{page_id}", settings.OnePage, _owner),
    Route("/api/v1/status/{page_id}/components", components.Components, _owner),
    Route("/api/v1/status/{page_id}/components/{cid}", components.OneComponent, _owner),
    Route("/api/v1/status/{page_id}/incidents", incidents.Incidents, _owner),
    Route("/api/v1/status/{page_id}/incidents/{iid}", incidents.OneIncident, _owner),
    Route("/api/v1/status/{page_id}/incidents/{iid}/updates", incidents.Updates, _owner),
    Route("/api/v1/status/{page_id}/incidents/{iid}/updates/{uid}", incidents.OneUpdate, _owner),
    Route("/api/v1/status/{page_id}/keys", keys.Keys, _owner),
    Route("/api/v1/status/{page_id}/keys/{kid}", keys.OneKey, _owner),
    Route("/api/v1/status/{page_id}/keys/{kid}/rotate", keys.KeyRotation, _owner),
    Route("/api/v1/status/{page_id}/audit", audit.Audit, _owner),
    Route("/api/v1/status/{page_id}/preview", previews.SettingsPreview, _owner),
    Route("/api/v1/status/{page_id}/preview/incidents", previews.IncidentPreview, _owner),
    Route(
        "/api/v1/status/{page_id}/preview/incidents/{iid}/updates",
        previews.UpdatePreview,
        _owner,
    ),
    Route("/api/v1/status/{page_id}/preview/{vid}", previews.PreviewDocument, _owner),
    Route("/logo/{name}", preview.Logo, _owner),
    Route("/api/v1/status/{page_id}/templates", templates.Templates, _owner),
    Route("/api/v1/status/{page_id}/templates/{tid}", templates.OneTemplate, _owner),
    Route("/api/v1/status/{page_id}/latency", latency.Latency, _owner),
    Route("/api/v1/status/{page_id}/mount", hostnames.NewCustomDomain, _owner),
    Route("/api/v1/status/{page_id}/mounts", hostnames.CustomDomains, _owner),
    Route("/api/v1/status/{page_id}/mounts/{mid}", hostnames.OneCustomDomain, _owner),
    Route(
        "/api/v1/status/{page_id}/mounts/{mid}/verify", hostnames.CustomDomainVerification, _owner
    ),
    Route("/api/v1/status-api/status", monitor.PageStatus, _reader),
    Route("/api/v1/status-api/incidents", monitor.Incidents, _monitor),
    Route("/api/v1/status-api/incidents/{iid}/updates", monitor.Updates, _monitor),
    Route("/api/v1/status-api/components/{cid}/status", monitor.ComponentToggle, _monitor),
)


def build_parts(process: Process) -> Parts:
    """Build the objects that resources of a process need."""
    return Parts(process, Authenticator(process), Writes(Submitter(process)), Passwords())
