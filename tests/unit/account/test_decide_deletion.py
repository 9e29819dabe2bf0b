"""What deleting an account makes its pages do (docs/decisions/0006-deletion.md)."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.account import commands as c
from domain.account import events as e
from domain.account.allocations import follow_ups
from domain.account.apply import apply_all
from domain.account.decide.table import Facts, decide
from domain.account.state import Account
from domain.page.commands import DeletePage
from domain.page.state import Tier
from domain.results import Code

AT = datetime(2026, 3, 1, tzinfo=UTC)
PRIME = Account("a_1", Tier.PRIME)


def after(account, *commands):
    for command in commands:
        account = apply_all(account, decide(account, command, AT, Facts()))
    return account


def test_every_page_is_deleted_and_nothing_dealt_when_the_account_is():
    # given an account with a page that is seated and one that is dark
    account = after(PRIME, c.AddPage("p_1", "Old"), c.AddPage("p_2", "New"), c.SetTier(Tier.FREE))
    # when it is deleted
    events = decide(account, c.DeleteAccount(), AT, Facts())
    gone = apply_all(account, events)
    # then both pages go, no page is seated on the way, and the account is gone at that instant
    assert follow_ups(gone, events) == [("p_1", DeletePage()), ("p_2", DeletePage())]
    assert not any(isinstance(event, e.PlaceDealt) for event in events)
    assert (dict(gone.places), gone.deleted_at) == ({}, AT)


def test_only_the_account_is_gone_when_it_has_no_page():
    assert decide(PRIME, c.DeleteAccount(), AT, Facts()) == (e.AccountDeleted(AT),)


@pytest.mark.parametrize(
    "command",
    [
        c.AddPage("p_9", "Late", "late.localhost"),
        c.RemovePage("p_1"),
        c.SetTier(Tier.PRIME),
        c.DeleteAccount(),
        c.Probe(),
    ],
    ids=lambda command: type(command).__name__,
)
def test_command_is_refused_when_the_account_was_deleted_before_it(command):
    gone = after(PRIME, c.AddPage("p_1", "Acme"), c.DeleteAccount())
    refused = decide(gone, command, AT + timedelta(seconds=1), Facts())
    assert refused.code is Code.NOT_FOUND
