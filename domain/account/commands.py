"""Commands of an account. Payloads only ever gain fields, with defaults."""

from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TypeAlias

from domain.account.domains import MountKind
from domain.calendar import UTC_ZONE
from domain.page.state import Tier


@dataclass(frozen=True, slots=True)
class MountHost:
    """Bind a host to a page: a subdomain at once, a domain after proof.

    For a domain that the page already has, only `wants_primary` is applied.
    """

    mount_id: str
    page_id: str
    host: str
    kind: MountKind
    token: str = ""
    wants_primary: bool = False


@dataclass(frozen=True, slots=True)
class VerifyMount:
    """Check a mount again now, by the owner.

    A failed or lapsed mount becomes pending again.
    """

    page_id: str
    mount_id: str


@dataclass(frozen=True, slots=True)
class ActivateMount:
    """Activate a mount after its proof, unless its host is active elsewhere."""

    mount_id: str
    asked_at: datetime
    page_id: str = ""  # for the audit log


@dataclass(frozen=True, slots=True)
class NoteMountCheck:
    """Record a changed check result: a reason, or None without one.

    `has_failed`: the waiting time is over. The command has no effect on a mount that was requested
    again after `asked_at`.
    """

    mount_id: str
    asked_at: datetime
    reason: str | None = None
    has_failed: bool = False
    page_id: str = ""


@dataclass(frozen=True, slots=True)
class LapseMount:
    """Free the host of an active mount after its proof is missing too long."""

    mount_id: str
    asked_at: datetime
    reason: str | None = None
    page_id: str = ""


@dataclass(frozen=True, slots=True)
class UnmountHost:
    """Remove a host from its page."""

    page_id: str
    mount_id: str


@dataclass(frozen=True, slots=True)
class SetPrimary:
    """Make an active mount's host the page's canonical one."""

    page_id: str
    mount_id: str


MountCommand: TypeAlias = (
    MountHost | VerifyMount | ActivateMount | NoteMountCheck | LapseMount | UnmountHost | SetPrimary
)


@dataclass(frozen=True, slots=True)
class AddPage:
    """Create a page, on `host` if it is given.

    `host` is a subdomain of the base, in full.
    """

    page_id: str
    name: str
    host: str | None = None
    time_zone: str = UTC_ZONE


@dataclass(frozen=True, slots=True)
class RemovePage:
    """Delete a page, which frees its page slot and its hosts."""

    page_id: str


@dataclass(frozen=True, slots=True)
class SetTier:
    """Set the tier, until an instant or without end; by the operator."""

    tier: Tier
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeleteAccount:
    """Delete the account with its pages; its stream ends here."""


@dataclass(frozen=True, slots=True)
class GrantTokens:
    """Grant tokens, by the operator."""

    amount: int


@dataclass(frozen=True, slots=True)
class BuySlot:
    """Buy a new slot with tokens."""

    slot_id: str


@dataclass(frozen=True, slots=True)
class RenewSlot:
    """Buy 30 more days of a slot, expired or not, with tokens."""

    slot_id: str


@dataclass(frozen=True, slots=True)
class ExpireSlot:
    """Expire a slot at `due_at`, by the clock."""

    slot_id: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class EndPrime:
    """End Prime at `due_at`, by the clock."""

    due_at: datetime


@dataclass(frozen=True, slots=True)
class Probe:
    """Change nothing; its outcome shows that a worker processes commands."""


Command: TypeAlias = (
    AddPage | RemovePage | SetTier | DeleteAccount
    | GrantTokens | BuySlot | RenewSlot | ExpireSlot | EndPrime
    | MountCommand | Probe
)  # fmt: skip

COMMANDS: MappingProxyType[str, type[Command]] = MappingProxyType(
    {command.__name__: command for command in Command.__args__}
)
