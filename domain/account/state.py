"""An account as its drain holds it in memory, never changed in place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.account.domains import Mount
from domain.page.state import Entitlement, Tier


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the account, and its last entitlement."""

    page_id: str
    created_at: datetime
    entitlement: Entitlement = Entitlement()


@dataclass(frozen=True, slots=True)
class Slot:
    """A bought slot, paid for 30 days at a time.

    It serves a page before `expires_at` and can always be renewed. `is_over` says that its end has
    been processed.
    """

    id: str
    bought_at: datetime
    expires_at: datetime
    is_over: bool = False


class BookingKind(StrEnum):
    """The reason for a change of balance."""

    GRANT = "grant"
    BUY = "buy"
    RENEW = "renew"


@dataclass(frozen=True, slots=True)
class Booking:
    """A row of the ledger: one change of the balance, in tokens.

    The command at `seq` caused it. `balance` is the balance afterwards. For a slot, its id and new
    expiry are added.
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
    """The aggregate: the account's tier and slots, its pages, and their hosts.

    `balance` is in tokens; `bookings` are only those since the account was loaded.
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
        """Return whether Prime is active at the instant `at`."""
        return self.tier is Tier.PRIME and (self.tier_until is None or at < self.tier_until)


@dataclass(frozen=True, slots=True)
class Facts:
    """Results of store lookups, and the command's position in the log.

    `host_is_ours`: the requested host was free and is claimed for this account. `command_id` and
    `seq` name the command, for the booking that may follow; `received_at` is its time of receipt,
    if later than the time of its events.

    `held_until`: the host is free, but reserved until then for its former account.
    `next_subdomain_at` is when the account may have one more subdomain.
    """

    host_is_ours: bool = True
    command_id: str = ""
    seq: int = 0
    received_at: datetime | None = None
    held_until: datetime | None = None
    next_subdomain_at: datetime | None = None
