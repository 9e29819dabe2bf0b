"""Allocation of an account's page slots to its pages.

Source: docs/behaviour.md, "Tiers and slots".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from domain.account.state import Account, Place, Slot
from domain.account.terms import INCLUDED
from domain.page.state import Entitlement, Tier

ENDLESS: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PageSlot:
    """Room for one page: included in the tier, or a bought slot.

    `ends_at` is None if it has no end.
    """

    ends_at: datetime | None
    slot_id: str | None = None


def page_slots(account: Account, at: datetime) -> list[PageSlot]:
    """Return the page slots at `at`, in the order of allocation."""
    lasting = [PageSlot(None)] * INCLUDED[Tier.FREE]
    if account.is_prime_at(at):
        lasting += [PageSlot(account.tier_until)] * (INCLUDED[Tier.PRIME] - INCLUDED[Tier.FREE])
    return lasting + [PageSlot(slot.expires_at, slot.id) for slot in active_slots(account, at)]


def active_slots(account: Account, at: datetime) -> list[Slot]:
    """Return the bought slots that have not expired at `at`, latest expiry first."""
    slots = [slot for slot in account.slots.values() if at < slot.expires_at]
    return sorted(slots, key=lambda slot: (slot.expires_at, slot.id), reverse=True)


def pages_oldest_first(account: Account) -> list[Place]:
    """Return the account's pages in the order of allocation, oldest first."""
    return sorted(account.places.values(), key=lambda p: (p.created_at, p.page_id))


def has_free_slot(account: Account, at: datetime) -> bool:
    """Return whether one more page could be served.

    Dark pages come before a new page.
    """
    return len(page_slots(account, at)) > len(account.places)


def allocated_slots(account: Account, at: datetime) -> Mapping[str, PageSlot]:
    """Return the page slot of each page at `at`, by page id.

    A dark page has none.
    """
    ids = (place.page_id for place in pages_oldest_first(account))
    return dict(zip(ids, page_slots(account, at), strict=False))


def allocate(account: Account, at: datetime) -> Mapping[str, Entitlement]:
    """Return the entitlement of each page at `at`, by page id.

    The oldest pages get the page slots, the others are dark. A page is served until the first
    instant at which, without any change, it has no page slot.

    Page slots only end as time passes, and each end moves the pages up. So the n-th page is dark
    once fewer than n page slots are left: when the n-th of them ends, counted from the last end.
    """
    ends = sorted(
        (seat.ends_at for seat in page_slots(account, at)), key=lambda e: e or ENDLESS, reverse=True
    )
    pages = pages_oldest_first(account)
    pairs = zip(pages, [*ends, *[at] * len(pages)], strict=False)
    return {place.page_id: build_entitlement(account, place, end, at) for place, end in pairs}


def build_entitlement(
    account: Account, place: Place, end: datetime | None, at: datetime
) -> Entitlement:
    """Return a page's entitlement; a dark page keeps its first dark instant."""
    dark_at = place.entitlement.served_until
    if end is not None and end <= at and dark_at is not None:
        end = min(dark_at, end)
    return Entitlement(account.tier, account.tier_until, served_until=end)
