"""The scenarios of abuse by the points of the issue "Limits", and what each offers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bench.abusers import (
    Abuse,
    fill_log,
    fill_page,
    hash_passwords,
    keep_heavy_pages_busy,
    make_heavy,
    mount_silent_domains,
    preview_without_end,
    publish_hostile_words,
    refuse,
)

Play = Callable[[Abuse], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A point of the issue, what is offered, and how; what prepares it is not measured."""

    point: int
    offered: str
    play: Play
    accounts: int = 1
    prepare: Play | None = None


SCENARIOS = (
    Scenario(1, "250 refused requests/s, a third with 64 KB", refuse),
    Scenario(2, "150 updates/s of 9,990 characters, 10 visits/s to them", fill_page),
    Scenario(3, "20 hostile messages/s, 20 toggles/s, 5 visits/s", publish_hostile_words),
    Scenario(
        4,
        "2 heavy pages: each 1 write, 5 visits, 1 preview/s",
        keep_heavy_pages_busy,
        2,
        make_heavy,
    ),
    Scenario(6, "50 previews/s of 5 sessions, each opened", preview_without_end),
    Scenario(8, "150 writes/s of up to 60 KB", fill_log),
    Scenario(11, "40 logins, 10 sign-ups, 20 confirmations/s", hash_passwords),
    Scenario(12, "5 domains asked anew 17 times/s, and replaced", mount_silent_domains),
)
