"""State changes of an account by its events. Pure and total."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import reduce
from typing import Any, get_args

from domain.account import events as e
from domain.account.domains import without_page
from domain.account.events import MountEvent, apply_to_mounts
from domain.account.state import Account, Place


def apply(account: Account, event: e.Event) -> Account:
    """Return the account after `event`."""
    return APPLIERS[type(event)](account, event)


def apply_all(account: Account, events: Iterable[e.Event]) -> Account:
    """Return the account after `events`, in their order."""
    return reduce(apply, events, account)


def page_added(account: Account, event: e.PageAdded) -> Account:
    """Add a page; a separate event sets its entitlement."""
    place = Place(event.page_id, event.at)
    return replace(account, places={**account.places, event.page_id: place})


def page_removed(account: Account, event: e.PageRemoved) -> Account:
    """Remove a page and its mounts."""
    places = {id_: place for id_, place in account.places.items() if id_ != event.page_id}
    return replace(account, places=places, mounts=without_page(account.mounts, event.page_id))


def tier_set(account: Account, event: e.TierSet) -> Account:
    """Set the account's tier."""
    return replace(account, tier=event.tier, tier_until=event.until)


def place_dealt(account: Account, event: e.PlaceDealt) -> Account:
    """Set a page's entitlement."""
    place = replace(account.places[event.page_id], entitlement=event.entitlement)
    return replace(account, places={**account.places, event.page_id: place})


def account_deleted(account: Account, event: e.AccountDeleted) -> Account:
    """Mark the account as deleted."""
    return replace(account, deleted_at=event.at)


def slot_set(account: Account, event: e.SlotSet) -> Account:
    """Add or replace a slot."""
    return replace(account, slots={**account.slots, event.slot.id: event.slot})


def tokens_booked(account: Account, event: e.TokensBooked) -> Account:
    """Set the balance and append the booking."""
    bookings = (*account.bookings, event.booking)
    return replace(account, balance=event.booking.balance, bookings=bookings)


def mounts_changed(account: Account, event: MountEvent) -> Account:
    """Apply an event to the mounts."""
    return replace(account, mounts=apply_to_mounts(account.mounts, event))


APPLIERS: Mapping[type[e.Event], Callable[[Account, Any], Account]] = {
    e.PageAdded: page_added,
    e.PageRemoved: page_removed,
    e.TierSet: tier_set,
    e.PlaceDealt: place_dealt,
    e.AccountDeleted: account_deleted,
    e.SlotSet: slot_set,
    e.TokensBooked: tokens_booked,
    **dict.fromkeys(get_args(MountEvent), mounts_changed),
}
