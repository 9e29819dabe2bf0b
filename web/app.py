"""The Falcon application of the base host: wiring only."""

from typing import Any

from falcon.asgi import App, Request, Response

from web import errors
from web.errors import invalid
from web.process import Process
from web.routes import ROUTES, parts_of


class CleanPaths:
    """Refuses addresses that no store could hold."""

    async def process_request(self, req: Request, resp: Response) -> None:
        """Refuse NUL in a path, as in any other text."""
        del resp
        if "\0" in req.path:
            raise invalid("The address holds a character that can't be stored.")


def create_app(process: Process) -> "App[Any, Any]":
    """Return the application for a process."""
    app: App[Any, Any] = App(middleware=[CleanPaths()])
    app.req_options.strip_url_path_trailing_slash = True
    errors.install(app)
    parts = parts_of(process)
    for route in ROUTES:
        app.add_route(route.path, route.make(parts))
    return app
