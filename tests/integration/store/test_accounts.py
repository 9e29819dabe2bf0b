"""Accounts on a real store: races with one winner, and what is cleaned."""

import threading
from contextlib import contextmanager
from unittest import mock

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from domain.runtime.new_ids import new_id
from domain.store.postgres import accounts, sessions
from domain.store.postgres.accounts import Change
from domain.store.postgres.engine import sync_engine
from tests.support.account_rows import email_of, is_open, made, opened, session, waits_for_a_lock
from tests.support.faults.breaking import at_once
from tests.support.stack import wait_until
from workers import sweep

pytestmark = pytest.mark.usefixtures("store")


def new_password(account_id, session_id="none"):
    return Change(account_id, session_id, "old", password_hash="new", token_hash=new_id("hash"))


@contextmanager
def in_another_thread(call):
    """Call while the block runs, which must be what it waits for; yields its answers."""
    answers = []
    thread = threading.Thread(target=lambda: answers.append(call()))
    with sync_engine().begin() as conn:
        yield conn, thread, answers
        thread.start()
        wait_until(waits_for_a_lock, "the other one waits")
    thread.join(30)


def test_one_account_is_made_when_fifty_sign_up_with_one_email():
    email = f"{new_id('fifty')}@example.com"
    ids = [new_id("a") for _ in range(50)]

    def sign_up(number):
        with sync_engine().begin() as conn:
            return accounts.create_account(conn, ids[number], email.upper(), "hash")

    assert at_once(50, sign_up).count(True) == 1
    with sync_engine().connect() as conn:
        found = conn.execute(text("SELECT id FROM streams WHERE id = ANY(:ids)"), {"ids": ids})
        assert len(found.all()) == 1


def test_one_of_many_accounts_has_an_email_when_all_change_to_it():
    email = f"{new_id('wanted')}@example.com"
    owners = [made() for _ in range(8)]

    def change(number):
        try:
            with sync_engine().begin() as conn:
                return accounts.change_account(conn, Change(owners[number], "", "old", email=email))
        except IntegrityError:
            return "taken"

    assert sorted(at_once(8, change)) == sorted([email] + ["taken"] * 7)


def test_session_does_not_begin_when_the_password_changes_under_it():
    # given a change of password that is not committed, and a login that checked the old one
    ada = made()
    with in_another_thread(lambda: opened(ada)) as (conn, _, answers):
        assert accounts.change_account(conn, new_password(ada)) is not None
    # then no session is begun with it
    assert answers == [None]


def test_session_ends_when_it_began_under_a_change_of_the_password():
    # given a login that is not committed, and a change of the password that comes upon it
    ada = made()
    began = session(ada)

    def change():
        with sync_engine().begin() as conn:
            return accounts.change_account(conn, new_password(ada))

    with in_another_thread(change) as (conn, _, answers):
        assert sessions.open_session(conn, began)
    # then that session is over as well
    assert answers == [email_of(ada)]
    assert not is_open(began)


def test_nothing_changes_when_the_password_that_was_checked_is_an_old_one():
    ada = made("newer")
    with sync_engine().begin() as conn:
        assert accounts.change_account(conn, new_password(ada)) is None
        assert accounts.password_hash_of(conn, ada) == "newer"


def test_all_sessions_and_devices_are_gone_when_the_operator_resets_the_password():
    ada, device = made(), new_id("hash")
    began = opened(ada)
    with sync_engine().begin() as conn:
        sessions.remember_device(conn, ada, None, device)
        assert sessions.knows_device(conn, email_of(ada).upper(), device)
        assert accounts.reset_password(conn, email_of(ada).upper(), "new")
        assert not sessions.knows_device(conn, email_of(ada), device)
        assert not accounts.reset_password(conn, "nobody@example.com", "new")
    assert not is_open(began)
    assert opened(ada) is None
    assert opened(ada, "new") is not None


def test_session_used_longest_ago_ends_when_there_are_too_many():
    ada = made()
    with mock.patch.object(sessions, "SESSIONS_MAX", 3):
        began = [opened(ada) for _ in range(5)]
    assert [is_open(one) for one in began] == [False, False, True, True, True]


def test_device_is_known_by_its_newest_token_only_when_it_logged_in_again():
    ada, bo = made(), made()
    first, second, third = (new_id("hash") for _ in range(3))
    with sync_engine().begin() as conn:
        sessions.remember_device(conn, ada, None, first)
        sessions.remember_device(conn, bo, first, second)  # one browser, two accounts
        sessions.remember_device(conn, bo, second, third)
        known = [
            [sessions.knows_device(conn, email_of(who), token) for token in (first, second, third)]
            for who in (ada, bo)
        ]
    assert known == [[False, False, True]] * 2


def test_device_used_longest_ago_is_forgotten_when_there_are_too_many():
    ada, tokens = made(), [new_id("hash") for _ in range(4)]
    with mock.patch.object(sessions, "DEVICES_MAX", 2), sync_engine().begin() as conn:
        for token in tokens:
            sessions.remember_device(conn, ada, None, token)
        known = [sessions.knows_device(conn, email_of(ada), token) for token in tokens]
    assert known == [False, False, True, True]


def test_what_is_over_is_thrown_away_when_beat_has_it_cleaned():
    ada, device = made(), new_id("hash")
    old, young = opened(ada), opened(ada)
    with sync_engine().begin() as conn:
        sessions.remember_device(conn, ada, None, device)
        aged = "UPDATE sessions SET expires_at = clock_timestamp() WHERE id = :id"
        conn.execute(text(aged), {"id": old.id})
        unused = "UPDATE devices SET last_used_at = now() - interval '366 days'"
        conn.execute(text(f"{unused} WHERE token_hash = :hash"), {"hash": device})
    sweep.clean()
    with sync_engine().connect() as conn:
        left = conn.execute(text("SELECT id FROM sessions WHERE account_id = :id"), {"id": ada})
        assert list(left.scalars()) == [young.id]
        assert not sessions.knows_device(conn, email_of(ada), device)


def test_error_does_not_tell_what_was_to_be_stored_when_it_is_logged():
    with sync_engine().connect() as conn, pytest.raises(DBAPIError) as caught:
        conn.execute(text("SELECT 1 / length(:what) / 0"), {"what": "argon2 hash"})
    assert "argon2 hash" not in f"{caught.value} {caught.value!r}"
