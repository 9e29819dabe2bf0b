"""The deletion of an account on a real store: killed anywhere, raced by a login."""

import threading
from datetime import UTC, datetime
from unittest import mock

import pytest
from sqlalchemy import func, insert, text

from domain.account.commands import AddPage, DeleteAccount
from domain.account.commands import SetTier as SetAccountTier
from domain.page.commands import DeletePage
from domain.page.state import Tier
from domain.runtime.new_ids import new_id
from domain.store.postgres import accounts
from domain.store.postgres import tables as t
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.notifications.link_tokens import Purpose, create_link
from domain.store.postgres.notifications.restored import hold_pages
from domain.store.postgres.notifications.subscribers import leave
from domain.store.postgres.owned import credential, pages_of
from domain.store.postgres.receipts import receipt_at
from domain.store.redis import keys
from domain.store.redis import publisher as artifacts
from tests.support.account_rows import email_of, is_open, opened, waits_for_a_lock
from tests.support.drained_page import DrainedPage, Killed, drain_all, survived
from tests.support.stack import wait_until
from tests.support.subscribing import subscribe
from tests.support.subscriptions import add_delivery
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


OF_PAGE = ("subscribers", "left_addresses", "notification_events", "deliveries")
OF_PAGE += ("mail_counts", "held_pages")
OF_SUBSCRIBER = ("link_tokens", "mails")


def fill_tables_of_subscribers(page):
    """Put a row at least into every table about a page's subscribers; return one with it."""
    stays, leaves = subscribe(page.id), subscribe(page.id)
    with sync_engine().begin() as conn:
        assert leave(conn, leaves)
        create_link(conn, Purpose.MANAGE, subscriber_id=stays)
        hold_pages(conn, datetime.now(UTC))
        conn.execute(insert(t.mail_counts).values(page_id=page.id, day=func.now(), count=1))
        mail = {"id": new_id("m"), "kind": "confirm", "subscriber_id": stays, "body": ""}
        mail |= {"recipient": f"{stays}@example.com", "subject": "", "created_at": func.now()}
        conn.execute(insert(t.mails).values(**mail))
    add_delivery(page.id, new_id("i"), stays, "waiting")
    return page, stays


def rows_of_subscribers(page, subscriber_id):
    """Count the rows of each such table."""
    with sync_engine().connect() as conn:
        counts = {name: count_of(conn, name, "page_id", page.id) for name in OF_PAGE}
        more = {
            name: count_of(conn, name, "subscriber_id", subscriber_id) for name in OF_SUBSCRIBER
        }
    return counts | more


def count_of(conn, table, column, id_):
    query = text(f"SELECT count(*) FROM {table} WHERE {column} = :id")
    return conn.execute(query, {"id": id_}).scalar_one()


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


@pytest.mark.parametrize("command", [DeletePage, DeleteAccount])
def test_nothing_of_subscribers_stays_when_their_page_or_its_account_is_deleted(command):
    # given pages with somebody who waits for a message, somebody who left, a link, a mail, counts
    deleted, gone = fill_tables_of_subscribers(DrainedPage("api"))
    other = fill_tables_of_subscribers(DrainedPage("api"))
    before = rows_of_subscribers(*other)
    assert rows_of_subscribers(deleted, gone) == before
    assert all(before.values()), before
    # when one is deleted, then at once nothing of it is there, and everything of the other
    if command is DeletePage:
        deleted.append(DeletePage())
    else:
        deleted.append_to_account(DeleteAccount())
        drain_all(deleted.account_id)
    drain_all(deleted.id)
    assert rows_of_subscribers(deleted, gone) == dict.fromkeys(before, 0)
    assert rows_of_subscribers(*other) == before


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
