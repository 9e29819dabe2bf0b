"""The application of the base host: its routes, the parts of its resources, and middleware."""

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from inspect import signature
from typing import TYPE_CHECKING, Any

from falcon.asgi import App, Request, Response

from domain.runtime import metrics
from domain.runtime.logging import bind_request, request_id_of
from domain.runtime.settings import Settings
from domain.store.redis.rate_limits.request_counts import RequestCounts
from domain.text import cut_reference
from web.api.accounts.passwords import Passwords
from web.api.areas import AREAS
from web.api.previews.preview_worker import PreviewWorker
from web.dashboard import (
    account,
    accounts,
    audit,
    billing,
    components,
    document,
    domains,
    incidents,
    keys,
    outbox,
    pages,
    settings,
    share,
    subscribers,
    templates,
)
from web.dashboard.screen import write_not_found
from web.http import errors
from web.http.auth import Authenticator, parse_bearer
from web.http.errors import invalid
from web.http.rate_limits import Attempts, RateLimiter
from web.http.responses import Writes
from web.openapi import resource as docs
from web.openapi.operations import Route
from web.visitors.pages import PageCache

if TYPE_CHECKING:
    from domain.store.postgres.engine import AsyncEngine

SCREENS = (
    document,
    pages,
    account,
    accounts,
    billing,
    audit,
    components,
    settings,
    domains,
    incidents,
    keys,
    share,
    subscribers,
    templates,
    outbox,
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


log = logging.getLogger(__name__)

HEADER = "X-Request-Id"
NO_ROUTE = "(none)"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class AccessLog:
    """Middleware that binds the request id first and logs the request last."""

    async def process_request(self, req: Request, resp: Response) -> None:
        """Read the request id or create one, and return it in `X-Request-Id`."""
        req.context.began_at = time.perf_counter()
        request_id = request_id_of(req.get_header(HEADER))
        bind_request(request_id)
        resp.set_header(HEADER, request_id)

    async def process_response(
        self,
        req: Request,
        resp: Response,
        resource: Any,  # noqa: ANN401 - any resource, or none
        req_succeeded: bool,  # noqa: FBT001 - Falcon's protocol
    ) -> None:
        """Log the request with its route template; the path itself may hold secrets."""
        del resource, req_succeeded
        route = req.uri_template or NO_ROUTE
        method = req.method if req.method in METHODS else "OTHER"
        took_s = time.perf_counter() - req.context.began_at
        fields = {"method": method, "route": route, "status": resp.status_code}
        metrics.REQUESTS.labels(route, method, resp.status_code).inc()
        metrics.REQUEST_S.labels(route, method).observe(took_s)
        log.info("request", extra={**fields, "ms": round(took_s * 1000, 1)})


class CleanPaths:
    """Middleware that rejects unstorable paths and shortens overlong path parameters."""

    def __init__(self, authenticator: Authenticator) -> None:
        """Use `authenticator` first: an invalid key is reported before a bad path."""
        self._authenticator = authenticator

    async def process_request(self, req: Request, resp: Response) -> None:
        """Reject NUL in a path. Raises ApiError 400, or 401 for a bad key."""
        del resp
        if "\0" not in req.path:
            return
        if req.get_header("Authorization") is not None:
            await self._authenticator.live_key(parse_bearer(req))
        raise invalid("The address holds a character that can't be stored.")

    async def process_resource(
        self,
        req: Request,
        resp: Response,
        resource: Any,  # noqa: ANN401 - any resource
        params: dict[str, Any],
    ) -> None:
        """Shorten the ids and names of a path, because commands store them."""
        del req, resp, resource
        params |= {name: cut_reference(part) for name, part in params.items()}


def create_app(parts: Parts) -> "App[Any, Any]":
    """Return the application of the base host."""
    app: App[Any, Any] = App(
        middleware=[AccessLog(), RateLimiter(parts.pace), CleanPaths(parts.authenticator)]
    )
    app.req_options.strip_url_path_trailing_slash = True
    errors.install(app)
    for route in parts.routes:
        app.add_route(route.path, add_head(build_resource(route.resource, parts)))
    app.add_sink(write_not_found, "/dashboard/")
    return app


def add_head(resource: Any) -> Any:  # noqa: ANN401 - a resource
    """Let a resource that answers GET also answer HEAD; the server drops the body."""
    if hasattr(resource, "on_get") and not hasattr(resource, "on_head"):
        resource.on_head = resource.on_get
    return resource
