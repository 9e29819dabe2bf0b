"""What follows from a command on a mount. Pure and total.

Whether a host was free, and is now claimed, is a fact that the store found out before.
"""

from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

from domain.account import domain_commands as c
from domain.account import domain_events as e
from domain.account.domains import (
    DOMAINS_A_PAGE,
    SUBDOMAINS_A_PAGE,
    Mount,
    MountKind,
    MountState,
    mounts_of,
    primary_of,
)
from domain.account.facts import Facts
from domain.account.state import Account
from domain.account.subdomains import refuse_host
from domain.results import Code, DuplicateIdError, Rejection

MountDecision: TypeAlias = tuple[e.MountEvent, ...] | Rejection

WAITING = "Waiting for the first lookup in DNS."
NO_MOUNT = Rejection(Code.NOT_FOUND, "This page has no such mount.")
ASKED_ANEW = Rejection(Code.CONFLICT, "The mount was asked for anew in the meantime.")
NOT_ACTIVE = Rejection(Code.CONFLICT, "Only an active mount can be primary.")


def decide_mount(
    account: Account, command: c.MountCommand, at: datetime, facts: Facts
) -> MountDecision:
    """Return what `command` causes."""
    match command:
        case c.MountHost():
            return mount_host(account, command, at, facts)
        case c.VerifyMount():
            mount = owned(account, command.page_id, command.mount_id)
            return verify(mount, at) if mount else NO_MOUNT
        case c.UnmountHost():
            mount = owned(account, command.page_id, command.mount_id)
            return unmount(account, mount) if mount else NO_MOUNT
        case c.SetPrimary():
            mount = owned(account, command.page_id, command.mount_id)
            return set_primary(account, mount) if mount else NO_MOUNT
        case _:
            return note(account, command, at, host_is_ours=facts.host_is_ours)


def wanted_host(account: Account, command: object) -> tuple[str, str] | None:
    """Return (host, page id) that a command can only have if the host is claimed first."""
    match command:
        case c.MountHost(kind=MountKind.SUBDOMAIN):
            return command.host, command.page_id
        case c.ActivateMount(mount_id=mount_id) if mount_id in account.mounts:
            mount = account.mounts[mount_id]
            return None if mount.is_active else (mount.host, mount.page_id)
        case _:
            return None


def owned(account: Account, page_id: str, mount_id: str) -> Mount | None:
    """Return a mount of a page of the account."""
    mount = account.mounts.get(mount_id)
    return mount if mount and mount.page_id == page_id else None


def mount_host(account: Account, command: c.MountHost, at: datetime, facts: Facts) -> MountDecision:
    """Bind a subdomain at once; of a domain the proof is waited for, and it blocks nobody."""
    if command.mount_id in account.mounts:
        raise DuplicateIdError(command.mount_id)
    if command.page_id not in account.places:
        return Rejection(Code.NOT_FOUND, "This account has no such page.")
    mounts = mounts_of(account.mounts, command.page_id)
    same = next((mount for mount in mounts if mount.host == command.host), None)
    if same and command.wants_primary:
        return prefer(account, same)
    if problem := crowded(mounts, same, command):
        return conflict(problem)
    if refused := refuse_host(command.host, "host", at, facts):
        return refused
    return with_primary(account, (e.HostMounted(new_mount(command, at)),), command.page_id)


def conflict(problem: str) -> Rejection:
    """Return a refusal that blames the host."""
    return Rejection(Code.CONFLICT, problem, {"host": problem})


def crowded(mounts: list[Mount], same: Mount | None, command: c.MountHost) -> str | None:
    """Tell why a page can't have this host as well.

    Source: docs/behaviour.md, "Mounting a host".
    """
    if same:
        return f"{command.host} is mounted on this page already."
    count = sum(mount.kind is command.kind for mount in mounts)
    if command.kind is MountKind.SUBDOMAIN and count >= SUBDOMAINS_A_PAGE:
        return "This page has a subdomain already: unmount that first."
    if command.kind is MountKind.DOMAIN and count >= DOMAINS_A_PAGE:
        return f"This page has {DOMAINS_A_PAGE} domains already, and can't have more."
    return None


def new_mount(command: c.MountHost, at: datetime) -> Mount:
    """Return the mount as it begins."""
    is_subdomain = command.kind is MountKind.SUBDOMAIN
    return Mount(
        id=command.mount_id,
        page_id=command.page_id,
        host=command.host,
        kind=command.kind,
        state=MountState.ACTIVE if is_subdomain else MountState.PENDING,
        token=command.token,
        created_at=at,
        asked_at=at,
        reason=None if is_subdomain else WAITING,
        verified_at=at if is_subdomain else None,
        wants_primary=command.wants_primary,
    )


def pending_mount(command: c.MountHost, at: datetime) -> Mount:
    """Return what can be said of a mount before it is decided: that it is asked for."""
    mount = new_mount(command, at)
    return replace(mount, state=MountState.PENDING, verified_at=None)


