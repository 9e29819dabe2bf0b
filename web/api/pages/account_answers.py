"""The answer about an account: tier, slots, warnings and pages.

Source: docs/behaviour.md, "Tiers and slots".
"""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from domain.account.allocations import DarkPage, allocated_slots, find_dark_pages, page_slots
from domain.account.state import Account
from domain.page.state import Tier
from web.api.pages.answers import Page
from web.http.wire import Answer, Id, Instant, to_answer


class SlotShown(Answer, frozen=True):
    """A slot, expired or not, and the page that it serves now."""

    id: Id
    bought_at: Instant
    expires_at: Instant
    page: Id | None


class Warned(Answer, frozen=True):
    """A page that is or will be dark; `slot` is the one that ends."""

    warning: str
    page_id: Id = msgspec.field(name="page")
    slot_id: Id | None = msgspec.field(name="slot")
    at: Instant


class AccountStatus(Answer, frozen=True):
    """An account at the moment of asking; `capacity` is how many pages it may have."""

    tier: str
    tier_until: Instant | None
    capacity: int
    balance: int
    slots: list[SlotShown]
    warnings: list[Warned]
    pages: list[Page]


def account_status(account: Account, pages: list[Page], at: datetime) -> AccountStatus:
    """Return the account at `at` as JSON; `pages` are its page views."""
    is_prime = account.is_prime_at(at)
    names = {page.id: page.name for page in pages}
    return to_answer(
        AccountStatus,
        account,
        tier=Tier.PRIME if is_prime else Tier.FREE,
        tier_until=account.tier_until if is_prime else None,
        capacity=len(page_slots(account, at)),
        slots=slot_views(account, at),
        warnings=[dark_warning(dark, names) for dark in find_dark_pages(account, at)],
        pages=pages,
    )


def slot_views(account: Account, at: datetime) -> list[SlotShown]:
    """Return all slots, newest purchase first."""
    holders = {seat.slot_id: page_id for page_id, seat in allocated_slots(account, at).items()}
    newest_first = sorted(account.slots.values(), key=lambda s: (s.bought_at, s.id), reverse=True)
    return [to_answer(SlotShown, slot, page=holders.get(slot.id)) for slot in newest_first]


def dark_warning(dark: DarkPage, names: Mapping[str, str]) -> Warned:
    """Return a warning that a page is dark or will be."""
    name, day = names.get(dark.page_id, dark.page_id), f"{dark.at:%Y-%m-%d %H:%M} UTC"
    cause = f"slot {dark.slot_id} expires" if dark.slot_id else "Prime ends"
    remedy = "renew the slot" if dark.slot_id else "renew Prime or buy a slot"
    soon = f"“{name}” goes dark on {day}, when {cause}: {remedy} to keep it showing."
    is_dark = f"“{name}” is dark since {day}: it has no place. Renew a slot or buy one."
    return to_answer(Warned, dark, warning=is_dark if dark.is_dark else soon)
