"""Which pages of an account are dark or soon will be, and what ends then.

Source: docs/behaviour.md, "Tiers and slots".
"""

from dataclasses import dataclass
from datetime import datetime

from domain.account.allocations import deal, oldest_first
from domain.account.state import Account
from domain.account.terms import WARNED_BEFORE


@dataclass(frozen=True, slots=True)
class Darkness:
    """That a page is dark since `at`, or will be from then on if nobody acts.

    `slot_id` is the slot that ends then; without one it is Prime, or the place was taken away.
    """

    page_id: str
    at: datetime
    is_dark: bool
    slot_id: str | None


def darkness(account: Account, at: datetime) -> list[Darkness]:
    """Return the pages that are dark at `at` or will be within seven days, oldest page first."""
    dealt = deal(account, at)
    ends = ((p.page_id, dealt[p.page_id].served_until) for p in oldest_first(account))
    return [
        Darkness(page_id, end, is_dark=end <= at, slot_id=slot_ending(account, end))
        for page_id, end in ends
        if end is not None and end - at <= WARNED_BEFORE
    ]


def slot_ending(account: Account, end: datetime) -> str | None:
    """Return the slot that expires at `end`; None if it is none."""
    ending = (slot.id for slot in account.slots.values() if slot.expires_at == end)
    return min(ending, default=None)
