"""Rendering of a dashboard view, with headers that allow our own files only."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import falcon
from falcon.asgi import Response
from jinja2 import Environment

from domain.calendar import format_day, format_duration, format_instant, iso
from domain.runtime.markdown_rules import to_plain_text
from domain.runtime.template_loader import environment, wording
from domain.status import LISTED, IncidentState
from web.dashboard.static import static_path

STATES = tuple(state for state in IncidentState if state is not IncidentState.SCHEDULED)
HEADERS = {
    "Cache-Control": "no-store",  # after the logout nothing stays in the browser
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self';"
    " img-src 'self' data:; connect-src 'self'; frame-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'",
}


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


FILTERS: dict[str, Callable[..., Any]] = {
    "between": format_duration,
    "clock": clock,
    "date": part_of_date,
    "day_in": day_in,
    "in_zone": format_instant,
    "iso": iso,
    "local": local,
    "plain": to_plain_text,
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
    }
    return env


def write_document(
    resp: Response, template: str, values: Mapping[str, Any], status: int = 200
) -> None:
    """Render a template into a response. Raises jinja2.UndefinedError for missing names."""
    resp.status = status
    resp.content_type = falcon.MEDIA_HTML
    for name, value in HEADERS.items():
        resp.set_header(name, value)
    resp.text = template_environment().get_template(f"dashboard/{template}.html").render(values)


def days_until(at: datetime, now: datetime) -> int:
    """Return the days until `at`, rounded up; 0 for an instant in the past."""
    return max(0, -((now - at) // timedelta(days=1)))
