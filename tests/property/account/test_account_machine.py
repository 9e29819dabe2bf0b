"""An account as a state machine: trades, tiers, pages and time, in any order, against a model.

After each step: no more pages are lit than there are places, every other page is dark, each knows
to the instant when it goes dark, and the balance is what the ledger adds up to. The clock comes
late, repeats itself and says what was overtaken meanwhile. Another kind of command is another rule.
"""

from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.account import commands as c
from domain.account.allocations import (
    WARNED_BEFORE,
    allocated_slots,
    find_dark_pages,
    has_free_slot,
    page_slots,
)
from domain.account.apply import apply_all
from domain.account.decide.table import decide
from domain.account.state import Account, Facts
from domain.page.state import Tier
from domain.results import Code, Rejection
from tests.property.account.account_model import PRICE, AccountModel

START = datetime(2026, 3, 1, tzinfo=UTC)
numbers = st.integers(0, 7)
# Often the very instant of an end, or just beside it.
hours = st.sampled_from([0, 1, 24, 24 * 7, 24 * 23, 24 * 30]) | st.integers(0, 24 * 40)


class Paying(RuleBasedStateMachine):
    """An account, and the model of what its commands mean."""

    def __init__(self) -> None:
        super().__init__()
        self.account, self.model = Account("a_1"), AccountModel(START)
        self.count = 0
        self.dues: list[tuple[c.Command, datetime]] = []

    def told(self, command: c.Command, at: datetime | None = None) -> Code | None:
        """Decide and apply a command that comes now; the code of its refusal, if it is one."""
        self.count += 1
        facts = Facts(command_id=f"r_{self.count}", seq=self.count, received_at=self.model.now)
        decision = decide(self.account, command, at or self.model.now, facts)
        if isinstance(decision, Rejection):
            return decision.code
        self.account = apply_all(self.account, decision)
        self.model.acted()
        return None

    def one_of(self, names, number: int) -> str:
        return sorted(names)[number % len(names)] if names else "nobody"

    @initialize(slots=st.integers(0, 3), until_h=st.sampled_from([None, 24 * 15, 24 * 45]))
    def account_is_at_work(self, slots: int, until_h: int | None) -> None:
        """Begin where most can happen: with tokens, slots, Prime, and as many pages as may be."""
        self.tokens_are_granted(PRICE * 9)
        self.tier_is_set(Tier.PRIME, until_h)
        for _ in range(slots):
            self.slot_is_bought()
            self.time_goes_by(24 * 4)
        for _ in range(slots + 2):
            self.page_is_added()

    @rule(wait_h=hours)
    def time_goes_by(self, wait_h: int) -> None:
        self.model.wait(self.model.now + timedelta(hours=wait_h))

    @precondition(lambda self: self.model.ends())
    @rule(micros=st.sampled_from([-1, 0, 1]))
    def next_end_comes(self, micros: int) -> None:
        end = self.model.ends()[0] + timedelta(microseconds=micros)
        self.model.wait(max(end, self.model.now))

    @rule(amount=st.sampled_from([-480, 0, 1, 479, 480, 481, 960, 2_000]))
    def tokens_are_granted(self, amount: int) -> None:
        self.model.balance += max(amount, 0)
        assert self.told(c.GrantTokens(amount)) == (None if amount > 0 else Code.VALIDATION)

    @rule()
    def slot_is_bought(self) -> None:
        slot_id = f"s_{self.count}"
        wanted = None if self.model.trade(slot_id) else Code.INSUFFICIENT_TOKENS
        assert self.told(c.BuySlot(slot_id)) == wanted

    @rule(number=numbers)
    def slot_is_renewed(self, number: int) -> None:
        slot_id = self.one_of(self.model.slots, number)
        if slot_id not in self.model.slots:
            wanted = Code.NOT_FOUND
        else:
            wanted = None if self.model.trade(slot_id) else Code.INSUFFICIENT_TOKENS
        assert self.told(c.RenewSlot(slot_id)) == wanted

    @rule(tier=st.sampled_from(Tier), until_h=st.none() | st.integers(-48, 24 * 40))
    def tier_is_set(self, tier: Tier, until_h: int | None) -> None:
        until = None if until_h is None else self.model.now + timedelta(hours=until_h)
        is_past = until is not None and until <= self.model.now
        if not is_past:
            self.model.is_prime, self.model.prime_until = tier is Tier.PRIME, until
        assert self.told(c.SetTier(tier, until)) == (Code.VALIDATION if is_past else None)

    @rule()
    def page_is_added(self) -> None:
        self.model.wait(self.model.now + timedelta(milliseconds=1))  # no two are of one instant
        page_id = f"p_{9 - self.count % 10}_{self.count}"  # ids do not say who is older
        is_free = len(self.model.pages) < self.model.capacity(self.model.now)
        assert has_free_slot(self.account, self.model.now) is is_free
        self.model.pages += [page_id] if is_free else []
        assert self.told(c.AddPage(page_id, "name")) == (None if is_free else Code.NO_FREE_SLOT)

    @rule(number=numbers)
    def page_is_removed(self, number: int) -> None:
        page_id = self.one_of(self.model.pages, number)
        is_there = page_id in self.model.pages
        self.model.pages = [id_ for id_ in self.model.pages if id_ != page_id]
        assert self.told(c.RemovePage(page_id)) == (None if is_there else Code.NOT_FOUND)

    @rule()
    def clock_looks(self) -> None:
        """See what is due, as the store's query would; it is told later, or never."""
        now, account = self.model.now, self.account
        self.dues += [
            (c.ExpireSlot(slot.id, slot.expires_at), slot.expires_at)
            for slot in account.slots.values()
            if not slot.is_over and slot.expires_at <= now
        ]
        until = account.tier_until
        if account.tier is Tier.PRIME and until and until <= now:
            self.dues.append((c.EndPrime(until), until))

    @rule(number=numbers, until_h=st.none() | st.integers(1, 24 * 40))
    def clock_is_overtaken(self, number: int, until_h: int | None) -> None:
        """Everything ends, and is paid for anew between the clock's look and its word."""
        if self.model.ends():
            self.model.wait(self.model.ends()[-1])
        self.clock_looks()
        self.slot_is_renewed(number)
        self.tier_is_set(Tier.PRIME, until_h)
        for place in range(len(self.dues)):
            self.clock_tells(place, 1)

    @precondition(lambda self: self.dues)
    @rule(number=numbers, times=st.integers(1, 3))
    def clock_tells(self, number: int, times: int) -> None:
        command, due_at = self.dues[number % len(self.dues)]
        for _ in range(times):
            assert self.told(command, due_at) in {None, Code.CONFLICT}
        # Told or overtaken, it is due no more.
        match command:
            case c.ExpireSlot(slot_id=slot_id):
                slot = self.account.slots[slot_id]
                assert slot.is_over or slot.expires_at != due_at
            case c.EndPrime():
                assert (self.account.tier, self.account.tier_until) != (Tier.PRIME, due_at)

    @invariant()
    def balance_is_what_the_ledger_adds_up_to(self) -> None:
        booked = [booking.amount for booking in self.account.bookings]
        assert self.account.balance == self.model.balance == sum(booked) >= 0
        running = 0
        for booking in self.account.bookings:
            running += booking.amount
            assert booking.balance == running >= 0
            assert booking.amount > 0 or booking.amount == -PRICE

    @invariant()
    def slots_end_when_they_were_paid_until(self) -> None:
        ends = {slot.id: slot.expires_at for slot in self.account.slots.values()}
        assert ends == self.model.slots
        over = [slot.expires_at for slot in self.account.slots.values() if slot.is_over]
        assert all(end <= self.model.now for end in over)

    @invariant()
    def every_page_has_a_place_or_is_dark(self) -> None:
        now, lit = self.model.now, self.model.lit(self.model.now)
        assert len(lit) <= self.model.capacity(now) == len(page_slots(self.account, now))
        assert [page_id for page_id in self.model.pages if self.is_served(page_id, now)] == lit
        assert list(allocated_slots(self.account, now)) == lit

    def is_served(self, page_id: str, at: datetime) -> bool:
        end = self.account.places[page_id].entitlement.served_until
        return end is None or at < end

    @invariant()
    def page_ends_when_a_walk_through_time_finds_it_dark(self) -> None:
        ends = {p.page_id: p.entitlement.served_until for p in self.account.places.values()}
        assert ends == {page_id: self.model.dark_from(page_id) for page_id in self.model.pages}
        for at in self.model.ends():
            served = [page_id for page_id in self.model.pages if self.is_served(page_id, at)]
            assert served == self.model.lit(at)

    @invariant()
    def owner_is_warned_of_what_is_dark_or_soon_will_be(self) -> None:
        told = {dark.page_id: dark.at for dark in find_dark_pages(self.account, self.model.now)}
        ends = {page_id: self.model.dark_from(page_id) for page_id in self.model.pages}
        horizon = self.model.now + WARNED_BEFORE
        assert told == {page_id: end for page_id, end in ends.items() if end and end <= horizon}

    @invariant()
    def pages_know_the_tier(self) -> None:
        for place in self.account.places.values():
            known = (place.entitlement.tier, place.entitlement.tier_until)
            assert known == (self.account.tier, self.account.tier_until)


TestPaying = Paying.TestCase
TestPaying.settings = settings(max_examples=200, stateful_step_count=40)
