"""Mounts: bindings of hosts to pages, with their proofs.

Source: docs/behaviour.md, "Mounting a host".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

DOMAINS_A_PAGE: Final = 5
SUBDOMAINS_A_PAGE: Final = 1


class MountKind(StrEnum):
    """The kind of a host: a subdomain of the base, or a domain.

    A subdomain needs no proof.
    """

    SUBDOMAIN = "subdomain"
    DOMAIN = "domain"


class MountState(StrEnum):
    """The state of a mount, as the wire spells it.

    Only an active mount leads visitors to the page.
    """

    PENDING = "pending"
    ACTIVE = "active"
    FAILED = "failed"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Mount:
    """A host of a page, in ASCII.

    `token` is the value that DNS has to contain, empty for a subdomain. `reason` says in plain
    words which problem there is, or which event is awaited. `asked_at` is the start of the current
    checks. `wants_primary`: the mount becomes primary once it is active.
    """

    id: str
    page_id: str
    host: str
    kind: MountKind
    state: MountState
    token: str
    created_at: datetime
    asked_at: datetime
    reason: str | None = None
    verified_at: datetime | None = None
    is_primary: bool = False
    wants_primary: bool = False

    @property
    def is_active(self) -> bool:
        """Whether the host leads to the page."""
        return self.state is MountState.ACTIVE


def mounts_of(mounts: Mapping[str, Mount], page_id: str) -> list[Mount]:
    """Return a page's mounts, oldest first."""
    page_mounts = (mount for mount in mounts.values() if mount.page_id == page_id)
    return sorted(page_mounts, key=lambda mount: (mount.created_at, mount.id))


def without_page(mounts: Mapping[str, Mount], page_id: str) -> dict[str, Mount]:
    """Return the mounts without those of a page."""
    return {id_: mount for id_, mount in mounts.items() if mount.page_id != page_id}


def primary_of(mounts: Iterable[Mount]) -> Mount | None:
    """Return the primary mount, which gives the page its canonical host."""
    return next((mount for mount in mounts if mount.is_primary), None)


def first_subdomain(page_id: str, host: str, at: datetime) -> Mount:
    """Return the mount of a new page's subdomain.

    Its id is derived from the page's id.
    """
    return Mount(
        id=first_mount_id(page_id),
        page_id=page_id,
        host=host,
        kind=MountKind.SUBDOMAIN,
        state=MountState.ACTIVE,
        token="",
        created_at=at,
        asked_at=at,
        verified_at=at,
        is_primary=True,
    )


def first_mount_id(page_id: str) -> str:
    """Return the id of a page's first mount, derived from the page's.

    Old log entries hold no id for it.
    """
    return "m_" + page_id.removeprefix("p_")
