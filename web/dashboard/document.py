"""Rendering of a dashboard view, with headers that allow our own files only."""

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import falcon
from falcon.asgi import Request, Response
from jinja2 import Environment

from domain.calendar import format_day, format_duration, format_instant, format_length, iso
from domain.page.timeline import is_noted_later, open_seconds
from domain.runtime.markdown_rules import to_plain_text
from domain.runtime.settings import load_settings
from domain.runtime.template_loader import FOLDER, colours, environment, wording
from domain.status import LISTED, IncidentState
from domain.store.postgres.engine import UNREACHABLE
from web.http.auth import Authenticator
from web.http.error_pages import read_notice, write_notice
from web.http.errors import ApiError

SOURCE = FOLDER / "static" / "dashboard"
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
FOR_EVER = "public, max-age=31536000, immutable"
DIGITS = 16
STATES = tuple(state for state in IncidentState if state is not IncidentState.SCHEDULED)
NO_STORE = "no-store"  # after the logout nothing stays in the browser
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:{framed};"
    " connect-src 'self'; frame-src 'self'{framed}; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
FRAMED = "framed"  # the variable with the address of a page whose pictures and frames a view shows


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


def local(at: datetime, zone: str) -> str:
    """Return an instant in `zone`, in the format of a datetime-local input."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}"


def clock(at: datetime, zone: str) -> str:
    """Return the time of day of an instant in `zone`."""
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"


def day_in(at: datetime, zone: str) -> str:
    """Return the day of an instant in `zone`, such as `23 November 2026`."""
    return format_day(at.astimezone(ZoneInfo(zone)).date())


def part_of_date(at: datetime, zone: str, form: str) -> str:
    """Return a part of the date of an instant in `zone`: `%b`, `%a`."""
    return f"{at.astimezone(ZoneInfo(zone)):{form}}".lstrip("0")


def spaced(name: str) -> str:
    """Return a field's wire name as words: `startedAt` is `started at`."""
    return re.sub(r"(?=[A-Z])|\.|_", " ", name).lower()


def plain_value(value: Any, zone: str) -> str:  # noqa: ANN401 - any JSON
    """Return a value of a field as people write it, an instant in `zone`."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, str) and INSTANT.fullmatch(value):
        return format_instant(datetime.fromisoformat(value), zone)
    if value in STATES:
        return str(value).replace("_", " ")
    return str(value) if value not in (None, "") else "—"


INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
FILTERS: dict[str, Callable[..., Any]] = {
    "between": format_duration,
    "clock": clock,
    "date": part_of_date,
    "day_in": day_in,
    "in_zone": format_instant,
    "is_noted_later": is_noted_later,
    "iso": iso,
    "lasted": format_length,
    "local": local,
    "open_seconds": open_seconds,
    "plain": to_plain_text,
    "plain_value": plain_value,
    "spaced": spaced,
}


@cache
def template_environment() -> Environment:
    """Return the Jinja2 environment of all views."""
    env = environment(FILTERS)
    env.globals |= {
        "words": wording(),
        "statuses": LISTED,
        "states": STATES,
        "static": static_path(),
        "has_outbox": load_settings().outbox,
    }
    return env


def write_document(
    resp: Response, template: str, values: Mapping[str, Any], status: int = 200
) -> None:
    """Render a template into a response. Raises jinja2.UndefinedError for missing names."""
    resp.status = status
    resp.content_type = falcon.MEDIA_HTML
    framed = (values.get(FRAMED) or "").removesuffix("/")
    policy = POLICY.format(framed=f" {framed}" if framed else "")
    resp.set_header("Cache-Control", NO_STORE)
    resp.set_header("Content-Security-Policy", policy)
    resp.text = template_environment().get_template(f"dashboard/{template}.html").render(values)


def days_until(at: datetime, now: datetime) -> int:
    """Return the days until `at`, rounded up; 0 for an instant in the past."""
    return max(0, -((now - at) // timedelta(days=1)))


ROUTES = {
    "/": Home,
    "/static/{build}/{name}": StaticFile,
}
