"""A mount: the binding of a host to a page, with its proof.

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
    """Whether a host is a name under the base, which needs no proof, or an owner's domain."""

    SUBDOMAIN = "subdomain"
    DOMAIN = "domain"


class MountState(StrEnum):
    """How far a mount is, as the wire spells it; only an active one leads visitors to the page."""

    PENDING = "pending"
    ACTIVE = "active"
    FAILED = "failed"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Mount:
    """A host of a page, in ASCII. `token` is what DNS has to say, empty for a subdomain.

    `reason` says in plain words what is wrong, or is waited for. `asked_at` is when the looking up
    began that is under way. `wants_primary`: it is to be primary once it is active.
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
    found = (mount for mount in mounts.values() if mount.page_id == page_id)
    return sorted(found, key=lambda mount: (mount.created_at, mount.id))


def without_page(mounts: Mapping[str, Mount], page_id: str) -> dict[str, Mount]:
    """Return what is left of mounts when a page is gone."""
    return {id_: mount for id_, mount in mounts.items() if mount.page_id != page_id}


def primary_of(mounts: Iterable[Mount]) -> Mount | None:
    """Return the mount whose host is the page's canonical one."""
    return next((mount for mount in mounts if mount.is_primary), None)


def first_subdomain(page_id: str, host: str, at: datetime) -> Mount:
    """Return the mount of the subdomain that a page was made with; its id is made of the page's."""
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
    """Return the id of the mount that a page begins with: the log of old holds none for it."""
    return "m_" + page_id.removeprefix("p_")
