"""Laws of places: how an account's seats are dealt to its pages.

Source: docs/behaviour.md, "Tiers and slots".
"""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.account import commands as c
from domain.account.allocations import allocate
from domain.account.apply import apply_all
from domain.account.decide.table import Facts, decide
from domain.account.state import Account
from domain.page.state import Tier
from domain.results import Code, Rejection

START = datetime(2026, 3, 1, tzinfo=UTC)
INCLUDED = {Tier.FREE: 1, Tier.PRIME: 2}

hours = st.integers(0, 48)
account_steps = st.lists(
    st.tuples(
        hours,
        st.one_of(
            st.tuples(st.just("add")),
            st.tuples(st.just("remove"), st.integers(0, 5)),
            st.tuples(st.just("tier"), st.sampled_from(Tier), st.none() | st.integers(-10, 200)),
        ),
    ),
    min_size=3,
    max_size=14,
)


def run(drawn):
    """Take the steps; yield the account before and after each, what was decided, and when."""
    account, at, added = Account("a_1", Tier.PRIME), START, 0
    for wait_h, step in drawn:
        at += timedelta(hours=wait_h)
        match step:
            case ("add",):
                command = c.AddPage(f"p_{9 - added % 10}_{added}", "name")
                added += 1
            case ("remove", number):
                command = c.RemovePage(f"p_{9 - number}_{number}")
            case ("tier", tier, until_h):
                until = None if until_h is None else at + timedelta(hours=until_h)
                command = c.SetTier(tier, until)
        decision = decide(account, command, at, Facts())
        before = account
        if not isinstance(decision, Rejection):
            account = apply_all(account, decision)
        yield before, account, decision, at


def seats_at(account: Account, at: datetime) -> int:
    lapsed = account.tier_until is not None and account.tier_until <= at
    return INCLUDED[Tier.FREE if lapsed else account.tier]


def lit(account: Account, at: datetime) -> list[str]:
    """Pages that are served at an instant, oldest first."""
    places = sorted(account.places.values(), key=lambda p: (p.created_at, p.page_id))
    ends = [(p.page_id, p.entitlement.served_until) for p in places]
    return [page_id for page_id, end in ends if end is None or at < end]


@given(account_steps, st.integers(0, 300))
def test_no_more_pages_are_lit_than_there_are_seats_when_time_goes_by(drawn, later_h):
    for _, account, _, at in run(drawn):
        for instant in (at, at + timedelta(hours=later_h)):
            assert len(lit(account, instant)) <= seats_at(account, instant)


@settings(max_examples=200)
@given(account_steps)
def test_oldest_pages_are_lit_and_no_seat_stays_empty_when_dealt(drawn):
    for _, account, decision, at in run(drawn):
        if isinstance(decision, Rejection):
            continue
        oldest = sorted(account.places.values(), key=lambda p: (p.created_at, p.page_id))
        wanted = [place.page_id for place in oldest][: seats_at(account, at)]
        assert lit(account, at) == wanted


@given(account_steps)
def test_page_is_dark_at_the_first_instant_without_a_seat_when_nobody_acts(drawn):
    # given a deal, when nobody acts until the end of Prime, then exactly there the deal changes
    for _, account, decision, _ in run(drawn):
        if isinstance(decision, Rejection):
            continue
        for place in account.places.values():
            end = place.entitlement.served_until
            if end is not None and end == account.tier_until:
                just_before = end - timedelta(microseconds=1)
                assert place.page_id in lit(account, just_before)
                assert allocate(account, end)[place.page_id].served_until == end


@given(account_steps, hours)
def test_dark_page_stays_dark_since_when_it_was_when_dealt_again(drawn, later_h):
    for _, account, _, at in run(drawn):
        later = at + timedelta(hours=later_h)
        again = allocate(account, later)
        dark = set(account.places) - set(lit(account, later))
        for page_id in dark - set(lit_after(account, again, later)):
            assert again[page_id].served_until == account.places[page_id].entitlement.served_until


def lit_after(account, dealt, at):
    return [
        page_id
        for page_id in account.places
        if dealt[page_id].served_until is None or at < dealt[page_id].served_until
    ]


@given(account_steps, hours)
def test_second_deal_changes_nothing_when_the_first_is_applied(drawn, later_h):
    for _, account, decision, at in run(drawn):
        if not isinstance(decision, Rejection):
            now = {place.page_id: place.entitlement for place in account.places.values()}
            assert allocate(account, at) == now
            again = {id_: e.served_until for id_, e in allocate(account, at).items()}
            assert again == {id_: e.served_until for id_, e in now.items()}


@given(account_steps)
def test_page_is_refused_exactly_when_every_seat_is_taken(drawn):
    for before, after, decision, at in run(drawn):
        was_refused = isinstance(decision, Rejection) and decision.code is Code.NO_FREE_SLOT
        if was_refused:
            assert len(before.places) >= seats_at(before, at)
        if len(after.places) > len(before.places):
            assert len(before.places) < seats_at(before, at)
            new = set(after.places) - set(before.places)
            assert new <= set(lit(after, at))


@given(account_steps)
def test_every_page_knows_its_accounts_tier_when_anything_changed(drawn):
    for _, account, decision, _ in run(drawn):
        if not isinstance(decision, Rejection):
            for place in account.places.values():
                assert place.entitlement.tier is account.tier
                assert place.entitlement.tier_until == account.tier_until
