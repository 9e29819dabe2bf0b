"""The log on a real Postgres: order without gaps, authority asked by the append.

Source: docs/architecture.md, "Commit order is seq order", "The append checks authority" and
"An idempotency key is used once".
"""

from datetime import timedelta

import pytest
from sqlalchemy import text

from domain.page.commands import ChangeKey, CreateKey, DeleteKey, SetStatus
from domain.results import FAILURE, Code, Outcome, Rejection
from domain.runtime.new_ids import new_id, secret_hash
from domain.status import Status
from domain.store.postgres import command_log
from domain.store.postgres.command_log import Authority, Draft, Idempotency, Settlement, append
from domain.store.postgres.engine import IntegrityError, constraint, is_data_error, sync_engine
from domain.store.postgres.receipts import first_use, forget_expired_uses, forget_use, receipt_at
from tests.support.drained_page import DrainedPage, append_as
from tests.support.faults.breaking import at_once

pytestmark = pytest.mark.usefixtures("store")

TOGGLE = SetStatus("api", Status.OUTAGE)
SECRET = "hyd_status_secret"
NOT_FOUND = Rejection(Code.NOT_FOUND, "This page has no such component.")


@pytest.fixture
def page():
    return DrainedPage("api")


def keyed(page):
    """The page's key, drained; its authority."""
    hashed = secret_hash(new_id("secret"))
    page.append(CreateKey(new_id("k"), "monitor", hashed))
    page.drain()
    return Authority("key", hashed)


def appended(draft):
    with sync_engine().begin() as conn:
        return append(conn, draft)


def rows(page, columns):
    query = f"SELECT {columns} FROM commands WHERE stream_id = :id ORDER BY seq"
    with sync_engine().connect() as conn:
        return conn.execute(text(query), {"id": page.id}).all()


def test_seqs_have_no_gap_and_no_times_are_alike_when_sixteen_write_at_once(page):
    before = page.head()
    found = at_once(16, lambda _: [append_as("system", "test", page.id, TOGGLE) for _ in range(6)])
    for one_writers in found:
        assert [a.seq for a in one_writers] == sorted(a.seq for a in one_writers)
    seqs = sorted(a.seq for writer in found for a in writer)
    assert seqs == list(range(before + 1, before + 97))
    times = [row.received_at for row in rows(page, "received_at")]
    assert times == sorted(set(times))
    assert all(at.microsecond % 1000 == 0 for at in times)


def test_time_never_goes_back_when_the_clock_of_postgres_did(page):
    with sync_engine().begin() as conn:
        ahead = "UPDATE streams SET last_at = last_at + interval '1 hour' WHERE id = :id"
        conn.execute(text(ahead), {"id": page.id})
    one, two = (append_as("system", "test", page.id, TOGGLE) for _ in range(2))
    assert two.received_at - one.received_at == timedelta(milliseconds=1)
    assert one.received_at > page.receipt(page.head() - 2).accepted_at


def test_nothing_is_bumped_when_an_idempotency_key_is_in_use(page):
    # given a write with a key
    once = Idempotency("POST /x", "again", b"hash of the body")
    first = Draft(new_id("r"), TOGGLE, Authority("system", "test"), page.id, once)
    seq = appended(first).seq
    # when it is repeated, by itself or by many at once
    again = [Draft(new_id("r"), TOGGLE, first.authority, page.id, once) for _ in range(8)]

    def repeat(number):
        with pytest.raises(IntegrityError) as caught:
            appended(again[number])
        return constraint(caught.value)

    # then every repeat is told so, and there is no gap after it
    assert at_once(8, repeat) == ["idempotency_pkey"] * 8
    assert page.head() == seq
    assert page.append(TOGGLE) == seq + 1
    with sync_engine().connect() as conn:
        use = first_use(conn, first.authority, page.id, "POST /x", "again")
    assert (use.command_id, use.body_hash, use.expired) == (first.id, b"hash of the body", False)


def test_exactly_one_is_acknowledged_when_many_use_a_key_for_the_first_time(page):
    before = page.head()
    once = Idempotency("POST /x", "race", b"hash")

    def write(_):
        try:
            return appended(Draft(new_id("r"), TOGGLE, Authority("system", "t"), page.id, once)).seq
        except IntegrityError as error:
            return constraint(error)

    found = at_once(8, write)
    assert sorted(map(str, found)) == sorted([str(before + 1), *["idempotency_pkey"] * 7])
    assert page.head() == before + 1


def test_key_is_free_in_another_stream_or_scope_when_used_in_one(page):
    other = DrainedPage()
    places = [(page, "POST /x"), (page, "POST /y"), (page, "PATCH /x"), (other, "POST /x")]
    for where, scope in places:
        once = Idempotency(scope, "same", b"hash")
        assert appended(Draft(new_id("r"), TOGGLE, Authority("system", "t"), where.id, once))


def test_key_is_free_again_when_it_is_older_than_a_day(page):
    once = Idempotency("POST /x", "old", b"hash")
    draft = Draft(new_id("r"), TOGGLE, Authority("system", "t"), page.id, once)
    appended(draft)
    aged = "UPDATE idempotency SET created_at = created_at - interval '25 hours'"
    with sync_engine().begin() as conn:
        conn.execute(text(f"{aged} WHERE command_id = :id"), {"id": draft.id})
        assert first_use(conn, draft.authority, page.id, "POST /x", "old").expired
        forget_use(conn, draft.id)
        assert first_use(conn, draft.authority, page.id, "POST /x", "old") is None
    second = Draft(new_id("r"), TOGGLE, draft.authority, page.id, once)
    appended(second)
    with sync_engine().begin() as conn:
        conn.execute(text(f"{aged} WHERE command_id = :id"), {"id": second.id})
        forget_expired_uses(conn)
        assert first_use(conn, draft.authority, page.id, "POST /x", "old") is None


