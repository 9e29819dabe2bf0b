"""What happened to the hosts of an account's pages, and how that changes the mounts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from domain.account.domains import Mount


@dataclass(frozen=True, slots=True)
class HostMounted:
    """A page has a mount more."""

    mount: Mount


@dataclass(frozen=True, slots=True)
class MountChanged:
    """A mount is another now, other than in being primary."""

    mount: Mount


@dataclass(frozen=True, slots=True)
class HostFreed:
    """A host leads to a page no more: whoever proves next that it is theirs may have it."""

    page_id: str
    host: str


@dataclass(frozen=True, slots=True)
class HostUnmounted:
    """A page has a mount less."""

    mount_id: str


@dataclass(frozen=True, slots=True)
class PrimarySet:
    """A page's canonical host is this mount's; none without an active one."""

    page_id: str
    mount_id: str | None
    host: str | None


MountEvent: TypeAlias = HostMounted | MountChanged | HostFreed | HostUnmounted | PrimarySet


def apply_to_mounts(mounts: Mapping[str, Mount], event: MountEvent) -> Mapping[str, Mount]:
    """Return the mounts as they are after `event`."""
    match event:
        case HostMounted(mount=mount) | MountChanged(mount=mount):
            return {**mounts, mount.id: mount}
        case HostUnmounted(mount_id=mount_id):
            return {id_: mount for id_, mount in mounts.items() if id_ != mount_id}
        case PrimarySet():
            return {id_: elected(mount, event) for id_, mount in mounts.items()}
        case HostFreed():
            return mounts


def elected(mount: Mount, event: PrimarySet) -> Mount:
    """Return a mount as an election leaves it: the very same if that does not touch it."""
    is_primary = mount.id == event.mount_id
    if mount.page_id != event.page_id or mount.is_primary is is_primary:
        return mount
    return replace(mount, is_primary=is_primary)
