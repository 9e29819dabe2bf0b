"""The deletion of an account on a real store: killed anywhere, raced by a login."""

import threading
from unittest import mock

import pytest
from sqlalchemy import text

from domain.account.commands import AddPage, DeleteAccount
from domain.account.commands import SetTier as SetAccountTier
from domain.page.state import Tier
from domain.runtime.new_ids import new_id
from domain.store.postgres import accounts
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.owned import credential, pages_of
from domain.store.postgres.receipts import receipt_at
from domain.store.redis import keys
from domain.store.redis import publisher as artifacts
from tests.support.account_rows import email_of, is_open, opened, waits_for_a_lock
from tests.support.drained_page import DrainedPage, Killed, drain_all, survived
from tests.support.stack import wait_until
from workers import account_stream, drain

pytestmark = pytest.mark.usefixtures("store")


def row_of(account_id):
    with sync_engine().connect() as conn:
        query = text(
            "SELECT email, email_key, password_hash, deleted_at FROM accounts WHERE id = :id"
        )
        return conn.execute(query, {"id": account_id}).one()


def is_gone(page):
    """Whether visitors and the owner have nothing of a page and its account any more."""
    host = artifacts.cache_redis().get(keys.host_key(f"{page.id[2:]}.localhost"))
    row = row_of(page.account_id)
    with sync_engine().connect() as conn:
        owned = pages_of(conn, page.account_id)
    return (
        "gone" in page.fields()
        and host.decode().partition(" ")[2] == ""
        and owned == []
        and row[:3] == ("", page.account_id, "")
        and row.deleted_at is not None
    )


@pytest.mark.parametrize(
    ("target", "name"),
    [
        (account_stream, "save_account"),  # before the commit
        (artifacts, "publish_hosts"),  # after it
        (account_stream, "note_hosts"),
        (artifacts, "announce"),
    ],
    ids=lambda what: what if isinstance(what, str) else "",
)
def test_account_is_deleted_all_the_same_when_the_worker_is_killed(target, name):
    # given a deletion whose drain is killed somewhere
    page = DrainedPage("api")
    began = opened(page.account_id, "hash")
    seq = page.append_to_account(DeleteAccount())
    with mock.patch.object(target, name, side_effect=Killed), survived():
        drain.drain_stream(page.account_id)
    # then either nothing has happened or all of it, and the sweep does what is left
    assert is_open(began) == (row_of(page.account_id).deleted_at is None)
    page.heal()
    assert is_gone(page)
    assert not is_open(began)
    with sync_engine().connect() as conn:
        assert receipt_at(conn, page.account_id, seq).state == "published"


def test_every_page_goes_and_later_commands_are_refused_when_an_account_is_deleted():
    # given an account with two pages, and commands that came after its deletion
    page = DrainedPage("api")
    other = new_id("p")
    page.append_to_account(AddPage(other, "Other", f"{other[2:]}.localhost"))
    page.append_to_account(DeleteAccount())
    late = new_id("p")
    seqs = [
        page.append_to_account(AddPage(late, "Late", f"{late[2:]}.localhost")),
        page.append_to_account(SetAccountTier(Tier.PRIME)),
        page.append_to_account(DeleteAccount()),
    ]
    for stream_id in (page.account_id, page.id, other):
        drain_all(stream_id)
    assert is_gone(page)
    with sync_engine().connect() as conn:
        refused = [receipt_at(conn, page.account_id, seq).refusal.code for seq in seqs]
        held = conn.execute(
            text("SELECT host FROM hosts WHERE page_id = ANY(:ids)"),
            {"ids": [page.id, other, late]},
        )
        assert held.all() == []
        closed = conn.execute(
            text("SELECT closed FROM streams WHERE id = ANY(:ids)"),
            {"ids": [page.account_id, page.id, other]},
        )
        assert list(closed.scalars()) == [True] * 3
        assert credential(conn, "nobody") is None
    assert refused == ["NOT_FOUND"] * 3
    # and nothing can be appended any more, nor logged in to
    with pytest.raises(AttributeError):
        page.append_to_account(DeleteAccount())
    assert opened(page.account_id, "hash") is None
    assert opened(page.account_id, "") is None
    with sync_engine().connect() as conn:
        assert accounts.login_of(conn, page.account_id) is None


def test_session_does_not_begin_when_its_account_is_deleted_under_it():
    # given a deletion that is not committed, and a login that checked the password before
    page = DrainedPage("api")
    page.append_to_account(DeleteAccount())
    real, answers = account_stream.save_account, []
    login = threading.Thread(target=lambda: answers.append(opened(page.account_id, "hash")))

    def saved(*args):
        real(*args)
        login.start()
        wait_until(waits_for_a_lock, "the login waits")

    with mock.patch.object(account_stream, "save_account", saved):
        drain.drain_stream(page.account_id)
    login.join(30)
    assert answers == [None]


def test_email_is_free_at_once_when_its_account_was_deleted():
    page = DrainedPage()
    page.append_to_account(DeleteAccount())
    drain_all(page.account_id)
    with sync_engine().begin() as conn:
        assert accounts.create_account(conn, new_id("a"), email_of(page.account_id), "hash")
