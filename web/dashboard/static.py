"""Style and scripts of the dashboard, served under a hash of their content."""

import hashlib
from functools import cache

import falcon
from falcon.asgi import Request, Response

from domain.runtime.template_loader import FOLDER, colours, environment, wording
from domain.store.postgres.engine import UNREACHABLE
from web.http.auth import Authenticator
from web.http.error_pages import read_notice, write_notice
from web.http.errors import ApiError

SOURCE = FOLDER / "static" / "dashboard"
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
FOR_EVER = "public, max-age=31536000, immutable"
DIGITS = 16


@cache
def files() -> dict[str, bytes]:
    """Return the content of all files by name, with colours in the style."""
    style = (
        environment({})
        .get_template("static/dashboard/dashboard.css.j2")
        .render(colours(), words=wording())
    )
    scripts = {path.name: path.read_bytes() for path in sorted(SOURCE.glob("*.js"))}
    return {"dashboard.css": style.encode(), **scripts}


@cache
def static_path() -> str:
    """Return the URL folder of the files; it changes with their content."""
    digest = hashlib.sha256()
    for name, content in files().items():
        digest.update(b"%s\0%s\0" % (name.encode(), content))
    return f"/static/{digest.hexdigest()[:DIGITS]}"


class StaticFile:
    """`GET /static/:hash/:name`."""

    async def on_get(self, req: Request, resp: Response, build: str, name: str) -> None:
        """Serve a file; during a deploy the hash of another build is accepted."""
        content = files().get(name)
        if content is None:
            raise falcon.HTTPNotFound
        is_current = req.path.startswith(f"{static_path()}/")
        resp.content_type = TYPES["." + name.rpartition(".")[2]]
        resp.set_header("Cache-Control", FOR_EVER if is_current else "no-store")
        resp.data = content

    on_head = on_get


class Home:
    """`GET /`."""

    def __init__(self, authenticator: Authenticator) -> None:
        """Read the home document once."""
        self._authenticator = authenticator
        self._notice = read_notice("home")

    async def on_get(self, req: Request, resp: Response) -> None:
        """Redirect an owner to the dashboard; show the home page to others."""
        if await self._has_session(req):
            resp.set_header("Cache-Control", "no-store")
            resp.status, resp.location = 303, "/dashboard"
        else:
            write_notice(resp, self._notice)

    on_head = on_get

    async def _has_session(self, req: Request) -> bool:
        try:
            await self._authenticator.owner(req)
        except (ApiError, *UNREACHABLE):  # the home page does not depend on the database
            return False
        return True


ROUTES = {
    "/": Home,
    "/static/{build}/{name}": StaticFile,
}
