"""Answers about accounts and sessions."""

from typing import TypedDict

from domain.days import iso as written
from domain.store.accounts import Holder
from web.answers import iso
from web.views.wire import Id, Instant


class Account(TypedDict):
    """Who logged in."""

    id: Id
    email: str


class Me(Account):
    """Who one is, and what one pays for."""

    tier: str
    tierUntil: Instant | None
    createdAt: Instant


def me(holder: Holder) -> Me:
    """Return who holds a session."""
    return {
        "id": holder.account_id,
        "email": holder.email,
        "tier": holder.tier,
        "tierUntil": iso(holder.tier_until),
        "createdAt": written(holder.created_at),
    }
