"""Decisions on the commands of mounts. Pure and total.

Whether a host was free, and is now claimed, is a fact that the store provides.
"""

from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

from domain.account import commands as c
from domain.account import events as e
from domain.account.domains import (
    DOMAINS_A_PAGE,
    SUBDOMAINS_A_PAGE,
    Mount,
    MountKind,
    MountState,
    mounts_of,
    primary_of,
)
from domain.account.state import Account, Facts
from domain.results import Code, DuplicateIdError, Rejection

MountDecision: TypeAlias = tuple[e.MountEvent, ...] | Rejection

WAITING = "Waiting for the first lookup in DNS."
NO_MOUNT = Rejection(Code.NOT_FOUND, "This page has no such domain.")
ASKED_ANEW = Rejection(Code.CONFLICT, "The domain was added again in the meantime.")
NOT_ACTIVE = Rejection(Code.CONFLICT, "Only an active domain can be primary.")
TOO_MANY = "This account has reached its limit of new subdomains within 24 hours. Try again later."


def decide_mount(
    account: Account, command: c.MountCommand, at: datetime, facts: Facts
) -> MountDecision:
    """Return the events or the rejection of `command`."""
    match command:
        case c.MountHost():
            return mount_host(account, command, at, facts)
        case c.VerifyMount():
            mount = find_mount(account, command.page_id, command.mount_id)
            return verify_mount(mount, at) if mount else NO_MOUNT
        case c.UnmountHost():
            mount = find_mount(account, command.page_id, command.mount_id)
            return unmount_host(account, mount) if mount else NO_MOUNT
        case c.SetPrimary():
            mount = find_mount(account, command.page_id, command.mount_id)
            return set_primary(account, mount) if mount else NO_MOUNT
        case _:
            return apply_check(account, command, at, host_is_ours=facts.host_is_ours)


def host_to_claim(account: Account, command: object) -> tuple[str, str] | None:
    """Return the (host, page id) to claim before a command, if any."""
    match command:
        case c.MountHost(kind=MountKind.SUBDOMAIN):
            return command.host, command.page_id
        case c.ActivateMount(mount_id=mount_id) if mount_id in account.mounts:
            mount = account.mounts[mount_id]
            return None if mount.is_active else (mount.host, mount.page_id)
        case _:
            return None


def find_mount(account: Account, page_id: str, mount_id: str) -> Mount | None:
    """Return a mount of one of the account's pages; None if there is none."""
    mount = account.mounts.get(mount_id)
    return mount if mount and mount.page_id == page_id else None


def mount_host(account: Account, command: c.MountHost, at: datetime, facts: Facts) -> MountDecision:
    """Bind a subdomain at once; a domain stays pending without blocking others."""
    if command.mount_id in account.mounts:
        raise DuplicateIdError(command.mount_id)
    if command.page_id not in account.places:
        return Rejection(Code.NOT_FOUND, "This account has no such page.")
    mounts = mounts_of(account.mounts, command.page_id)
    existing = next((mount for mount in mounts if mount.host == command.host), None)
    if existing and command.wants_primary:
        return make_primary(account, existing)
    if problem := mount_problem(mounts, existing, command):
        return conflict(problem)
    if rejection := reject_host(command.host, "host", at, facts):
        return rejection
    return with_primary(account, (e.HostMounted(new_mount(command, at)),), command.page_id)


def conflict(problem: str) -> Rejection:
    """Return a conflict that names the host field."""
    return Rejection(Code.CONFLICT, problem, {"host": problem})


def mount_problem(mounts: list[Mount], existing: Mount | None, command: c.MountHost) -> str | None:
    """Return why a page can't have one more host, or None.

    Source: docs/behaviour.md, "Mounting a host".
    """
    if existing:
        return f"This page has {command.host} already."
    count = sum(mount.kind is command.kind for mount in mounts)
    if command.kind is MountKind.SUBDOMAIN and count >= SUBDOMAINS_A_PAGE:
        return "This page has a subdomain already. Remove that domain first."
    if command.kind is MountKind.DOMAIN and count >= DOMAINS_A_PAGE:
        return f"A page has at most {DOMAINS_A_PAGE} domains of your own. Remove one first."
    return None


def new_mount(command: c.MountHost, at: datetime) -> Mount:
    """Return a new mount."""
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
    """Return the mount to show before the decision: it is pending."""
    mount = new_mount(command, at)
    return replace(mount, state=MountState.PENDING, verified_at=None)


def make_primary(account: Account, mount: Mount) -> MountDecision:
    """Make an existing mount primary, at once or once it is active."""
    if mount.is_active:
        return set_primary(account, mount)
    return () if mount.wants_primary else (e.MountChanged(replace(mount, wants_primary=True)),)


def verify_mount(mount: Mount, at: datetime) -> MountDecision:
    """Restart the checks of a domain; a subdomain needs no proof."""
    if mount.kind is MountKind.SUBDOMAIN:
        return ()
    renewed = replace(mount, asked_at=at)
    if mount.state in {MountState.FAILED, MountState.LAPSED}:
        renewed = replace(renewed, state=MountState.PENDING, reason=WAITING)
    return (e.MountChanged(renewed),)


