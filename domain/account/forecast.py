"""Forecast of an account's dark pages and the end that causes each.

Source: docs/behaviour.md, "Tiers and slots".
"""

from dataclasses import dataclass
from datetime import datetime

from domain.account.allocations import allocate, pages_oldest_first
from domain.account.state import Account
from domain.account.terms import WARNED_BEFORE


@dataclass(frozen=True, slots=True)
class DarkPage:
    """A page that is dark since `at`, or will be from then on.

    `slot_id` is the slot that ends then. It is None if Prime ends, or if the page slot was
    withdrawn.
    """

    page_id: str
    at: datetime
    is_dark: bool
    slot_id: str | None


def find_dark_pages(account: Account, at: datetime) -> list[DarkPage]:
    """Return pages that are dark within seven days of `at`, oldest first.

    Pages that are dark already are included.
    """
    entitlements = allocate(account, at)
    ends = ((p.page_id, entitlements[p.page_id].served_until) for p in pages_oldest_first(account))
    return [
        DarkPage(page_id, end, is_dark=end <= at, slot_id=slot_ending(account, end))
        for page_id, end in ends
        if end is not None and end - at <= WARNED_BEFORE
    ]


def slot_ending(account: Account, end: datetime) -> str | None:
    """Return the id of the slot that expires at `end`, if any."""
    ending = (slot.id for slot in account.slots.values() if slot.expires_at == end)
    return min(ending, default=None)
