"""The route table of the base host: every address and its resource, and nothing else."""

from collections.abc import Callable
from typing import Any, NamedTuple

from web.answers import Writes
from web.auth import Gate
from web.dashboard.screen import Screen
from web.dashboard.screens import SCREENS
from web.dashboard.static import StaticFile
from web.inbox import Inbox
from web.passwords import Passwords
from web.process import Process
from web.resources import (
    audit,
    auth,
    components,
    home,
    incidents,
    keys,
    latency,
    me,
    monitor,
    mounts,
    pages,
    preview,
    purchases,
    receipts,
    sessions,
    settings,
    templates,
)


class Parts(NamedTuple):
    """What resources are made of."""

    process: Process
    gate: Gate
    writes: Writes
    passwords: Passwords


class Route(NamedTuple):
    """An address, and how its resource is made."""

    path: str
    make: Callable[[Parts], Any]


def _owner(resource: type[Any]) -> Callable[[Parts], Any]:
    return lambda parts: resource(parts.process, parts.gate, parts.writes)


def _monitor(resource: type[Any]) -> Callable[[Parts], Any]:
    return lambda parts: resource(parts.gate, parts.writes)


def _screen(resource: type[Screen]) -> Callable[[Parts], Any]:
    return lambda parts: resource(parts.process, parts.gate)


ROUTES: tuple[Route, ...] = (
    Route("/", lambda p: home.Home(p.gate)),
    Route("/static/{build}/{name}", lambda _: StaticFile()),
    *(Route(path, _screen(resource)) for path, resource in SCREENS),
    Route("/api/v1/auth/signup", lambda p: auth.Signup(p.process, p.passwords)),
    Route("/api/v1/auth/login", lambda p: auth.Login(p.process, p.passwords)),
    Route("/api/v1/auth/logout", lambda p: auth.Logout(p.process)),
    Route("/api/v1/auth/me", lambda p: me.Me(p.process, p.gate, p.writes, p.passwords)),
    Route("/api/v1/auth/sessions", lambda p: sessions.Sessions(p.process, p.gate)),
    Route("/api/v1/auth/sessions/{session_id}", lambda p: sessions.OneSession(p.process, p.gate)),
    Route("/api/v1/receipts/{rid}", lambda p: receipts.Receipts(p.process, p.gate)),
    Route("/api/v1/status", _owner(pages.Pages)),
    Route("/api/v1/status/templates", _owner(templates.AllTemplates)),
    Route("/api/v1/status/purchases", _owner(purchases.Purchases)),
    Route("/api/v1/status/purchases/trade", _owner(purchases.Trades)),
    Route("/api/v1/status/{page_id}", _owner(settings.OnePage)),
    Route("/api/v1/status/{page_id}/components", _owner(components.Components)),
    Route("/api/v1/status/{page_id}/components/{cid}", _owner(components.OneComponent)),
    Route("/api/v1/status/{page_id}/incidents", _owner(incidents.Incidents)),
    Route("/api/v1/status/{page_id}/incidents/{iid}", _owner(incidents.OneIncident)),
    Route("/api/v1/status/{page_id}/incidents/{iid}/updates", _owner(incidents.Updates)),
    Route("/api/v1/status/{page_id}/incidents/{iid}/updates/{uid}", _owner(incidents.OneUpdate)),
    Route("/api/v1/status/{page_id}/keys", _owner(keys.Keys)),
    Route("/api/v1/status/{page_id}/keys/{kid}", _owner(keys.OneKey)),
    Route("/api/v1/status/{page_id}/keys/{kid}/rotate", _owner(keys.KeyRotation)),
    Route("/api/v1/status/{page_id}/audit", _owner(audit.Audit)),
    Route("/api/v1/status/{page_id}/preview", _owner(preview.Preview)),
    Route("/logo/{name}", _owner(preview.Logo)),
    Route("/api/v1/status/{page_id}/templates", _owner(templates.Templates)),
    Route("/api/v1/status/{page_id}/templates/{tid}", _owner(templates.OneTemplate)),
    Route("/api/v1/status/{page_id}/latency", _owner(latency.Latency)),
    Route("/api/v1/status/{page_id}/mount", _owner(mounts.NewMounts)),
    Route("/api/v1/status/{page_id}/mounts", _owner(mounts.Mounts)),
    Route("/api/v1/status/{page_id}/mounts/{mid}", _owner(mounts.OneMount)),
    Route("/api/v1/status/{page_id}/mounts/{mid}/verify", _owner(mounts.MountVerification)),
    Route("/api/v1/status-api/status", lambda p: monitor.PageStatus(p.gate, p.process)),
    Route("/api/v1/status-api/incidents", _monitor(monitor.Incidents)),
    Route("/api/v1/status-api/incidents/{iid}/updates", _monitor(monitor.Updates)),
    Route("/api/v1/status-api/components/{cid}/status", _monitor(monitor.ComponentStatus)),
)


def parts_of(process: Process) -> Parts:
    """Return the parts of a process that resources need."""
    return Parts(process, Gate(process), Writes(Inbox(process)), Passwords())