def prefer(account: Account, mount: Mount) -> MountDecision:
    """Make a mount that the page has already its primary, at once or once it is active."""
    if mount.is_active:
        return set_primary(account, mount)
    return () if mount.wants_primary else (e.MountChanged(replace(mount, wants_primary=True)),)


def verify(mount: Mount, at: datetime) -> MountDecision:
    """Look again; the time for which it is looked begins anew. A subdomain needs no proof."""
    if mount.kind is MountKind.SUBDOMAIN:
        return ()
    again = replace(mount, asked_at=at)
    if mount.state in {MountState.FAILED, MountState.LAPSED}:
        again = replace(again, state=MountState.PENDING, reason=WAITING)
    return (e.MountChanged(again),)


def unmount(account: Account, mount: Mount) -> MountDecision:
    """Take a host from its page; if it was primary, the next active one is."""
    freed = (e.HostFreed(mount.page_id, mount.host),) if mount.is_active else ()
    return with_primary(account, (*freed, e.HostUnmounted(mount.id)), mount.page_id)


def set_primary(account: Account, mount: Mount) -> MountDecision:
    """Make a mount primary; what was to be primary later gives up its wish."""
    if not mount.is_active:
        return NOT_ACTIVE
    wishes = tuple(
        e.MountChanged(replace(other, wants_primary=False))
        for other in mounts_of(account.mounts, mount.page_id)
        if other.wants_primary
    )
    chosen = () if mount.is_primary else (e.PrimarySet(mount.page_id, mount.id, mount.host),)
    return (*wishes, *chosen)


def note(
    account: Account,
    command: c.ActivateMount | c.NoteMountCheck | c.LapseMount,
    at: datetime,
    *,
    host_is_ours: bool,
) -> MountDecision:
    """Take over what a worker found, unless that was overtaken by what the owner did."""
    mount = account.mounts.get(command.mount_id)
    if mount is None:
        return NO_MOUNT
    if mount.asked_at != command.asked_at:
        return ASKED_ANEW
    match command:
        case c.ActivateMount():
            return activate(account, mount, at, host_is_ours=host_is_ours)
        case c.LapseMount() if mount.is_active:
            lapsed = replace(mount, state=MountState.LAPSED, reason=command.reason)
            freed = e.HostFreed(mount.page_id, mount.host)
            return with_primary(account, (freed, e.MountChanged(lapsed)), mount.page_id)
        case c.NoteMountCheck():
            return changed(mount, noted(mount, command))
        case _:
            return ()


def activate(account: Account, mount: Mount, at: datetime, *, host_is_ours: bool) -> MountDecision:
    """Lead visitors to the page, if nobody was faster; otherwise say so."""
    if mount.is_active:
        return changed(mount, replace(mount, reason=None))
    if not host_is_ours:
        return changed(mount, replace(mount, reason=taken(mount.host)))
    active = replace(mount, state=MountState.ACTIVE, reason=None, verified_at=at)
    return with_primary(account, (e.MountChanged(active),), mount.page_id)


def taken(host: str) -> str:
    """Say that a proof is there, and the host is another page's."""
    return f"The record is right, but {host} is active on another page."


def noted(mount: Mount, command: c.NoteMountCheck) -> Mount:
    """Return a mount with what was found; only what is pending can fail."""
    if command.has_failed and mount.state is MountState.PENDING:
        return replace(mount, state=MountState.FAILED, reason=command.reason)
    return replace(mount, reason=command.reason)


def changed(mount: Mount, after: Mount) -> MountDecision:
    """Return the change, if it is one."""
    return () if after == mount else (e.MountChanged(after),)


def with_primary(
    account: Account, events: tuple[e.MountEvent, ...], page_id: str
) -> tuple[e.MountEvent, ...]:
    """Add the election that `events` make necessary: of who wishes it, else the oldest active."""
    mounts = account.mounts
    for event in events:
        mounts = e.apply_to_mounts(mounts, event)
    active = [mount for mount in mounts_of(mounts, page_id) if mount.is_active]
    was = primary_of(mounts_of(account.mounts, page_id))
    stays = next((mount for mount in active if mount.is_primary), None)
    chosen = next((mount for mount in active if mount.wants_primary), stays)
    if chosen is None and active:
        chosen = active[0]
    return (*events, *election(page_id, was, chosen))


def election(page_id: str, was: Mount | None, chosen: Mount | None) -> tuple[e.MountEvent, ...]:
    """Return the election's event if it changes anything, and the end of the wish for it."""
    granted: tuple[e.MountEvent, ...] = ()
    if chosen and chosen.wants_primary:
        granted = (e.MountChanged(replace(chosen, wants_primary=False)),)
    if chosen and chosen.is_primary:
        return granted
    if chosen:
        return (*granted, e.PrimarySet(page_id, chosen.id, chosen.host))
    return (e.PrimarySet(page_id, None, None),) if was else ()