def test_command_is_in_the_log_once_when_it_is_appended_twice(page):
    draft = Draft(new_id("r"), TOGGLE, Authority("system", "test"), page.id)
    seq = appended(draft).seq
    with pytest.raises(IntegrityError) as caught:
        appended(draft)
    assert constraint(caught.value) == "commands_id_key"
    assert is_data_error(caught.value)
    assert page.head() == seq


@pytest.mark.parametrize(
    "revoke", [ChangeKey("", disabled=True), ChangeKey("", hash="x"), "delete"]
)
def test_nothing_is_appended_when_the_key_was_revoked(page, revoke):
    hashed, key_id = secret_hash(new_id("secret")), new_id("k")
    page.append(CreateKey(key_id, "monitor", hashed))
    page.drain()
    assert appended(Draft(new_id("r"), TOGGLE, Authority("key", hashed))).stream_id == page.id
    if revoke == "delete":
        page.append(DeleteKey(key_id))
    else:
        page.append(
            ChangeKey(key_id, disabled=revoke.disabled, hash=revoke.hash and new_id("hash"))
        )
    page.drain()
    head = page.head()
    assert appended(Draft(new_id("r"), TOGGLE, Authority("key", hashed))) is None
    assert page.head() == head


def test_key_writes_to_its_own_page_alone_when_it_names_another(page):
    other, authority = DrainedPage(), keyed(page)
    found = appended(Draft(new_id("r"), TOGGLE, authority, stream_id=other.id))
    assert found.stream_id == page.id


@pytest.mark.parametrize("hashed", ["", "nobody's"])
def test_nothing_is_appended_when_nobody_has_that_key(page, hashed):
    assert appended(Draft(new_id("r"), TOGGLE, Authority("key", hashed), page.id)) is None


def test_nothing_is_appended_when_the_page_is_another_owners(page):
    bo = DrainedPage()
    assert append_as("owner", page.account_id, page.id, TOGGLE)
    assert append_as("owner", bo.account_id, page.id, TOGGLE) is None
    assert append_as("owner", bo.account_id, page.account_id, TOGGLE) is None
    assert append_as("owner", bo.account_id, "p_nobody", TOGGLE) is None


def test_nothing_is_appended_when_the_stream_is_closed(page):
    authority = keyed(page)
    with sync_engine().begin() as conn:
        command_log.close_stream(conn, page.id)
    for kind, value in (("owner", page.account_id), ("system", "t"), ("key", authority.value)):
        assert append_as(kind, value, page.id, TOGGLE) is None


def test_actor_is_who_wrote_when_read_back(page):
    authority = keyed(page)
    appended(Draft(new_id("r"), TOGGLE, authority))
    append_as("owner", page.account_id, page.id, TOGGLE)
    page.append(TOGGLE)
    by_key, by_owner, by_us = (row.actor for row in rows(page, "actor")[-3:])
    assert by_key.startswith("key:k_")
    assert (by_owner, by_us) == (f"owner:{page.account_id}", "test")


def test_commands_wait_in_order_until_they_are_settled_when_asked(page):
    first, second, third = (page.append(TOGGLE) for _ in range(3))
    with sync_engine().begin() as conn:
        assert [row.seq for row in command_log.load_pending(conn, page.id, 2)] == [first, second]
        refused = Settlement(second, Outcome.REFUSED, NOT_FOUND)
        command_log.settle(conn, page.id, [Settlement(first, Outcome.APPLIED), refused])
        assert [row.seq for row in command_log.load_pending(conn, page.id, 9)] == [third]
        command_log.settle(conn, page.id, [Settlement(third, Outcome.FAILED, FAILURE)])
        found = [receipt_at(conn, page.id, seq) for seq in (first, second, third)]
    assert [f.outcome for f in found] == [Outcome.APPLIED, Outcome.REFUSED, Outcome.FAILED]
    assert [f.refusal for f in found] == [None, NOT_FOUND, FAILURE]


def test_only_settled_commands_up_to_what_is_held_are_finished_when_published(page):
    first, second, third = (page.append(TOGGLE) for _ in range(3))
    with sync_engine().begin() as conn:
        settled = [Settlement(seq, Outcome.APPLIED) for seq in (first, second)]
        command_log.settle(conn, page.id, settled)
        command_log.mark_published(conn, page.id, first)
        states = [receipt_at(conn, page.id, seq).state for seq in (first, second, third)]
        assert states == ["published", "applied", "accepted"]
        command_log.mark_published(conn, page.id, third)
        states = [receipt_at(conn, page.id, seq).state for seq in (first, second, third)]
        assert states == ["published", "published", "accepted"]
        assert page.id in command_log.streams_behind(conn)
        conn.rollback()


def test_stream_is_behind_while_something_waits_in_it(page):
    def is_behind(stream_id):
        with sync_engine().connect() as conn:
            return stream_id in command_log.streams_behind(conn)

    assert not is_behind(page.id)
    page.append(TOGGLE)
    assert is_behind(page.id)
    page.drain()
    assert not is_behind(page.id)
    assert not is_behind(page.account_id)


def test_stream_has_one_lock_when_two_ask_for_it(page):
    with sync_engine().begin() as one, sync_engine().begin() as other:
        assert command_log.try_lock(one, page.id)
        assert not command_log.try_lock(other, page.id)
        assert command_log.try_lock(other, page.account_id)
        one.rollback()
        assert command_log.try_lock(other, page.id)
