"""Events of an account.

An event is complete: applying it needs no rule and no clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from domain.account.domains import Mount
from domain.account.state import Booking, Slot
from domain.calendar import UTC_ZONE
from domain.page.state import Entitlement, Tier


@dataclass(frozen=True, slots=True)
class HostMounted:
    """A page has a new mount."""

    mount: Mount


@dataclass(frozen=True, slots=True)
class MountChanged:
    """A mount has changed, except in being primary."""

    mount: Mount


@dataclass(frozen=True, slots=True)
class HostFreed:
    """A host leads to no page any more; the next proof gets it."""

    page_id: str
    host: str


@dataclass(frozen=True, slots=True)
class HostUnmounted:
    """A page has lost a mount."""

    mount_id: str


@dataclass(frozen=True, slots=True)
class PrimarySet:
    """A page's canonical host is this mount's; None without an active mount."""

    page_id: str
    mount_id: str | None
    host: str | None


MountEvent: TypeAlias = HostMounted | MountChanged | HostFreed | HostUnmounted | PrimarySet


def apply_to_mounts(mounts: Mapping[str, Mount], event: MountEvent) -> Mapping[str, Mount]:
    """Return the mounts after `event`."""
    match event:
        case HostMounted(mount=mount) | MountChanged(mount=mount):
            return {**mounts, mount.id: mount}
        case HostUnmounted(mount_id=mount_id):
            return {id_: mount for id_, mount in mounts.items() if id_ != mount_id}
        case PrimarySet():
            return {id_: with_primary_flag(mount, event) for id_, mount in mounts.items()}
        case HostFreed():
            return mounts


def with_primary_flag(mount: Mount, event: PrimarySet) -> Mount:
    """Return a mount with its new primary flag; unaffected mounts stay identical."""
    is_primary = mount.id == event.mount_id
    if mount.page_id != event.page_id or mount.is_primary is is_primary:
        return mount
    return replace(mount, is_primary=is_primary)


@dataclass(frozen=True, slots=True)
class PageAdded:
    """The account has a new page; a separate event sets its entitlement."""

    page_id: str
    name: str
    host: str | None
    at: datetime
    time_zone: str = UTC_ZONE


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
