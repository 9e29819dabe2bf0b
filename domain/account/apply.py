"""How an event changes an account. Pure and total."""

from collections.abc import Iterable
from dataclasses import replace
from functools import reduce

from domain.account import events as e
from domain.account.mount import without_page
from domain.account.mount_events import apply_to_mounts
from domain.account.state import Account, Place


def apply(account: Account, event: e.Event) -> Account:
    """Return the account as it is after `event`."""
    match event:
        case e.PageAdded(page_id=page_id, at=at):
            place = Place(page_id, at)
            return replace(account, places={**account.places, page_id: place})
        case e.PageRemoved(page_id=page_id):
            places = {id_: place for id_, place in account.places.items() if id_ != page_id}
            mounts = without_page(account.mounts, page_id)
            return replace(account, places=places, mounts=mounts)
        case e.TierSet(tier=tier, until=until):
            return replace(account, tier=tier, tier_until=until)
        case e.PlaceDealt(page_id=page_id, entitlement=entitlement):
            place = replace(account.places[page_id], entitlement=entitlement)
            return replace(account, places={**account.places, page_id: place})
        case _:
            return replace(account, mounts=apply_to_mounts(account.mounts, event))


def apply_all(account: Account, events: Iterable[e.Event]) -> Account:
    """Return the account as it is after `events`, in their order."""
    return reduce(apply, events, account)
