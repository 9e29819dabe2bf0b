"""Allocation of an account's page slots to its pages.

Source: docs/behaviour.md, "Tiers and slots".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from domain.account import events as e
from domain.account.events import PrimarySet
from domain.account.state import Account, Place, Slot
from domain.page.commands import Command, CreatePage, DeletePage, SetEntitlement, SetHosts
from domain.page.state import Entitlement, Tier

INCLUDED: Final[Mapping[Tier, int]] = {Tier.FREE: 1, Tier.PRIME: 2}  # page slots without a price
SLOT_PRICE: Final = 480  # tokens, for a new slot and for a renewal alike
SLOT_LASTS: Final = timedelta(days=30)
WARNED_BEFORE: Final = timedelta(days=7)

# Our own bounds: a higher value is a mistake, and no number or date overflows.
PAID_AHEAD_MAX: Final = timedelta(days=3_650)
BALANCE_MAX: Final = 1_000_000_000


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


def follow_ups(account: Account, events: Iterable[e.Event]) -> list[tuple[str, Command]]:
    """Return (page id, command) pairs, in order.

    `account` is the state after `events`.
    """
    added = {event.page_id for event in events if isinstance(event, e.PageAdded)}
    pairs: list[tuple[str, Command]] = []
    for event in events:
        match event:
            case e.PageAdded(page_id=page_id, name=name, host=host, time_zone=zone):
                entitlement = account.places[page_id].entitlement
                pairs.append((page_id, CreatePage(account.id, name, entitlement, host, zone)))
            case e.PageRemoved(page_id=page_id):
                pairs.append((page_id, DeletePage()))
            case e.PlaceDealt(page_id=page_id, entitlement=entitlement) if page_id not in added:
                pairs.append((page_id, SetEntitlement(entitlement)))
            case PrimarySet(page_id=page_id, host=host):
                pairs.append((page_id, SetHosts(host)))
            case _:
                pass
    return pairs
