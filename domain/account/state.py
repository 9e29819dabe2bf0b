"""An account as its drain holds it in memory, never changed in place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.account.domains import Mount
from domain.page.state import Entitlement, Tier


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the account, and what was last dealt to it."""

    page_id: str
    created_at: datetime
    entitlement: Entitlement = Entitlement()


@dataclass(frozen=True, slots=True)
class Slot:
    """A place that was bought, for 30 days at a time.

    It gives a place before `expires_at` and can be renewed ever after; `is_over` says that the
    clock has told of its end.
    """

    id: str
    bought_at: datetime
    expires_at: datetime
    is_over: bool = False


class BookingKind(StrEnum):
    """Why a balance changed."""

    GRANT = "grant"
    BUY = "buy"
    RENEW = "renew"


@dataclass(frozen=True, slots=True)
class Booking:
    """A row of the ledger: one change of the balance, in tokens, by the command at `seq`.

    `balance` is what is left after it; of a trade also the slot and when that then expires.
    """

    seq: int
    command_id: str
    kind: BookingKind
    amount: int
    balance: int
    at: datetime
    slot_id: str | None = None
    slot_expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """The aggregate: what the account pays for, the pages it has, and their hosts.

    `balance` is in tokens; `bookings` are only those made since the account was loaded.
    """

    id: str
    tier: Tier = Tier.FREE
    tier_until: datetime | None = None
    places: Mapping[str, Place] = field(default_factory=dict)
    deleted_at: datetime | None = None
    slots: Mapping[str, Slot] = field(default_factory=dict)
    balance: int = 0
    bookings: tuple[Booking, ...] = ()
    mounts: Mapping[str, Mount] = field(default_factory=dict)

    def is_prime_at(self, at: datetime) -> bool:
        """Whether Prime runs at the instant `at`."""
        return self.tier is Tier.PRIME and (self.tier_until is None or at < self.tier_until)
