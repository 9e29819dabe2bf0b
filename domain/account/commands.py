"""What an account may be told to do. Payloads only ever gain fields, with defaults."""

from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TypeAlias

from domain.account.domain_commands import MountCommand
from domain.page.state import Tier


@dataclass(frozen=True, slots=True)
class AddPage:
    """Create a page, on `host` (a subdomain of the base, in full) if one is asked for."""

    page_id: str
    name: str
    host: str | None = None


@dataclass(frozen=True, slots=True)
class RemovePage:
    """Delete a page; its place and its hosts are free from then on."""

    page_id: str


@dataclass(frozen=True, slots=True)
class SetTier:
    """The operator grants a tier, until an instant or without end."""

    tier: Tier
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeleteAccount:
    """Delete the account with its pages; its stream takes nothing after this."""


@dataclass(frozen=True, slots=True)
class GrantTokens:
    """The operator gives tokens."""

    amount: int


@dataclass(frozen=True, slots=True)
class BuySlot:
    """Trade tokens for a new slot."""

    slot_id: str


@dataclass(frozen=True, slots=True)
class RenewSlot:
    """Trade tokens for 30 days more of a slot, expired or not."""

    slot_id: str


@dataclass(frozen=True, slots=True)
class ExpireSlot:
    """The clock saw that a slot expired at `due_at`."""

    slot_id: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class EndPrime:
    """The clock saw that Prime ended at `due_at`."""

    due_at: datetime


@dataclass(frozen=True, slots=True)
class Probe:
    """Change nothing: that it is settled shows that a worker drains."""


Command: TypeAlias = (
    AddPage | RemovePage | SetTier | DeleteAccount
    | GrantTokens | BuySlot | RenewSlot | ExpireSlot | EndPrime
    | MountCommand | Probe
)  # fmt: skip

COMMANDS: MappingProxyType[str, type[Command]] = MappingProxyType(
    {command.__name__: command for command in Command.__args__}
)
