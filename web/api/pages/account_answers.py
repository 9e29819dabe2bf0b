"""The answer about an account: tier, slots, warnings and pages.

Source: docs/behaviour.md, "Tiers and slots".
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict

from domain.account.allocations import DarkPage, allocated_slots, find_dark_pages, page_slots
from domain.account.state import Account
from domain.calendar import iso
from domain.page.state import Tier
from web.api.pages.answers import Page
from web.http.wire import Id, Instant


class SlotShown(TypedDict):
    """A slot, expired or not, and the page that it serves now."""

    id: Id
    boughtAt: Instant
    expiresAt: Instant
    page: Id | None


class Warned(TypedDict):
    """A page that is or will be dark; `slot` is the one that ends."""

    warning: str
    page: Id
    slot: Id | None
    at: Instant


class AccountStatus(TypedDict):
    """An account at the moment of asking; `capacity` is how many pages it may have."""

    tier: str
    tierUntil: Instant | None
    capacity: int
    balance: int
    slots: list[SlotShown]
    warnings: list[Warned]
    pages: list[Page]


def account_status(account: Account, pages: list[Page], at: datetime) -> AccountStatus:
    """Return the account at `at` as JSON; `pages` are its page views."""
    is_prime = account.is_prime_at(at)
    until = account.tier_until if is_prime else None
    names = {page["id"]: page["name"] for page in pages}
    return {
        "tier": (Tier.PRIME if is_prime else Tier.FREE).value,
        "tierUntil": iso(until) if until else None,
        "capacity": len(page_slots(account, at)),
        "balance": account.balance,
        "slots": slot_views(account, at),
        "warnings": [dark_warning(dark, names) for dark in find_dark_pages(account, at)],
        "pages": pages,
    }


def slot_views(account: Account, at: datetime) -> list[SlotShown]:
    """Return all slots, newest purchase first."""
    holders = {seat.slot_id: page_id for page_id, seat in allocated_slots(account, at).items()}
    newest_first = sorted(account.slots.values(), key=lambda s: (s.bought_at, s.id), reverse=True)
    return [
        {
            "id": slot.id,
            "boughtAt": iso(slot.bought_at),
            "expiresAt": iso(slot.expires_at),
            "page": holders.get(slot.id),
        }
        for slot in newest_first
    ]


def dark_warning(dark: DarkPage, names: Mapping[str, str]) -> Warned:
    """Return a warning that a page is dark or will be."""
    name, day = names.get(dark.page_id, dark.page_id), f"{dark.at:%Y-%m-%d %H:%M} UTC"
    cause = f"slot {dark.slot_id} expires" if dark.slot_id else "Prime ends"
    remedy = "renew the slot" if dark.slot_id else "renew Prime or buy a slot"
    soon = f"“{name}” goes dark on {day}, when {cause}: {remedy} to keep it showing."
    is_dark = f"“{name}” is dark since {day}: it has no place. Renew a slot or buy one."
    return {
        "warning": is_dark if dark.is_dark else soon,
        "page": dark.page_id,
        "slot": dark.slot_id,
        "at": iso(dark.at),
    }
