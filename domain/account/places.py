"""How the places of an account are dealt to its pages. Source: SPEC section 6, tiers and slots."""

from collections.abc import Mapping
from datetime import datetime

from domain.account.state import Account, Place
from domain.page.state import Entitlement, Tier

INCLUDED = {Tier.FREE: 1, Tier.PRIME: 2}


def seats(account: Account, at: datetime) -> list[datetime | None]:
    """Return the end of each place that the account has at `at` (None: no end)."""
    lasting: list[datetime | None] = [None] * INCLUDED[Tier.FREE]
    if not account.is_prime_at(at):
        return lasting
    return lasting + [account.tier_until] * (INCLUDED[Tier.PRIME] - INCLUDED[Tier.FREE])


def has_free_seat(account: Account, at: datetime) -> bool:
    """Tell whether one page more could be served; dark pages are seated first."""
    return len(seats(account, at)) > len(account.places)


def deal(account: Account, at: datetime) -> Mapping[str, Entitlement]:
    """Return what each page gets at `at`: the oldest pages take the places, the rest are dark."""
    oldest_first = sorted(account.places.values(), key=lambda p: (p.created_at, p.page_id))
    ends = [*seats(account, at), *[at] * len(oldest_first)]
    return {
        place.page_id: entitle(account, place, end, at)
        for place, end in zip(oldest_first, ends, strict=False)
    }


def entitle(account: Account, place: Place, end: datetime | None, at: datetime) -> Entitlement:
    """Return a page's entitlement; a page that is dark already stays dark since when it was."""
    was = place.entitlement.served_until
    if end is not None and end <= at and was is not None:
        end = min(was, end)
    return Entitlement(account.tier, account.tier_until, served_until=end)
