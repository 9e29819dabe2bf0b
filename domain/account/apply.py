"""How an event changes an account. Pure and total."""

from collections.abc import Iterable
from dataclasses import replace
from functools import reduce

from domain.account import events as e
from domain.account.state import Account, Place


def apply(account: Account, event: e.Event) -> Account:
    """Return the account as it is after `event`."""
    match event:
        case e.PageAdded(page_id=page_id, at=at):
            place = Place(page_id, at)
            return replace(account, places={**account.places, page_id: place})
        case e.PageRemoved(page_id=page_id):
            places = {id_: place for id_, place in account.places.items() if id_ != page_id}
            return replace(account, places=places)
        case e.TierSet(tier=tier, until=until):
            return replace(account, tier=tier, tier_until=until)
        case e.PlaceDealt(page_id=page_id, entitlement=entitlement):
            place = replace(account.places[page_id], entitlement=entitlement)
            return replace(account, places={**account.places, page_id: place})
        case e.SlotSet(slot=slot):
            return replace(account, slots={**account.slots, slot.id: slot})
        case e.TokensBooked(booking=booking):
            bookings = (*account.bookings, booking)
            return replace(account, balance=booking.balance, bookings=bookings)


def apply_all(account: Account, events: Iterable[e.Event]) -> Account:
    """Return the account as it is after `events`, in their order."""
    return reduce(apply, events, account)
