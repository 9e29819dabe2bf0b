"""What an account may be told of the hosts of its pages. Payloads only ever gain fields."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from domain.account.domains import MountKind


@dataclass(frozen=True, slots=True)
class MountHost:
    """Bind a host to a page: a subdomain at once, a domain once its proof was seen.

    Of a domain that the page has already, `wants_primary` is all that is taken over.
    """

    mount_id: str
    page_id: str
    host: str
    kind: MountKind
    token: str = ""
    wants_primary: bool = False


@dataclass(frozen=True, slots=True)
class VerifyMount:
    """The owner asks to look again, now; for what failed or lapsed it all begins anew."""

    page_id: str
    mount_id: str


@dataclass(frozen=True, slots=True)
class ActivateMount:
    """A worker saw the proof. The host is the page's, unless it is active elsewhere."""

    mount_id: str
    asked_at: datetime
    page_id: str = ""  # for the audit


@dataclass(frozen=True, slots=True)
class NoteMountCheck:
    """A worker found something else than last time: a reason, or none any more.

    `has_failed`: it was looked for long enough. About a mount that was asked for anew since
    `asked_at` nothing is noted.
    """

    mount_id: str
    asked_at: datetime
    reason: str | None = None
    has_failed: bool = False
    page_id: str = ""


@dataclass(frozen=True, slots=True)
class LapseMount:
    """A worker found the proof of an active mount missing for too long: the host is free."""

    mount_id: str
    asked_at: datetime
    reason: str | None = None
    page_id: str = ""


@dataclass(frozen=True, slots=True)
class UnmountHost:
    """Take a host from its page."""

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
