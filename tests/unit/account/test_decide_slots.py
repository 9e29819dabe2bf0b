"""What an account answers to trades, grants and the clock, by example.

Source: docs/behaviour.md, "Tiers and slots".
"""

from datetime import UTC, datetime, timedelta

import pytest

from domain.account import commands as c
from domain.account.allocations import (
    BALANCE_MAX,
    SLOT_PRICE,
    allocated_slots,
    find_dark_pages,
    page_slots,
)
from domain.account.apply import apply_all
from domain.account.decide.table import decide, with_allocations
from domain.account.events import TierSet
from domain.account.state import Account, Booking, BookingKind, Facts
from domain.page.state import Tier
from domain.results import Code, DuplicateIdError, Rejection

AT = datetime(2026, 3, 1, tzinfo=UTC)
DAY, MICRO = timedelta(days=1), timedelta(microseconds=1)
FREE = Account("a_1")


def told(account, *commands, at=AT):
    """The account after commands that are all accepted."""
    for command in commands:
        events = decide(account, command, at, Facts(command_id="r_1", seq=7))
        assert not isinstance(events, Rejection), events
        account = apply_all(account, events)
    return account


def refused(account, command, at=AT):
    decision = decide(account, command, at, Facts())
    assert isinstance(decision, Rejection)
    return decision.code


def end_of(account, page_id):
    return account.places[page_id].entitlement.served_until


def pages(*ids):
    return [c.AddPage(page_id, page_id) for page_id in ids]


RICH = told(FREE, c.GrantTokens(SLOT_PRICE * 3))


def test_ledger_says_who_gave_and_what_was_bought_when_the_balance_changes():
    account = told(RICH, c.BuySlot("s_1"))
    expires_at = AT + 30 * DAY
    assert account.bookings == (
        Booking(7, "r_1", BookingKind.GRANT, 1_440, 1_440, AT),
        Booking(7, "r_1", BookingKind.BUY, -480, 960, AT, "s_1", expires_at),
    )
    assert account.balance == 960


def test_nothing_is_bought_when_one_token_is_missing():
    poor = told(FREE, c.GrantTokens(SLOT_PRICE - 1))
    assert refused(poor, c.BuySlot("s_1")) is Code.INSUFFICIENT_TOKENS
    owner = told(told(FREE, c.GrantTokens(SLOT_PRICE)), c.BuySlot("s_1"))
    assert owner.balance == 0
    assert refused(owner, c.RenewSlot("s_1")) is Code.INSUFFICIENT_TOKENS


def test_renewal_adds_to_what_is_left_when_the_slot_still_runs():
    account = told(told(RICH, c.BuySlot("s_1")), c.RenewSlot("s_1"), at=AT + 10 * DAY)
    assert account.slots["s_1"].expires_at == AT + 60 * DAY


def test_renewal_begins_now_when_the_slot_has_expired():
    account = told(told(RICH, c.BuySlot("s_1")), c.RenewSlot("s_1"), at=AT + 40 * DAY)
    assert account.slots["s_1"].expires_at == AT + 70 * DAY


def test_renewal_is_refused_when_it_would_reach_more_than_ten_years_ahead():
    account = told(FREE, c.GrantTokens(BALANCE_MAX), c.BuySlot("s_1"))
    account = told(account, *[c.RenewSlot("s_1")] * 120)
    assert refused(account, c.RenewSlot("s_1")) is Code.CONFLICT


def test_slot_is_not_found_when_it_is_anothers():
    assert refused(RICH, c.RenewSlot("s_9")) is Code.NOT_FOUND


def test_id_is_never_used_twice_when_a_slot_has_it():
    account = told(RICH, c.BuySlot("s_1"))
    with pytest.raises(DuplicateIdError):
        decide(account, c.BuySlot("s_1"), AT, Facts())


@pytest.mark.parametrize("amount", [0, -1, -(2**70), 2**70, BALANCE_MAX + 1])
def test_grant_is_refused_when_it_makes_no_sense(amount):
    assert refused(FREE, c.GrantTokens(amount)) is Code.VALIDATION
    assert refused(told(FREE, c.GrantTokens(BALANCE_MAX)), c.GrantTokens(1)) is Code.VALIDATION


def test_second_page_ends_with_the_slot_to_the_microsecond():
    account = told(RICH, c.BuySlot("s_1"), *pages("p_1", "p_2"))
    end = AT + 30 * DAY
    assert (end_of(account, "p_1"), end_of(account, "p_2")) == (None, end)
    assert [len(page_slots(account, at)) for at in (end - MICRO, end)] == [2, 1]
    assert refused(account, c.AddPage("p_3", "x")) is Code.NO_FREE_SLOT


def test_page_moves_to_the_slot_that_lasts_when_prime_ends_before_it():
    # given Prime for ten days and a slot for thirty
    account = told(RICH, c.SetTier(Tier.PRIME, AT + 10 * DAY), c.BuySlot("s_1"))
    account = told(account, *pages("p_1", "p_2", "p_3"))
    # then the second page takes the slot once Prime is over, and the third is dark from then on
    assert [end_of(account, p) for p in ("p_1", "p_2", "p_3")] == [
        None, AT + 30 * DAY, AT + 10 * DAY,
    ]  # fmt: skip
    assert {p: s.slot_id for p, s in allocated_slots(account, AT).items()} == {
        "p_1": None, "p_2": None, "p_3": "s_1",
    }  # fmt: skip
    assert {p: s.slot_id for p, s in allocated_slots(account, AT + 10 * DAY).items()} == {
        "p_1": None, "p_2": "s_1",
    }  # fmt: skip


