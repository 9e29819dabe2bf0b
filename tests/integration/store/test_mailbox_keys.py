"""Keys of mailboxes beside the former ones: code of the release before writes rows without them."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from domain.runtime.credentials import email_key, former_email_key
from domain.runtime.new_ids import new_id
from domain.store.postgres import accounts, sessions
from domain.store.postgres.accounts import Change, erase_account, give_missing_keys
from domain.store.postgres.engine import sync_engine

pytestmark = pytest.mark.usefixtures("store")

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# What the release before says to the same tables.
OLD_INSERT = text("""
INSERT INTO accounts (id, email, email_key, password_hash, created_at)
VALUES (:id, :email, :email_key, 'old', clock_timestamp())
ON CONFLICT (email_key) DO NOTHING RETURNING id
""")
OLD_CHANGE = text("UPDATE accounts SET email = :email, email_key = :email_key WHERE id = :id")
OLD_LOGIN = text("SELECT id FROM accounts WHERE email_key = :email_key AND password_hash <> ''")
OLD_ERASURE = text("""
UPDATE accounts SET email = '', email_key = id, password_hash = '', deleted_at = now()
WHERE id = :id
""")


@pytest.fixture
def conn(store):
    with sync_engine().begin() as conn:
        yield conn


def address(local, domain="example.com"):
    return f"{local}@{new_id('d').lower().replace('_', '')}.{domain}"


def old(conn, email):
    """Sign up through the release before; the account's id, None if the e-mail was taken."""
    values = {"id": new_id("a"), "email": email, "email_key": former_email_key(email)}
    return conn.execute(OLD_INSERT, values).scalar()


def new(conn, email):
    """Sign up through this release."""
    account_id = new_id("a")
    return account_id if accounts.create_account(conn, account_id, email, "new") else None


def old_login(conn, email):
    return conn.execute(OLD_LOGIN, {"email_key": former_email_key(email)}).scalar()


def logins(conn, email):
    return [login.account_id for login in accounts.logins_of(conn, email)]


def key_of(conn, account_id):
    query = text("SELECT mailbox_key FROM accounts WHERE id = :id")
    return conn.execute(query, {"id": account_id}).scalar()


@pytest.mark.parametrize(("first", "second"), [(old, new), (new, old)])
def test_email_is_taken_in_both_releases_when_either_made_the_account(conn, first, second):
    email = address("ada")
    made = first(conn, email.upper())
    assert made
    assert second(conn, email) is None
    assert new(conn, email.upper()) is None
    # and it is found by both
    assert old_login(conn, email) == made
    assert logins(conn, email) == [made]
    # also once its key is there
    give_missing_keys(conn)
    assert key_of(conn, made) == email_key(email)
    assert second(conn, email) is None


@pytest.mark.parametrize("first", [old, new])
def test_two_people_have_two_accounts_when_their_former_keys_are_alike(conn, first):
    sharp = address("ru\u00df")
    plain = sharp.replace("\u00df", "ss")
    one = first(conn, sharp)
    other = new(conn, plain)
    assert one
    assert other
    assert (logins(conn, sharp), logins(conn, plain)) == ([one], [other])
    assert new(conn, plain) is None
    give_missing_keys(conn)
    assert (logins(conn, sharp), logins(conn, plain)) == ([one], [other])


def test_older_account_gets_the_key_when_two_fall_together(conn):
    # given two accounts of one mailbox, as the release before made them
    composed = address("zo\u00eb")
    decomposed = composed.replace("\u00eb", "e\u0308")
    younger_id = old(conn, composed)
    older_id = old(conn, decomposed)
    query = text("UPDATE accounts SET created_at = :at WHERE id = :id")
    conn.execute(query, {"at": EPOCH, "id": older_id})
    # when the keys are given, however often
    for _ in range(2):
        give_missing_keys(conn)
    # then the older one has it, and each logs in as it is used to
    assert key_of(conn, older_id) == email_key(composed)
    assert key_of(conn, younger_id) is None
    assert logins(conn, decomposed) == [older_id]
    assert logins(conn, composed) == [younger_id, older_id]
    assert accounts.login_of(conn, composed).account_id == younger_id
    # and nobody else has either spelling
    assert new(conn, composed) is None
    assert new(conn, decomposed) is None
    # and the operator resets the password of the one that is named
    assert accounts.reset_password(conn, composed, "reset")
    assert accounts.password_hash_of(conn, younger_id) == "reset"
    assert accounts.password_hash_of(conn, older_id) == "old"


def test_key_counts_no_more_when_the_release_before_changes_the_email(conn):
    before, after = address("ada"), address("ada")
    ada = new(conn, before)
    conn.execute(OLD_CHANGE, {"id": ada, "email": after, "email_key": after})
    # then the former e-mail is free, and the new one is hers
    assert logins(conn, before) == []
    assert logins(conn, after) == [ada]
    assert new(conn, after) is None
    assert new(conn, before)
    give_missing_keys(conn)
    assert key_of(conn, ada) == after


@pytest.mark.parametrize("by_old", [True, False])
def test_email_is_free_and_forgotten_when_its_account_was_erased(conn, by_old):
    email = address("ada")
    ada = new(conn, email)
    if by_old:
        conn.execute(OLD_ERASURE, {"id": ada})
        give_missing_keys(conn)
    else:
        erase_account(conn, ada, EPOCH)
    assert key_of(conn, ada) is None
    assert new(conn, email)


def test_email_is_another_accounts_when_it_is_its_in_another_spelling(conn):
    ada = new(conn, address("ada"))
    bos = address("bo", "m\u00fcnchen.example")
    assert new(conn, bos)
    ascii_form = bos.replace("m\u00fcnchen", "xn--mnchen-3ya")
    with pytest.raises(IntegrityError) as raised, conn.begin_nested():
        accounts.change_account(conn, Change(ada, "", "new", email=ascii_form))
    assert any(index in str(raised.value) for index in accounts.EMAIL_INDEXES)


def test_own_email_changes_its_spelling_when_its_owner_asks(conn):
    email = address("ada")
    ada = new(conn, email)
    assert accounts.change_account(conn, Change(ada, "", "new", email=email.upper()))
    assert logins(conn, email) == [ada]
    assert key_of(conn, ada) == email


def test_device_is_known_when_the_email_is_spelled_otherwise(conn):
    email = address("ada", "m\u00fcnchen.example")
    ada = new(conn, email)
    sessions.remember_device(conn, ada, None, token := new_id("hash"))
    assert sessions.knows_device(conn, email.replace("m\u00fcnchen", "xn--mnchen-3ya"), token)
    assert not sessions.knows_device(conn, address("ada"), token)
