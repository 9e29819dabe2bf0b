"""What an account may be told to do. Payloads only ever gain fields, with defaults."""

from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TypeAlias

from domain.account.mount_commands import MountCommand
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
class Probe:
    """Change nothing: that it is settled shows that a worker drains."""


Command: TypeAlias = AddPage | RemovePage | SetTier | Probe | MountCommand

COMMANDS: MappingProxyType[str, type[Command]] = MappingProxyType(
    {command.__name__: command for command in Command.__args__}
)
