"""Decisions on an account's commands. Pure and total.

Facts carry the knowledge of the store, such as whether a host was free and is now claimed.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias, get_args

from domain.account import commands as c
from domain.account import events as e
from domain.account.allocations import allocate, has_free_slot
from domain.account.apply import apply_all
from domain.account.commands import DeleteAccount, MountCommand
from domain.account.decide import slots
from domain.account.decide.domains import decide_mount, reject_host
from domain.account.domains import first_subdomain
from domain.account.events import HostMounted
from domain.account.state import Account, Facts
from domain.page.state import Tier
from domain.results import Code, DuplicateIdError, Rejection

GONE = Rejection(Code.NOT_FOUND, "This account was deleted.")


def delete_account(
    account: Account, command: DeleteAccount, at: datetime, facts: Facts
) -> tuple[e.Event, ...]:
    """Remove every page, then the account, without new allocations."""
    removed = (e.PageRemoved(page_id) for page_id in account.places)
    return (*removed, e.AccountDeleted(at))


Decision: TypeAlias = tuple[e.Event, ...] | Rejection
NO_FREE_SLOT = {
    Tier.FREE: "Your plan includes one page. Upgrade to Prime, or buy a slot for another page.",
    Tier.PRIME: "Your plan includes two pages. Buy a slot for another page.",
}
ENDS_IN_THE_PAST = "Prime has to end in the future. To end it now, set the tier to free."


def decide(account: Account, command: c.Command, at: datetime, facts: Facts) -> Decision:
    """Return the events of `command` at the instant `at`, or its rejection."""
    if account.deleted_at is not None:
        return GONE
    return DECIDERS[type(command)](account, command, at, facts)


def add_page(account: Account, command: c.AddPage, at: datetime, facts: Facts) -> Decision:
    """Add a page if a page slot and its host are free."""
    if command.page_id in account.places:
        raise DuplicateIdError(command.page_id)
    if not has_free_slot(account, at):
        tier = Tier.PRIME if account.is_prime_at(at) else Tier.FREE
        return Rejection(Code.NO_FREE_SLOT, NO_FREE_SLOT[tier])
    if command.host and (rejection := reject_host(command.host, "subdomain", at, facts)):
        return rejection
    added = e.PageAdded(command.page_id, command.name, command.host, at, command.time_zone)
    return with_allocations(account, (added, *first_mount_events(command, at)), at)


def first_mount_events(command: c.AddPage, at: datetime) -> tuple[e.Event, ...]:
    """Return the mount event of a new page's subdomain, if it has one."""
    if command.host is None:
        return ()
    return (HostMounted(first_subdomain(command.page_id, command.host, at)),)


def remove_page(account: Account, command: c.RemovePage, at: datetime, facts: Facts) -> Decision:
    """Remove a page; its page slot may serve a dark page."""
    if command.page_id not in account.places:
        return Rejection(Code.NOT_FOUND, "This account has no such page.")
    return with_allocations(account, (e.PageRemoved(command.page_id),), at)


def set_tier(account: Account, command: c.SetTier, at: datetime, facts: Facts) -> Decision:
    """Set the tier and allocate; an end in the past is refused."""
    if command.until is not None and command.until <= at:
        return Rejection(Code.VALIDATION, ENDS_IN_THE_PAST)
    return with_allocations(account, (e.TierSet(command.tier, command.until),), at)


def change_slots(account: Account, command: slots.Command, at: datetime, facts: Facts) -> Decision:
    """Change tokens or slots, then allocate."""
    return allocate_after(account, slots.decide(account, command, at, facts), at)


def apply_end(account: Account, command: slots.Command, at: datetime, facts: Facts) -> Decision:
    """End a slot or Prime, then allocate as of the time of receipt.

    Every earlier allocation already included this end, so a late clock changes nothing in the past.
    """
    now = max(at, facts.received_at or at)
    return allocate_after(account, slots.decide(account, command, at, facts), now)


def probe(account: Account, command: c.Probe, at: datetime, facts: Facts) -> Decision:
    """Change nothing."""
    return ()


def allocate_after(account: Account, decision: Decision, at: datetime) -> Decision:
    """Allocate after a decision, unless it was a rejection."""
    return decision if isinstance(decision, Rejection) else with_allocations(account, decision, at)


def with_allocations(account: Account, events: tuple[e.Event, ...], at: datetime) -> Decision:
    """Allocate after `events`, and add the changes of entitlements."""
    after = apply_all(account, events)
    entitlements = allocate(after, at)
    changes = (
        e.PlaceDealt(page_id, entitlement)
        for page_id, entitlement in entitlements.items()
        if after.places[page_id].entitlement != entitlement
    )
    return (*events, *changes)


def change_mount(account: Account, command: MountCommand, at: datetime, facts: Facts) -> Decision:
    """Decide on a host; this needs no allocation."""
    return decide_mount(account, command, at, facts)


DECIDERS: Mapping[type[c.Command], Callable[[Account, Any, datetime, Facts], Decision]] = {
    c.AddPage: add_page,
    c.RemovePage: remove_page,
    c.SetTier: set_tier,
    c.DeleteAccount: delete_account,
    c.GrantTokens: change_slots,
    c.BuySlot: change_slots,
    c.RenewSlot: change_slots,
    c.ExpireSlot: apply_end,
    c.EndPrime: apply_end,
    c.Probe: probe,
    **dict.fromkeys(get_args(MountCommand), change_mount),
}
