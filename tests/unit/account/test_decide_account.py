"""What an account answers to commands, and what it makes its pages do.

Source: docs/architecture.md, "Facts across pages belong to the account".
"""

from datetime import UTC, datetime, timedelta

import pytest

from domain.account import commands as c
from domain.account.allocations import follow_ups
from domain.account.apply import apply_all
from domain.account.decide.table import Facts, decide
from domain.account.state import Account
from domain.page.commands import CreatePage, DeletePage, SetEntitlement
from domain.page.state import Entitlement, Tier
from domain.results import Code, DuplicateIdError, Rejection

AT = datetime(2026, 3, 1, tzinfo=UTC)
LATER = AT + timedelta(days=1)


def told(account, *commands, at=AT):
    """The account after commands that are all accepted, and what they make its pages do."""
    pairs = []
    for command in commands:
        events = decide(account, command, at, Facts())
        assert not isinstance(events, Rejection), events
        account = apply_all(account, events)
        pairs += follow_ups(account, events)
    return account, pairs


FREE, PRIME = Account("a_1"), Account("a_1", Tier.PRIME)


def test_page_is_created_with_its_place_and_host_when_added():
    _, pairs = told(PRIME, c.AddPage("p_1", "Acme", "acme.localhost"))
    created = CreatePage("a_1", "Acme", Entitlement(Tier.PRIME), "acme.localhost")
    assert pairs == [("p_1", created)]


def test_page_has_the_zone_that_it_was_added_with():
    _, pairs = told(PRIME, c.AddPage("p_1", "Acme", time_zone="Asia/Tokyo"))
    assert [command.time_zone for _, command in pairs] == ["Asia/Tokyo"]


def test_second_page_is_refused_when_the_tier_is_free():
    account, _ = told(FREE, c.AddPage("p_1", "Acme"))
    refused = decide(account, c.AddPage("p_2", "More"), AT, Facts())
    assert refused.code is Code.NO_FREE_SLOT


def test_place_is_free_again_when_its_page_is_removed():
    account, _ = told(FREE, c.AddPage("p_1", "Acme"))
    account, pairs = told(account, c.RemovePage("p_1"), c.AddPage("p_2", "More"))
    assert [(page_id, type(command)) for page_id, command in pairs] == [
        ("p_1", DeletePage),
        ("p_2", CreatePage),
    ]
    assert set(account.places) == {"p_2"}


def test_host_is_named_as_taken_when_it_is_not_ours():
    wanted = c.AddPage("p_1", "Acme", "acme.localhost")
    refused = decide(FREE, wanted, AT, Facts(host_is_ours=False))
    assert (refused.code, list(refused.fields)) == (Code.CONFLICT, ["subdomain"])
    assert "acme.localhost" in refused.error


def test_host_is_refused_with_its_day_when_it_is_kept_for_another():
    wanted = c.AddPage("p_1", "Acme", "acme.localhost")
    refused = decide(FREE, wanted, AT, Facts(host_is_ours=False, held_until=LATER))
    assert (refused.code, list(refused.fields)) == (Code.CONFLICT, ["subdomain"])
    assert "free from 2026-03-02 00:00 UTC." in refused.error


def test_new_subdomain_is_refused_until_its_instant_when_there_were_too_many():
    wanted, facts = c.AddPage("p_1", "Acme", "acme.localhost"), Facts(next_subdomain_at=LATER)
    refused = decide(FREE, wanted, LATER - timedelta(microseconds=1), facts)
    assert (refused.code, refused.retry_at) == (Code.RATE_LIMITED, LATER)
    assert not isinstance(decide(FREE, wanted, LATER, facts), Rejection)
    assert not isinstance(decide(FREE, c.AddPage("p_1", "Acme"), AT, facts), Rejection)


def test_missing_place_is_told_before_the_host_when_both_are_missing():
    account, _ = told(FREE, c.AddPage("p_1", "Acme"))
    wanted = c.AddPage("p_2", "More", "acme.localhost")
    assert decide(account, wanted, AT, Facts(host_is_ours=False)).code is Code.NO_FREE_SLOT


def test_newest_page_is_dark_at_once_when_prime_is_taken_away():
    account, _ = told(PRIME, c.AddPage("p_1", "Old"))
    account, _ = told(account, c.AddPage("p_2", "New"), at=LATER)
    account, pairs = told(account, c.SetTier(Tier.FREE), at=LATER)
    assert pairs == [
        ("p_1", SetEntitlement(Entitlement(Tier.FREE))),
        ("p_2", SetEntitlement(Entitlement(Tier.FREE, served_until=LATER))),
    ]


def test_only_the_second_page_ends_with_prime_when_prime_has_an_end():
    account, _ = told(PRIME, c.AddPage("p_1", "Old"), c.AddPage("p_2", "New"))
    _, pairs = told(account, c.SetTier(Tier.PRIME, LATER))
    assert pairs == [
        ("p_1", SetEntitlement(Entitlement(Tier.PRIME, LATER))),
        ("p_2", SetEntitlement(Entitlement(Tier.PRIME, LATER, served_until=LATER))),
    ]


def test_dark_page_is_seated_when_an_older_one_is_removed():
    account, _ = told(PRIME, c.AddPage("p_1", "Old"), c.AddPage("p_2", "New"))
    account, _ = told(account, c.SetTier(Tier.FREE))
    _, pairs = told(account, c.RemovePage("p_1"))
    assert pairs == [("p_1", DeletePage()), ("p_2", SetEntitlement(Entitlement(Tier.FREE)))]


def test_no_page_hears_anything_when_nothing_of_it_changes():
    account, _ = told(FREE, c.AddPage("p_1", "Acme"))
    for command in (c.SetTier(Tier.FREE), c.Probe()):
        assert told(account, command)[1] == []


def test_another_accounts_page_is_not_found_when_removed():
    assert decide(FREE, c.RemovePage("p_9"), AT, Facts()).code is Code.NOT_FOUND


def test_id_is_never_used_twice_when_a_page_has_it():
    account, _ = told(PRIME, c.AddPage("p_1", "Acme"))
    with pytest.raises(DuplicateIdError):
        decide(account, c.AddPage("p_1", "Again"), AT, Facts())
