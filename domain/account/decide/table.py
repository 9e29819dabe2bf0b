"""What follows from a command on an account. Pure and total.

What only the store can know (whether a host was free, and is now claimed) comes in as facts.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias, get_args

from domain.account import commands as c
from domain.account import events as e
from domain.account.allocations import deal, has_free_seat
from domain.account.apply import apply_all
from domain.account.decide import slots
from domain.account.decide.deletion import GONE, delete_account
from domain.account.decide.domains import decide_mount
from domain.account.domain_commands import MountCommand
from domain.account.domain_events import HostMounted
from domain.account.domains import first_subdomain
from domain.account.facts import Facts
from domain.account.state import Account
from domain.account.subdomains import refuse_host
from domain.results import Code, DuplicateIdError, Rejection

Decision: TypeAlias = tuple[e.Event, ...] | Rejection
ENDS_IN_THE_PAST = "Prime has to end in the future. To end it now, set the tier to free."


def decide(account: Account, command: c.Command, at: datetime, facts: Facts) -> Decision:
    """Return the events that `command` causes at the instant `at`, or why it may not."""
    if account.deleted_at is not None:
        return GONE
    return DECIDERS[type(command)](account, command, at, facts)


def add_page(account: Account, command: c.AddPage, at: datetime, facts: Facts) -> Decision:
    """Seat a new page, if there is a place and its host was free."""
    if command.page_id in account.places:
        raise DuplicateIdError(command.page_id)
    if not has_free_seat(account, at):
        return Rejection(Code.NO_FREE_SLOT, "All places of this account are taken by its pages.")
    if command.host and (refused := refuse_host(command.host, "subdomain", at, facts)):
        return refused
    added = e.PageAdded(command.page_id, command.name, command.host, at)
    return with_deal(account, (added, *mounted_with(command, at)), at)


def mounted_with(command: c.AddPage, at: datetime) -> tuple[e.Event, ...]:
    """Return the mount of the subdomain that a page is made with, if it is."""
    if command.host is None:
        return ()
    return (HostMounted(first_subdomain(command.page_id, command.host, at)),)


def remove_page(account: Account, command: c.RemovePage, at: datetime, facts: Facts) -> Decision:
    """Give a place back; who was dark may be seated by that."""
    if command.page_id not in account.places:
        return Rejection(Code.NOT_FOUND, "This account has no such page.")
    return with_deal(account, (e.PageRemoved(command.page_id),), at)


def set_tier(account: Account, command: c.SetTier, at: datetime, facts: Facts) -> Decision:
    """Deal what the tier includes from now on. One that is over already would be none."""
    if command.until is not None and command.until <= at:
        return Rejection(Code.VALIDATION, ENDS_IN_THE_PAST)
    return with_deal(account, (e.TierSet(command.tier, command.until),), at)


def trade(account: Account, command: slots.Command, at: datetime, facts: Facts) -> Decision:
    """Deal after tokens came, or were traded for a slot."""
    return dealt(account, slots.decide(account, command, at, facts), at)


def note_end(account: Account, command: slots.Command, at: datetime, facts: Facts) -> Decision:
    """Deal after the end of a slot or of Prime, as of when it was told.

    Every deal before foresaw the end: a late clock changes nothing backwards.
    """
    now = max(at, facts.received_at or at)
    return dealt(account, slots.decide(account, command, at, facts), now)


def probe(account: Account, command: c.Probe, at: datetime, facts: Facts) -> Decision:
    """Change nothing."""
    return ()


def dealt(account: Account, decision: Decision, at: datetime) -> Decision:
    """Deal after what was decided, unless it was a rejection."""
    return decision if isinstance(decision, Rejection) else with_deal(account, decision, at)


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


def mounted(account: Account, command: MountCommand, at: datetime, facts: Facts) -> Decision:
    """Decide on a host; no place is dealt anew by that."""
    return decide_mount(account, command, at, facts)


DECIDERS: Mapping[type[c.Command], Callable[[Account, Any, datetime, Facts], Decision]] = {
    c.AddPage: add_page,
    c.RemovePage: remove_page,
    c.SetTier: set_tier,
    c.DeleteAccount: delete_account,
    c.GrantTokens: trade,
    c.BuySlot: trade,
    c.RenewSlot: trade,
    c.ExpireSlot: note_end,
    c.EndPrime: note_end,
    c.Probe: probe,
    **dict.fromkeys(get_args(MountCommand), mounted),
}
