"""The Falcon application of the base host: wiring only."""

from typing import Any

from falcon.asgi import App, Request, Response

from domain.text import cut_reference
from web.dashboard.screen import write_not_found
from web.http import errors
from web.http.auth import Authenticator, parse_bearer
from web.http.errors import invalid
from web.http.rate_limits import AccessLog, RateLimiter
from web.routes import Parts, build_resource


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