def unmount_host(account: Account, mount: Mount) -> MountDecision:
    """Remove a host; the next active mount follows a primary one."""
    freed = (e.HostFreed(mount.page_id, mount.host),) if mount.is_active else ()
    return with_primary(account, (*freed, e.HostUnmounted(mount.id)), mount.page_id)


def set_primary(account: Account, mount: Mount) -> MountDecision:
    """Make a mount primary, and clear other mounts' `wants_primary`."""
    if not mount.is_active:
        return NOT_ACTIVE
    cleared = tuple(
        e.MountChanged(replace(other, wants_primary=False))
        for other in mounts_of(account.mounts, mount.page_id)
        if other.wants_primary
    )
    primary = () if mount.is_primary else (e.PrimarySet(mount.page_id, mount.id, mount.host),)
    return (*cleared, *primary)


def apply_check(
    account: Account,
    command: c.ActivateMount | c.NoteMountCheck | c.LapseMount,
    at: datetime,
    *,
    host_is_ours: bool,
) -> MountDecision:
    """Apply a worker's check result, unless the mount was requested again since."""
    mount = account.mounts.get(command.mount_id)
    if mount is None:
        return NO_MOUNT
    if mount.asked_at != command.asked_at:
        return ASKED_ANEW
    match command:
        case c.ActivateMount():
            return activate_mount(account, mount, at, host_is_ours=host_is_ours)
        case c.LapseMount() if mount.is_active:
            lapsed = replace(mount, state=MountState.LAPSED, reason=command.reason)
            freed = e.HostFreed(mount.page_id, mount.host)
            return with_primary(account, (freed, e.MountChanged(lapsed)), mount.page_id)
        case c.NoteMountCheck():
            return change_events(mount, with_check_result(mount, command))
        case _:
            return ()


def activate_mount(
    account: Account, mount: Mount, at: datetime, *, host_is_ours: bool
) -> MountDecision:
    """Activate a mount, or note that the host is active elsewhere."""
    if mount.is_active:
        return change_events(mount, replace(mount, reason=None))
    if not host_is_ours:
        return change_events(mount, replace(mount, reason=taken_reason(mount.host)))
    active = replace(mount, state=MountState.ACTIVE, reason=None, verified_at=at)
    return with_primary(account, (e.MountChanged(active),), mount.page_id)


def taken_reason(host: str) -> str:
    """Return the reason for a proved host that is another page's."""
    return f"The record is right, but {host} is active on another page."


def with_check_result(mount: Mount, command: c.NoteMountCheck) -> Mount:
    """Return a mount with a check result; only a pending one can fail."""
    if command.has_failed and mount.state is MountState.PENDING:
        return replace(mount, state=MountState.FAILED, reason=command.reason)
    return replace(mount, reason=command.reason)


def change_events(mount: Mount, after: Mount) -> MountDecision:
    """Return the event of a change; none for an equal mount."""
    return () if after == mount else (e.MountChanged(after),)


def with_primary(
    account: Account, events: tuple[e.MountEvent, ...], page_id: str
) -> tuple[e.MountEvent, ...]:
    """Add the primary change that `events` make necessary.

    A mount with `wants_primary` comes first, then the current primary, then the oldest active
    mount.
    """
    mounts = account.mounts
    for event in events:
        mounts = e.apply_to_mounts(mounts, event)
    active = [mount for mount in mounts_of(mounts, page_id) if mount.is_active]
    previous = primary_of(mounts_of(account.mounts, page_id))
    current = next((mount for mount in active if mount.is_primary), None)
    chosen = next((mount for mount in active if mount.wants_primary), current)
    if chosen is None and active:
        chosen = active[0]
    return (*events, *primary_events(page_id, previous, chosen))


def primary_events(
    page_id: str, previous: Mount | None, chosen: Mount | None
) -> tuple[e.MountEvent, ...]:
    """Return the primary change, if any, and the end of `wants_primary`."""
    cleared: tuple[e.MountEvent, ...] = ()
    if chosen and chosen.wants_primary:
        cleared = (e.MountChanged(replace(chosen, wants_primary=False)),)
    if chosen and chosen.is_primary:
        return cleared
    if chosen:
        return (*cleared, e.PrimarySet(page_id, chosen.id, chosen.host))
    return (e.PrimarySet(page_id, None, None),) if previous else ()


def reject_host(host: str, field: str, at: datetime, facts: Facts) -> Rejection | None:
    """Return why a host is not available at `at`; None if it is.

    Source: docs/behaviour.md, "Mounting a host".
    """
    if not facts.host_is_ours:
        sentence = (
            reserved_message(host, facts.held_until) if facts.held_until else f"{host} is taken."
        )
        return Rejection(Code.CONFLICT, sentence, {field: sentence})
    if facts.next_subdomain_at is not None and at < facts.next_subdomain_at:
        return Rejection(Code.RATE_LIMITED, TOO_MANY, {field: TOO_MANY}, facts.next_subdomain_at)
    return None


def reserved_message(host: str, until: datetime) -> str:
    """Return the message for a host reserved for its former account."""
    return (
        f"{host} belonged to another account and is reserved for 30 days:"
        f" it is free from {until:%Y-%m-%d %H:%M} UTC."
    )
