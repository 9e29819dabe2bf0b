"""What was said of a page, and what of it was seen: numbered words, and maintenances."""

import time
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.support.actors import Page

DEFINITE = {200, 201, 202}  # a write that was acknowledged


@dataclass(slots=True, eq=False)
class Story:
    """What was said of one page: the numbers that were acknowledged, and when (monotonic)."""

    page: Page
    secret: str
    acknowledged: list[int] = field(default_factory=list)
    seen: list[int] = field(default_factory=list)  # those that status.json can show
    seen_at: list[float] = field(default_factory=list)
    shown: int = 0  # the newest number that a visitor saw
    windows: list[str] = field(default_factory=list)  # ids of maintenances that were planned

    @property
    def is_told(self) -> bool:
        """Whether a visitor saw the last word."""
        return not self.seen or self.shown >= self.seen[-1]

    def acknowledge(self, number: int, *, is_seen: bool) -> None:
        """Note that a number is safe from now on."""
        self.acknowledged.append(number)
        if is_seen:
            self.seen.append(number)
            self.seen_at.append(time.monotonic())

    def plan(self, start: datetime, end: datetime) -> None:
        """Plan a maintenance that the clock is to begin and to end."""
        plan = {"scheduledStart": start.isoformat(), "scheduledEnd": end.isoformat()}
        answer = self.page.owner.post(
            f"{self.page.path}/incidents", {"kind": "maintenance", "title": "Window", **plan}
        )
        assert answer.status_code in DEFINITE, answer.text
        self.windows.append(answer.json()["data"]["id"])

    def window(self, incident_id: str) -> dict[str, Any] | None:
        """A maintenance as its owner is told of it; None of one that is not applied yet."""
        answer = self.page.owner.get(f"{self.page.path}/incidents/{incident_id}")
        assert answer.status_code in {200, 404}, answer.text
        return answer.json()["data"] if answer.status_code == 200 else None

    def missing_since(self, shown: int, at: float) -> float | None:
        """When the first number behind `shown` was acknowledged, if that was before `at`."""
        following = bisect_right(self.seen, shown)
        is_missing = following < len(self.seen_at) and self.seen_at[following] <= at
        return self.seen_at[following] if is_missing else None
