"""Events of an account.

An event is complete: applying it needs no rule and no clock.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from domain.account.domain_events import MountEvent
from domain.account.state import Booking, Slot
from domain.page.state import Entitlement, Tier


@dataclass(frozen=True, slots=True)
class PageAdded:
    """The account has a new page; a separate event sets its entitlement."""

    page_id: str
    name: str
    host: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class PageRemoved:
    """The account has lost a page."""

    page_id: str


@dataclass(frozen=True, slots=True)
class TierSet:
    """The account has a new tier."""

    tier: Tier
    until: datetime | None


@dataclass(frozen=True, slots=True)
class PlaceDealt:
    """A page has a new entitlement."""

    page_id: str
    entitlement: Entitlement


@dataclass(frozen=True, slots=True)
class AccountDeleted:
    """The account is deleted; separate events removed its pages."""

    at: datetime


@dataclass(frozen=True, slots=True)
class SlotSet:
    """A slot exists with these properties."""

    slot: Slot


@dataclass(frozen=True, slots=True)
class TokensBooked:
    """The balance has changed; the booking gives the reason."""

    booking: Booking


Event: TypeAlias = (
    PageAdded
    | PageRemoved
    | TierSet
    | PlaceDealt
    | AccountDeleted
    | SlotSet
    | TokensBooked
    | MountEvent
)
