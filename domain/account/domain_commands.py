"""Commands on the hosts of pages. Payloads only ever gain fields."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from domain.account.domains import MountKind


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
