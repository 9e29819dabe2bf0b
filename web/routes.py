"""The route table of the base host, and the parts of its resources."""

from collections.abc import Iterator
from dataclasses import dataclass
from inspect import signature
from typing import TYPE_CHECKING, Any

from domain.runtime.settings import Settings
from domain.store.redis.request_counts import RequestCounts
from web.api.accounts.attempts import Attempts
from web.api.accounts.passwords import Passwords
from web.api.areas import AREAS
from web.api.previews.preview_worker import PreviewWorker
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
from web.http.auth import Authenticator
from web.http.responses import Writes
from web.openapi import resource as docs
from web.openapi.operations import Route
from web.visitors.pages import PageCache

if TYPE_CHECKING:
    from domain.store.postgres.engine import AsyncEngine

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


def collect_routes() -> Iterator[Route]:
    """Yield the routes of the description, of all screens and of all areas."""
    for module in (docs, *SCREENS):
        for path, resource in module.ROUTES.items():
            yield Route(path, resource)
    for area in AREAS:
        for path, resource in area.routes.items():
            yield Route(path, resource, area.parameters)


def described_rank(route: Route) -> tuple[bool, bool]:
    """Return the rank of a route: of the account, of one page, of monitors."""
    return route.path.startswith("/api/v1/status-api/"), "{page_id}" in route.path


ROUTES = tuple(sorted(collect_routes(), key=described_rank))


@dataclass(frozen=True, slots=True)
class Parts:
    """The objects that resources are built from, by the names of their parameters."""

    settings: Settings
    engine: "AsyncEngine"
    page_cache: PageCache
    attempts: Attempts
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
