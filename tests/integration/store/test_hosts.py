"""Hosts: one page each, decided by Postgres, with counters that never go back.

Source: docs/architecture.md, "Facts across pages belong to the account" and
"A host has its own counter".
"""

import pytest
from sqlalchemy import text

from domain.account.commands import AddPage, RemovePage, SetTier
from domain.page.state import Tier
from domain.results import Code
from domain.runtime.new_ids import new_id
from domain.store.postgres.accounts import create_account
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.hosts import claim_host, release_hosts
from domain.store.postgres.publication import hosts_behind, note_hosts
from domain.store.postgres.receipts import receipt_at
from domain.store.redis import keys
from domain.store.redis import publisher as artifacts
from tests.support.drained_page import DrainedPage, append_as, drain_all
from tests.support.faults.breaking import at_once
from workers import sweep

pytestmark = pytest.mark.usefixtures("store")


def new_host():
    return f"{new_id('h').replace('_', '-')}.localhost"


def claim(host, page_id):
    with sync_engine().begin() as conn:
        return claim_host(conn, host, page_id)


def release(page_id):
    with sync_engine().begin() as conn:
        return release_hosts(conn, page_id)


def account():
    account_id = new_id("a")
    with sync_engine().begin() as conn:
        create_account(conn, account_id, f"{account_id}@example.com", "hash")
    append_as("owner", account_id, account_id, SetTier(Tier.PRIME))
    drain_all(account_id)
    return account_id


def told(account_id, command):
    """What became of an account's command."""
    seq = append_as("owner", account_id, account_id, command).seq
    drain_all(account_id)
    with sync_engine().connect() as conn:
        return receipt_at(conn, account_id, seq)


def entry(host):
    found = artifacts.cache_redis().get(keys.host_key(host))
    return found.decode() if found else None


def test_exactly_one_gets_the_host_when_many_claim_it_at_once():
    host = new_host()
    found = at_once(4, lambda number: claim(host, f"p_{number}"))
    (won,) = [row for row in found if row]
    assert (won.host, won.counter) == (host, 1)


def test_counter_grows_by_every_claim_and_release_when_pages_come_and_go():
    host = new_host()
    counters = []
    for number in range(4):
        counters.append(claim(host, f"p_{host}{number}").counter)
        assert claim(host, "p_other") is None
        (released,) = release(f"p_{host}{number}")
        assert released.page_id is None
        counters.append(released.counter)
    assert counters == list(range(1, 9))
    assert release("p_nobody") == []


def test_counters_never_repeat_when_claims_and_releases_race():
    host = new_host()

    def come_and_go(number):
        seen = []
        for _ in range(10):
            won = claim(host, f"p_{host}{number}")
            seen += [won.counter] if won else []
            seen += [row.counter for row in release(f"p_{host}{number}")]
        return seen

    seen = sorted(counter for thread in at_once(4, come_and_go) for counter in thread)
    assert seen == list(range(1, len(seen) + 1))


def test_host_is_free_again_when_the_claim_was_rolled_back():
    host = new_host()
    with sync_engine().connect() as conn:
        assert claim_host(conn, host, "p_1")
        conn.rollback()
    assert claim(host, "p_2").counter == 1


def test_host_stays_free_when_the_page_that_wanted_it_is_refused():
    # given Ada without a free place, when she asks for a page on a host
    host, ada, bo = new_host(), account(), account()
    for _ in range(2):
        told(ada, AddPage(new_id("p"), "name"))
    assert told(ada, AddPage(new_id("p"), "name", host)).refusal.code is Code.NO_FREE_SLOT
    # then Bo can have it
    page_id = new_id("p")
    assert told(bo, AddPage(page_id, "name", host)).state == "applied"
    assert entry(host) == f"1 {page_id}"


def test_second_page_is_refused_when_its_host_is_taken():
    host, ada, bo = new_host(), account(), account()
    assert told(ada, AddPage(new_id("p"), "name", host)).refusal is None
    refused = told(bo, AddPage(new_id("p"), "name", host)).refusal
    assert (refused.code, list(refused.fields)) == (Code.CONFLICT, ["subdomain"])


def test_entry_leads_to_the_next_page_when_a_host_changes_hands():
    host, ada = new_host(), account()
    first, second = new_id("p"), new_id("p")
    told(ada, AddPage(first, "name", host))
    told(ada, RemovePage(first))
    assert entry(host) == "2 "
    told(ada, AddPage(second, "name", host))
    assert entry(host) == f"3 {second}"
    # and a late publisher of the first page changes nothing
    artifacts.publish_host(host, first, 1, artifacts.epoch())
    assert entry(host) == f"3 {second}"


def test_entries_come_back_and_are_complete_when_redis_was_emptied():
    page = DrainedPage()
    host = f"{page.id[2:]}.localhost"
    artifacts.cache_redis().flushdb()
    sweep.sweep()
    assert entry(host) == f"1 {page.id}"
    assert artifacts.cache_redis().get(keys.HOSTS_COMPLETE).decode() == artifacts.epoch()
    with sync_engine().connect() as conn:
        assert hosts_behind(conn, artifacts.epoch(), 10) == []


def test_host_is_behind_until_its_newest_counter_is_noted_when_it_changed():
    host = new_host()
    row, epoch = claim(host, "p_1"), artifacts.epoch()

    def is_behind():
        with sync_engine().connect() as conn:
            return host in {found.host for found in hosts_behind(conn, epoch, 10_000)}

    assert is_behind()
    with sync_engine().begin() as conn:
        note_hosts(conn, [row], epoch)
    assert not is_behind()
    release("p_1")
    assert is_behind()
    with sync_engine().begin() as conn:
        conn.execute(text("DELETE FROM hosts WHERE host = :host"), {"host": host})
