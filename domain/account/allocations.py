"""How the places of an account are dealt to its pages.

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
class Seat:
    """A place that the account has: included in its tier, or a slot; `ends_at` None is no end."""

    ends_at: datetime | None
    slot_id: str | None = None


def seats(account: Account, at: datetime) -> list[Seat]:
    """Return the places that the account has at `at`, in the order in which pages take them."""
    lasting = [Seat(None)] * INCLUDED[Tier.FREE]
    if account.is_prime_at(at):
        lasting += [Seat(account.tier_until)] * (INCLUDED[Tier.PRIME] - INCLUDED[Tier.FREE])
    return lasting + [Seat(slot.expires_at, slot.id) for slot in running(account, at)]


def running(account: Account, at: datetime) -> list[Slot]:
    """Return the slots that have not expired at `at`, latest expiry first."""
    slots = [slot for slot in account.slots.values() if at < slot.expires_at]
    return sorted(slots, key=lambda slot: (slot.expires_at, slot.id), reverse=True)


def oldest_first(account: Account) -> list[Place]:
    """Return the account's pages in the order in which they take places."""
    return sorted(account.places.values(), key=lambda p: (p.created_at, p.page_id))


def has_free_seat(account: Account, at: datetime) -> bool:
    """Tell whether one page more could be served; dark pages are seated first."""
    return len(seats(account, at)) > len(account.places)


def seated(account: Account, at: datetime) -> Mapping[str, Seat]:
    """Return which place each page has at `at`, by page id; a dark page has none."""
    ids = (place.page_id for place in oldest_first(account))
    return dict(zip(ids, seats(account, at), strict=False))


def deal(account: Account, at: datetime) -> Mapping[str, Entitlement]:
    """Return what each page gets at `at`: the oldest pages take the places, the rest are dark.

    A page is served until the first instant at which, if nobody acts, it has no place. Places only
    end as time goes by, and with each the pages move up: so the n-th page is dark once fewer than
    n are left, whichever they are. That is when the n-th of them ends, counted from the last end.
    """
    ends = sorted(
        (seat.ends_at for seat in seats(account, at)), key=lambda e: e or ENDLESS, reverse=True
    )
    pages = oldest_first(account)
    dealt = zip(pages, [*ends, *[at] * len(pages)], strict=False)
    return {place.page_id: entitle(account, place, end, at) for place, end in dealt}


def entitle(account: Account, place: Place, end: datetime | None, at: datetime) -> Entitlement:
    """Return a page's entitlement; a page that is dark already stays dark since when it was."""
    was = place.entitlement.served_until
    if end is not None and end <= at and was is not None:
        end = min(was, end)
    return Entitlement(account.tier, account.tier_until, served_until=end)