def test_older_page_takes_the_slot_that_expires_last_when_there_are_two():
    account = told(RICH, c.BuySlot("s_1"))
    account = told(account, c.BuySlot("s_2"), *pages("p_1", "p_2", "p_3"), at=AT + DAY)
    assert {p: s.slot_id for p, s in allocated_slots(account, AT + DAY).items()} == {
        "p_1": None, "p_2": "s_2", "p_3": "s_1",
    }  # fmt: skip


def test_dark_page_is_seated_before_a_new_one_is_made_when_a_slot_is_bought():
    account = told(RICH, c.BuySlot("s_1"), *pages("p_1", "p_2"))
    later = AT + 40 * DAY
    account = told(account, c.BuySlot("s_2"), at=later)
    assert end_of(account, "p_2") == later + 30 * DAY
    assert refused(account, c.AddPage("p_3", "x"), later) is Code.NO_FREE_SLOT


def test_clock_changes_nothing_of_pages_when_it_tells_of_a_slots_end():
    account = told(RICH, c.BuySlot("s_1"), *pages("p_1", "p_2"))
    end = AT + 30 * DAY
    after = told(account, c.ExpireSlot("s_1", end), at=end)
    assert after.slots["s_1"].is_over
    assert after.places == account.places
    assert refused(after, c.ExpireSlot("s_1", end), end) is Code.CONFLICT


def test_clock_is_refused_when_the_slot_was_renewed_meanwhile():
    account = told(RICH, c.BuySlot("s_1"))
    account = told(account, c.RenewSlot("s_1"), at=AT + 30 * DAY)
    assert refused(account, c.ExpireSlot("s_1", AT + 30 * DAY)) is Code.CONFLICT
    assert refused(account, c.ExpireSlot("s_9", AT)) is Code.CONFLICT


def test_account_is_free_when_the_clock_tells_that_prime_has_ended():
    end = AT + DAY
    account = told(FREE, c.SetTier(Tier.PRIME, end), *pages("p_1", "p_2"))
    after = told(account, c.EndPrime(end), at=end)
    assert (after.tier, after.tier_until) == (Tier.FREE, None)
    assert [end_of(after, p) for p in ("p_1", "p_2")] == [None, end]
    assert after.places["p_1"].entitlement.tier is Tier.FREE  # which brings its footer back
    assert refused(after, c.EndPrime(end), end) is Code.CONFLICT


def test_tier_is_refused_when_its_end_is_past():
    assert refused(RICH, c.SetTier(Tier.PRIME, AT - DAY)) is Code.VALIDATION
    assert refused(RICH, c.SetTier(Tier.PRIME, AT)) is Code.VALIDATION
    assert told(RICH, c.SetTier(Tier.PRIME, AT + MICRO)).tier_until == AT + MICRO


def test_prime_goes_on_when_it_was_given_longer_before_the_clock_told():
    account = told(FREE, c.SetTier(Tier.PRIME, AT + DAY), c.SetTier(Tier.PRIME, AT + 2 * DAY))
    assert refused(account, c.EndPrime(AT + DAY), AT + DAY) is Code.CONFLICT
    assert refused(told(account, c.SetTier(Tier.PRIME)), c.EndPrime(AT + DAY)) is Code.CONFLICT


def test_page_is_dark_since_its_place_was_taken_when_the_clock_comes_late():
    # given a page that went dark when Prime was replaced by one that had ended long before, which
    # was not refused once
    account = told(FREE, c.SetTier(Tier.PRIME), *pages("p_1", "p_2"))
    ended = TierSet(Tier.PRIME, AT - 300 * DAY)
    account = apply_all(account, with_allocations(account, (ended,), AT + DAY))
    facts = Facts(received_at=AT + 2 * DAY)
    events = decide(account, c.EndPrime(AT - 300 * DAY), AT - 300 * DAY, facts)
    assert end_of(apply_all(account, events), "p_2") == AT + DAY


def test_owner_is_warned_from_seven_days_before_when_a_page_will_be_dark():
    account = told(RICH, c.BuySlot("s_1"), *pages("p_1", "p_2"))
    end = AT + 30 * DAY
    assert find_dark_pages(account, end - 7 * DAY - MICRO) == []
    (soon,) = find_dark_pages(account, end - 7 * DAY)
    assert (soon.page_id, soon.at, soon.is_dark, soon.slot_id) == ("p_2", end, False, "s_1")
    (dark,) = find_dark_pages(account, end + DAY)
    assert (dark.page_id, dark.at, dark.is_dark, dark.slot_id) == ("p_2", end, True, "s_1")


def test_nobody_is_warned_when_the_slot_that_ends_is_nobodys():
    account = told(RICH, c.BuySlot("s_1"), *pages("p_1"))
    assert find_dark_pages(account, AT + 29 * DAY) == []
