"""Answers about publication latency, in milliseconds."""

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


def latency_view(total: Latency, days: Iterable[Latency]) -> LatencyView:
    """Return latency figures as JSON."""
    return {
        "p50Ms": total.p50_ms,
        "p99Ms": total.p99_ms,
        "count": total.count,
        "days": [
            {
                "day": figures.day.isoformat() if figures.day else "",
                "p50Ms": figures.p50_ms,
                "p99Ms": figures.p99_ms,
                "count": figures.count,
            }
            for figures in days
        ],
    }
