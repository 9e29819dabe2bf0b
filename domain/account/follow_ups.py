"""Commands for page streams that follow from an account's events.

A page never refuses them.
"""

from collections.abc import Iterable

from domain.account import events as e
from domain.account.domain_events import PrimarySet
from domain.account.state import Account
from domain.page.commands import Command, CreatePage, DeletePage, SetEntitlement, SetHosts


def follow_ups(account: Account, events: Iterable[e.Event]) -> list[tuple[str, Command]]:
    """Return (page id, command) pairs, in order.

    `account` is the state after `events`.
    """
    added = {event.page_id for event in events if isinstance(event, e.PageAdded)}
    pairs: list[tuple[str, Command]] = []
    for event in events:
        match event:
            case e.PageAdded(page_id=page_id, name=name, host=host):
                entitlement = account.places[page_id].entitlement
                pairs.append((page_id, CreatePage(account.id, name, entitlement, host)))
            case e.PageRemoved(page_id=page_id):
                pairs.append((page_id, DeletePage()))
            case e.PlaceDealt(page_id=page_id, entitlement=entitlement) if page_id not in added:
                pairs.append((page_id, SetEntitlement(entitlement)))
            case PrimarySet(page_id=page_id, host=host):
                pairs.append((page_id, SetHosts(host)))
            case _:
                pass
    return pairs
