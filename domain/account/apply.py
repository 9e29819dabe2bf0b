"""How an event changes an account. Pure and total."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import reduce
from typing import Any, get_args

from domain.account import events as e
from domain.account.domain_events import MountEvent, apply_to_mounts
from domain.account.domains import without_page
from domain.account.state import Account, Place


def apply(account: Account, event: e.Event) -> Account:
    """Return the account as it is after `event`."""
    return APPLIERS[type(event)](account, event)


def apply_all(account: Account, events: Iterable[e.Event]) -> Account:
    """Return the account as it is after `events`, in their order."""
    return reduce(apply, events, account)


def page_added(account: Account, event: e.PageAdded) -> Account:
    """Note a page that asks for a place; what it gets is dealt by an event of its own."""
    place = Place(event.page_id, event.at)
    return replace(account, places={**account.places, event.page_id: place})


def page_removed(account: Account, event: e.PageRemoved) -> Account:
    """Forget a page."""
    places = {id_: place for id_, place in account.places.items() if id_ != event.page_id}
    return replace(account, places=places, mounts=without_page(account.mounts, event.page_id))


def tier_set(account: Account, event: e.TierSet) -> Account:
    """Put the account on a tier."""
    return replace(account, tier=event.tier, tier_until=event.until)


def place_dealt(account: Account, event: e.PlaceDealt) -> Account:
    """Note what a page gets."""
    place = replace(account.places[event.page_id], entitlement=event.entitlement)
    return replace(account, places={**account.places, event.page_id: place})


def account_deleted(account: Account, event: e.AccountDeleted) -> Account:
    """Note that there is no account any more."""
    return replace(account, deleted_at=event.at)


def slot_set(account: Account, event: e.SlotSet) -> Account:
    """Keep a slot as it is now."""
    return replace(account, slots={**account.slots, event.slot.id: event.slot})


def tokens_booked(account: Account, event: e.TokensBooked) -> Account:
    """Change the balance."""
    bookings = (*account.bookings, event.booking)
    return replace(account, balance=event.booking.balance, bookings=bookings)


def mounts_changed(account: Account, event: MountEvent) -> Account:
    """Let the mounts be as the event leaves them."""
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
