"""How long writes took until visitors saw them, as the owner's API answers it."""

from collections.abc import Iterable
from typing import Annotated, TypedDict

from msgspec import Meta

from domain.store.postgres.latency import Latency

Day = Annotated[str, Meta(extra_json_schema={"format": "date"})]


class DayLatencyView(TypedDict):
    """A day in the page's time zone that had writes."""

    day: Day
    p50Ms: int | None
    p99Ms: int | None
    count: int


class LatencyView(TypedDict):
    """The last 30 days together, and one by one; null where nothing was written."""

    p50Ms: int | None
    p99Ms: int | None
    count: int
    days: list[DayLatencyView]


def latency_view(together: Latency, days: Iterable[Latency]) -> LatencyView:
    """Return figures as JSON."""
    return {
        "p50Ms": together.p50_ms,
        "p99Ms": together.p99_ms,
        "count": together.count,
        "days": [
            {
                "day": one.day.isoformat() if one.day else "",
                "p50Ms": one.p50_ms,
                "p99Ms": one.p99_ms,
                "count": one.count,
            }
            for one in days
        ],
    }
