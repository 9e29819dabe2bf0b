"""Instants for people, in a page's zone."""

from datetime import datetime
from zoneinfo import ZoneInfo


def in_zone(at: datetime, zone: str) -> str:
    """Write an instant as `23 Nov 2026, 14:02 UTC`, in `zone`."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%b %Y, %H:%M} {local.tzname()}"
