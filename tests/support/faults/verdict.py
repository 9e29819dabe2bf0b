"""What became of numbered words: every page's timelines, read back through the owner's API."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

from tests.support.faults.load import NUMBER
from tests.support.faults.story import Story


@dataclass(frozen=True, slots=True)
class Verdict:
    """Acknowledged words against those that the pages tell."""

    acknowledged: int = 0
    applied: int = 0
    lost: int = 0
    doubled: int = 0
    out_of_order: int = 0

    def __add__(self, other: Self) -> "Verdict":
        mine, theirs = (tuple(getattr(v, f) for f in self.__slots__) for v in (self, other))
        return Verdict(*(a + b for a, b in zip(mine, theirs, strict=True)))

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.out_of_order)


def judge(stories: list[Story]) -> Verdict:
    """Compare what was acknowledged with what is told."""
    return sum(map(judge_page, stories), Verdict())


def judge_page(story: Story) -> Verdict:
    """What became of a page's numbers, and of its maintenances."""
    return sum((judge_window(story.window(id_)) for id_ in story.windows), judge_numbers(story))


def judge_window(window: dict[str, Any] | None) -> Verdict:
    """The clock is to begin and to end a maintenance once each, at the instants of its plan."""
    if window is None:
        return Verdict(acknowledged=1, lost=1)
    told = [(update["state"], update["occurredAt"]) for update in reversed(window["updates"])]
    due = [("in_progress", window["scheduledStart"]), ("resolved", window["scheduledEnd"])]
    return Verdict(
        acknowledged=len(due),
        applied=len(told),
        lost=sum(one not in told for one in due),
        doubled=max(len(told) - len(due), 0),
        out_of_order=int(told != due),
    )


def judge_numbers(story: Story) -> Verdict:
    """Read a page's timelines; within one, and from one to the next, numbers must grow."""
    timelines = [numbers(incident) for incident in sorted(incidents(story), key=opened)]
    told = Counter(number for timeline in timelines for number in timeline)
    steps = [pair for timeline in timelines for pair in pairwise(timeline)]
    steps += pairwise(timeline[0] for timeline in timelines)
    return Verdict(
        acknowledged=len(story.acknowledged),
        applied=sum(told.values()),
        lost=sum(number not in told for number in story.acknowledged),
        doubled=sum(count - 1 for count in told.values()),
        out_of_order=sum(before >= after for before, after in steps),
    )


def incidents(story: Story) -> Iterator[dict[str, Any]]:
    """Every incident of a page, list by list; no maintenances."""
    cursor = ""
    while cursor is not None:
        more = {"kind": "incident"} | ({"cursor": cursor} if cursor else {})
        answer = story.page.owner.get(f"{story.page.path}/incidents", params={"limit": 100, **more})
        assert answer.status_code == 200, answer.text
        yield from answer.json()["data"]["items"]
        cursor = answer.json()["data"]["nextCursor"]


def opened(incident: dict[str, Any]) -> tuple[str, str]:
    """Where an incident stands in the page's story."""
    return incident["postedAt"], incident["id"]


def numbers(incident: dict[str, Any]) -> list[int]:
    """The numbers of a timeline, the oldest first."""
    return [int(NUMBER.findall(update["body"])[0]) for update in reversed(incident["updates"])]
