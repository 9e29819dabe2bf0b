"""Instants, days and durations as text, in a page's zone."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

MINUTES_AN_HOUR = 60


def format_instant(at: datetime, zone: str) -> str:
    """Format an instant as `23 Nov 2026, 14:02 UTC`, in `zone`."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%b %Y, %H:%M} {local.tzname()}"


def format_day(day: date) -> str:
    """Format a day as `23 November 2026`."""
    return f"{day.day} {day:%B %Y}"


def format_month(at: datetime, zone: str) -> str:
    """Format the month of an instant as `2026-11`, in `zone`."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m}"


def format_minutes(minutes: int) -> str:
    """Format minutes as `2 h 5 min`, with non-breaking spaces before units."""
    hours, rest = divmod(minutes, MINUTES_AN_HOUR)
    parts = ([f"{hours}\u00a0h"] if hours else []) + (
        [f"{rest}\u00a0min"] if rest or not hours else []
    )
    return " ".join(parts)


def format_duration(start: datetime, end: datetime) -> str:
    """Format the duration from `start` to `end`, in whole minutes."""
    return format_minutes(max(0, int((end - start).total_seconds() // 60)))
