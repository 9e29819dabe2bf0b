"""What happened to an account. An event is complete: applying it needs no rule and no clock."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from domain.account.domain_events import MountEvent
from domain.account.state import Booking, Slot
from domain.page.state import Entitlement, Tier


@dataclass(frozen=True, slots=True)
class PageAdded:
    """The account has a page more; its entitlement is dealt by an event of its own."""

    page_id: str
    name: str
    host: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class PageRemoved:
    """The account has a page less."""

    page_id: str


@dataclass(frozen=True, slots=True)
class TierSet:
    """The account has this tier now."""

    tier: Tier
    until: datetime | None


@dataclass(frozen=True, slots=True)
class PlaceDealt:
    """A page's entitlement is another now."""

    page_id: str
    entitlement: Entitlement


@dataclass(frozen=True, slots=True)
class AccountDeleted:
    """The account is gone; its pages were removed by events of their own."""

    at: datetime


@dataclass(frozen=True, slots=True)
class SlotSet:
    """A slot exists with these properties now."""

    slot: Slot


@dataclass(frozen=True, slots=True)
class TokensBooked:
    """The balance is another now, and the ledger says why."""

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
