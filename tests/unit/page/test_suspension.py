"""A suspended page: what changes, and that nothing else does.

Source: docs/behaviour.md, "Visibility".
"""

from datetime import UTC, datetime, timedelta
from functools import partial

from domain.page.commands import ChangePage, SuspendPage, UnsuspendPage
from domain.page.decide.table import decide
from domain.page.state import Page, Suspension
from tests.support.applied import apply

AT = datetime(2026, 3, 1, tzinfo=UTC)
PAGE = Page("p_1", name="Acme", is_public=True, created_at=AT, changed_at=AT)
told = partial(apply, at=AT)


def test_page_is_closed_and_as_it_was_when_it_is_suspended_for_a_while():
    suspended = told(PAGE, SuspendPage("Phishing"))
    assert suspended.suspension == Suspension(AT, "Phishing")
    assert (suspended.is_open, suspended.is_public) == (False, True)
    assert told(suspended, UnsuspendPage()) == PAGE


def test_first_instant_stays_when_another_reason_is_told():
    again = told(told(PAGE, SuspendPage()), SuspendPage("Spam"), at=AT + timedelta(days=1))
    assert again.suspension == Suspension(AT, "Spam")


def test_owner_may_go_on_editing_when_the_page_is_suspended():
    page = told(PAGE, SuspendPage(), ChangePage("Better"))
    assert (page.name, page.is_open) == ("Better", False)


def test_nothing_happens_when_a_page_is_let_go_that_is_not_suspended():
    assert decide(PAGE, UnsuspendPage(), AT) == ()
