"""Commands of an account. Payloads only ever gain fields, with defaults."""

from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TypeAlias

from domain.account.domain_commands import MountCommand
from domain.page.state import Tier


@dataclass(frozen=True, slots=True)
class AddPage:
    """Create a page, on `host` if it is given.

    `host` is a subdomain of the base, in full.
    """

    page_id: str
    name: str
    host: str | None = None


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
