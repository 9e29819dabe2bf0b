"""The Falcon application of the base host: wiring only."""

from typing import Any

from falcon.asgi import App, Request, Response

from domain.text import cut_reference
from web.dashboard.screen import write_lost
from web.http import errors
from web.http.access_log import Access
from web.http.auth import Gate, bearer
from web.http.errors import invalid
from web.http.rate_limits import Pacing
from web.process import Process
from web.routes import ROUTES, parts_of


class CleanPaths:
    """Refuses addresses that no store could hold, and cuts what is too long to name anything."""

    def __init__(self, gate: Gate) -> None:
        """Ask `gate` first: to a key that opens nothing, that is said before anything else."""
        self._gate = gate

    async def process_request(self, req: Request, resp: Response) -> None:
        """Refuse NUL in a path, as in any other text."""
        del resp
        if "\0" not in req.path:
            return
        if req.get_header("Authorization") is not None:
            await self._gate.live_key(bearer(req))
        raise invalid("The address holds a character that can't be stored.")

    async def process_resource(
        self,
        req: Request,
        resp: Response,
        resource: Any,  # noqa: ANN401 - any resource
        params: dict[str, Any],
    ) -> None:
        """Cut ids and names in a path: commands hold them."""
        del req, resp, resource
        params |= {name: cut_reference(part) for name, part in params.items()}


def create_app(process: Process) -> "App[Any, Any]":
    """Return the application for a process."""
    parts = parts_of(process)
    app: App[Any, Any] = App(middleware=[Access(), Pacing(process.pace), CleanPaths(parts.gate)])
    app.req_options.strip_url_path_trailing_slash = True
    errors.install(app)
    for route in ROUTES:
        app.add_route(route.path, with_head(route.make(route.resource, parts)))
    app.add_sink(write_lost, "/dashboard/")
    return app


def with_head(resource: Any) -> Any:  # noqa: ANN401 - a resource
    """Let a resource that answers GET answer HEAD: the server leaves the body out."""
    if hasattr(resource, "on_get") and not hasattr(resource, "on_head"):
        resource.on_head = resource.on_get
    return resource
