"""Receipts: who may read one, and what becomes of it as a command goes its way.

Source: docs/behaviour.md, "Receipts".
"""

import pytest

from domain.account.commands import AddPage, RemovePage
from domain.page.commands import ChangeKey, CreateKey, SetStatus
from domain.results import Code, Outcome
from domain.runtime.new_ids import new_id
from domain.status import Status
from domain.store.postgres.command_log import Authority, Draft, append
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.receipts import receipt, receipt_at, receipt_for
from tests.support.drained_page import DrainedPage, drain_all

pytestmark = pytest.mark.usefixtures("store")

TOGGLE = SetStatus("api", Status.OUTAGE)


@pytest.fixture
def page():
    return DrainedPage("api")


def key_of(page):
    key_id, hashed = new_id("k"), new_id("hash")
    page.append(CreateKey(key_id, "monitor", hashed))
    page.drain()
    return key_id, Authority("key", hashed)


def owner_of(page):
    return Authority("owner", page.account_id)


def read(command_id, authority):
    with sync_engine().connect() as conn:
        return receipt_for(conn, command_id, authority)


def test_receipt_is_read_by_every_key_and_the_owner_of_its_page_when_asked(page):
    (_, one), (_, other) = key_of(page), key_of(page)
    written = page.receipt(page.append(TOGGLE))
    for authority in (one, other, owner_of(page)):
        assert read(written.id, authority) == written


def test_receipt_is_hidden_when_somebody_else_asks(page):
    bo = DrainedPage()
    _, bos_key = key_of(bo)
    written = page.receipt(page.append(TOGGLE))
    for authority in (owner_of(bo), bos_key, Authority("key", "nobody's"), Authority("owner", "")):
        assert read(written.id, authority) is None
    assert read("r_unknown", owner_of(page)) is None


def test_receipt_is_hidden_when_the_key_was_disabled(page):
    key_id, authority = key_of(page)
    written = page.receipt(page.append(TOGGLE))
    page.append(ChangeKey(key_id, disabled=True))
    page.drain()
    assert read(written.id, authority) is None


def test_receipt_of_the_account_is_hidden_from_keys_when_they_ask(page):
    _, authority = key_of(page)
    seq = page.append_to_account(RemovePage("p_nobody"))
    with sync_engine().connect() as conn:
        written = receipt_at(conn, page.account_id, seq)
    assert read(written.id, authority) is None
    assert read(written.id, owner_of(page)) == written


def test_receipt_tells_how_far_a_command_got_when_it_goes_its_way(page):
    seq = page.append(TOGGLE)
    accepted = page.receipt(seq)
    assert (accepted.state, accepted.command, accepted.outcome) == ("accepted", TOGGLE, None)
    page.drain_killed("before_publish")
    applied = page.receipt(seq)
    assert (applied.state, applied.published_at) == ("applied", None)
    page.heal()
    published = page.receipt(seq)
    assert published.state == "published"
    assert accepted.accepted_at <= published.applied_at <= published.published_at


def test_receipt_says_why_when_a_command_was_refused_or_failed(page):
    refused, failed = page.append(SetStatus("nobody", Status.OUTAGE)), page.append_poison()
    page.drain()
    assert page.receipt(refused).state == "refused"
    assert page.receipt(refused).refusal.code is Code.NOT_FOUND
    assert page.receipt(failed).state == "failed"
    assert page.receipt(failed).refusal.code is Code.FAILED
    assert page.receipt(failed).command is None


def test_command_of_the_account_is_published_only_when_its_follow_ups_are(page):
    # given an account that adds a page
    page_id = new_id("p")
    draft = Draft(new_id("r"), AddPage(page_id, "More"), owner_of(page), page.account_id)
    with sync_engine().begin() as conn:
        append(conn, draft)
    # when its own drain is through, it is not yet shown
    drain_all(page.account_id)
    with sync_engine().connect() as conn:
        assert receipt(conn, draft.id).state == "applied"
    # then it is, once the page's is
    drain_all(page_id)
    with sync_engine().connect() as conn:
        done, follow_up = receipt(conn, draft.id), receipt_at(conn, page_id, 1)
    assert (done.state, done.published_at) == ("published", follow_up.published_at)
    assert follow_up.outcome is Outcome.APPLIED
