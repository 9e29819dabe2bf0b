"""An account as its drain holds it in memory, never changed in place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from domain.account.mount import Mount
from domain.page.state import Entitlement, Tier


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the account, and what was last dealt to it."""

    page_id: str
    created_at: datetime
    entitlement: Entitlement = Entitlement()


@dataclass(frozen=True, slots=True)
class Account:
    """The aggregate: what the account pays for, the pages it has, and their hosts."""

    id: str
    tier: Tier = Tier.FREE
    tier_until: datetime | None = None
    places: Mapping[str, Place] = field(default_factory=dict)
    mounts: Mapping[str, Mount] = field(default_factory=dict)

    def is_prime_at(self, at: datetime) -> bool:
        """Whether Prime runs at the instant `at`."""
        return self.tier is Tier.PRIME and (self.tier_until is None or at < self.tier_until)
