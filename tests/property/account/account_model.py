"""What an account may have, told a second time and by brute force: time is walked, not computed."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

PRICE, LASTS = 480, timedelta(days=30)


@dataclass
class AccountModel:
    """An account at `now`: its pages in the order of their creation, and when dark ones went so."""

    now: datetime
    is_prime: bool = False
    prime_until: datetime | None = None
    balance: int = 0
    slots: dict[str, datetime] = field(default_factory=dict)
    pages: list[str] = field(default_factory=list)
    dark_since: dict[str, datetime] = field(default_factory=dict)

    def capacity(self, at: datetime) -> int:
        """How many pages may be served at an instant, if nobody acts before it."""
        prime = self.is_prime and (self.prime_until is None or at < self.prime_until)
        return (2 if prime else 1) + sum(at < expires_at for expires_at in self.slots.values())

    def lit(self, at: datetime) -> list[str]:
        return self.pages[: self.capacity(at)]

    def ends(self) -> list[datetime]:
        """Every instant to come at which something ends."""
        found = {*self.slots.values(), self.prime_until or self.now}
        return sorted(at for at in found if at > self.now)

    def dark_from(self, page_id: str) -> datetime | None:
        """The first instant at which a page is dark if nobody acts; None if it never is."""
        if page_id in self.dark_since:
            return self.dark_since[page_id]
        return next((at for at in self.ends() if page_id not in self.lit(at)), None)

    def wait(self, until: datetime) -> None:
        """Let time go by: whoever goes dark meanwhile is so from an end on."""
        self.dark_since = {
            page_id: went
            for page_id in self.pages
            if (went := self.dark_from(page_id)) and went <= until
        }
        self.now = until

    def acted(self) -> None:
        """Take note of who is dark after something was done just now."""
        lit = self.lit(self.now)
        self.dark_since = {
            page_id: self.dark_since.get(page_id, self.now)
            for page_id in self.pages
            if page_id not in lit
        }

    def trade(self, slot_id: str) -> bool:
        """Buy a slot, or renew it if there is one; False without the tokens for it."""
        if self.balance < PRICE:
            return False
        self.balance -= PRICE
        self.slots[slot_id] = max(self.now, self.slots.get(slot_id, self.now)) + LASTS
        return True
