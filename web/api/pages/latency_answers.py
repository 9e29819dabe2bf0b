"""Answers about publication latency, in milliseconds."""

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta

from domain.store.postgres.latency import Latency
from web.http.wire import Answer, to_answer

Day = Annotated[str, Meta(extra_json_schema={"format": "date"})]


class DayLatencyView(Answer, frozen=True):
    """A day in the page's time zone that had writes."""

    day: Day
    p50_ms: int | None
    p99_ms: int | None
    count: int


class LatencyView(Answer, frozen=True):
    """The last 30 days together, and one by one; null where nothing was written."""

    p50_ms: int | None
    p99_ms: int | None
    count: int
    days: list[DayLatencyView]


def latency_view(total: Latency, days: Iterable[Latency]) -> LatencyView:
    """Return latency figures as JSON."""
    return to_answer(LatencyView, total, days=[to_answer(DayLatencyView, day) for day in days])
