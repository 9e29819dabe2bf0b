"""What follows from a command on an account. Pure and total.

What only the store can know (whether a host was free, and is now claimed) comes in as facts.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from domain.account import commands as c
from domain.account import events as e
from domain.account.apply import apply_all
from domain.account.decide_mounts import decide_mount
from domain.account.mount import first_subdomain
from domain.account.mount_events import HostMounted
from domain.account.places import deal, has_free_seat
from domain.account.state import Account
from domain.log import Code, DuplicateIdError, Rejection

Decision: TypeAlias = tuple[e.Event, ...] | Rejection


@dataclass(frozen=True, slots=True)
class Facts:
    """What the store found out before the decision."""

    host_is_ours: bool = True


def decide(account: Account, command: c.Command, at: datetime, facts: Facts) -> Decision:
    """Return the events that `command` causes at the instant `at`, or why it may not."""
    match command:
        case c.AddPage():
            return add_page(account, command, at, facts)
        case c.RemovePage(page_id=page_id):
            return remove_page(account, page_id, at)
        case c.SetTier(tier=tier, until=until):
            return with_deal(account, (e.TierSet(tier, until),), at)
        case c.Probe():
            return ()
        case _:
            return decide_mount(account, command, at, host_is_ours=facts.host_is_ours)


def add_page(account: Account, command: c.AddPage, at: datetime, facts: Facts) -> Decision:
    """Seat a new page, if there is a place and its host was free."""
    if command.page_id in account.places:
        raise DuplicateIdError(command.page_id)
    if not has_free_seat(account, at):
        return Rejection(Code.NO_FREE_SLOT, "All places of this account are taken by its pages.")
    if not facts.host_is_ours:
        taken = f"{command.host} is taken."
        return Rejection(Code.CONFLICT, taken, {"subdomain": taken})
    added = e.PageAdded(command.page_id, command.name, command.host, at)
    return with_deal(account, (added, *mounted_with(command, at)), at)


def mounted_with(command: c.AddPage, at: datetime) -> tuple[e.Event, ...]:
    """Return the mount of the subdomain that a page is made with, if it is."""
    if command.host is None:
        return ()
    return (HostMounted(first_subdomain(command.page_id, command.host, at)),)


def remove_page(account: Account, page_id: str, at: datetime) -> Decision:
    """Give a place back; who was dark may be seated by that."""
    if page_id not in account.places:
        return Rejection(Code.NOT_FOUND, "This account has no such page.")
    return with_deal(account, (e.PageRemoved(page_id),), at)


def with_deal(account: Account, events: tuple[e.Event, ...], at: datetime) -> Decision:
    """Deal the places anew after `events`, and add what changed by it."""
    after = apply_all(account, events)
    dealt = deal(after, at)
    changes = (
        e.PlaceDealt(page_id, entitlement)
        for page_id, entitlement in dealt.items()
        if after.places[page_id].entitlement != entitlement
    )
    return (*events, *changes)
