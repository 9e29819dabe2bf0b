"""Mounts in real Postgres and Redis, looked up on a real name server.

Source: docs/architecture.md, "Facts across pages belong to the account",
"Account changes are not commands" and "A host has its own counter".
"""

from datetime import timedelta

import pytest
from sqlalchemy import text

from domain.account.commands import (
    ActivateMount,
    MountHost,
    RemovePage,
    SetPrimary,
    UnmountHost,
    VerifyMount,
)
from domain.account.dns_proof import Result
from domain.account.domains import MountKind, MountState
from domain.page.commands import SetHosts
from domain.results import Code
from domain.runtime import settings
from domain.runtime.new_ids import new_id
from domain.store.postgres.custom_domains import lease_due, overdue_checks
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.hosts import leads_to_page
from domain.store.postgres.load import load_account
from domain.store.redis import publisher as artifacts
from ops.cli import doctor
from tests.architecture.source import text_of
from tests.support.drained_page import drain_all
from tests.support.faults.breaking import at_once
from tests.support.mounting import Owned, checks, entry, new_domain, owner_of
from tests.support.statements import sql
from workers import domains as lookups

pytestmark = pytest.mark.usefixtures("store")
BACK_FILL = "domain/store/postgres/migrations/versions/0008_mounts.py"


def test_every_answer_of_dns_is_told_apart_when_nothing_is_proven(zone):
    # given a domain that is asked for
    ada, host = Owned(), new_domain()
    mount_id = ada.mount(host)

    def reason():
        return ada.look_up(mount_id).reason

    # when DNS answers in every way but the right one, then the words are others each time
    assert "does not exist in DNS (NXDOMAIN)" in reason()
    zone.put(host, "A", "192.0.2.1")
    assert "no CNAME record found" in reason()
    assert "no TXT record found" in ada[mount_id].reason
    zone.put(host, "A")
    zone.put(host, "CNAME", "elsewhere.example")
    assert "found elsewhere.example instead" in reason()
    zone.put(host, "CNAME", f"a.{host}")
    zone.put(f"a.{host}", "CNAME", host)
    assert "CNAME loop" in reason()
    zone.fail(host, "SERVFAIL")
    assert "SERVFAIL" in reason()
    zone.fail(host, "REFUSED")
    assert "could not answer" in reason()
    zone.fail(host, "TIMEOUT")
    assert "timeout" in reason()
    assert ada[mount_id].state is MountState.PENDING


def test_domain_is_proven_when_a_chain_of_aliases_leads_through_its_name(zone):
    ada, host = Owned(), new_domain()
    mount_id = ada.mount(host)
    zone.put(host, "CNAME", f"www.{host}")
    zone.put(f"www.{host}", "CNAME", f"{ada[mount_id].token.upper()}.CNAME.localhost.")
    assert ada.look_up(mount_id).is_active
    assert entry(host) == f"1 {ada.id}"


def test_domain_is_proven_when_one_of_its_texts_is_right(zone):
    ada, host = Owned(), new_domain()
    mount_id = ada.mount(host)
    right = f"hepstatus-verify={ada[mount_id].token}"
    zone.put(f"_hepstatus.{host}", "TXT", "v=spf1 -all", right)
    assert ada.look_up(mount_id).is_active


def test_text_proves_a_domain_when_its_alias_is_not_answered(zone):
    ada, host = Owned(), new_domain()
    mount_id = ada.mount(host)
    zone.fail(host, "TIMEOUT")
    zone.put(f"_hepstatus.{host}", "TXT", f"hepstatus-verify={ada[mount_id].token}")
    assert ada.look_up(mount_id).is_active


def test_log_grows_only_when_a_lookup_finds_something_new(zone):
    ada, host = Owned(), new_domain()
    mount_id = ada.mount(host)
    before = ada.head()
    for _ in range(3):
        ada.look_up(mount_id)
    assert ada.head() == before + 1
    assert checks(mount_id).checked_at is not None
    # and an active one is quiet as well
    zone.put(host, "CNAME", f"{ada[mount_id].token}.cname.localhost")
    for _ in range(3):
        ada.look_up(mount_id)
    assert ada.head() == before + 2
    looked = checks(mount_id)
    assert looked.next_at - looked.checked_at == timedelta(days=1)


def test_lookup_is_leased_to_one_when_many_ask_what_is_due(zone):
    ada = Owned()
    mount_id = ada.mount(new_domain())

    # when one worker has taken what is due, and is not done with that yet
    with sync_engine().connect() as one, sync_engine().connect() as other:
        assert mount_id in lease_due(one, 1_000)
        # then another neither waits for it nor takes it, then or later
        other.execute(text("SET LOCAL lock_timeout = '2s'"))
        assert mount_id not in lease_due(other, 1_000)
        one.commit()
        assert mount_id not in lease_due(other, 1_000)


def test_check_is_overdue_when_nobody_took_it_for_more_than_a_minute():
    # given a mount that is due
    mount_id = Owned().mount(new_domain())

    def overdue_when_due(seconds_ago):
        sql(
            "UPDATE mount_checks SET next_at = clock_timestamp() - make_interval(secs => :s)"
            " WHERE mount_id = :id",
            s=seconds_ago,
            id=mount_id,
        )
        with sync_engine().connect() as conn:
            return overdue_checks(conn)

    # when it waits, then it is overdue after a minute and no sooner
    assert overdue_when_due(50) == overdue_when_due(70) - 1
    # and the doctor says so
    assert not doctor.mounts(settings.load_settings()).is_ok


def test_next_lookup_is_at_once_when_the_owner_asks_while_one_is_under_way(zone, monkeypatch):
    # given a lookup that takes its time, while the owner asks anew
    ada, host = Owned(), new_domain()
    mount_id = ada.mount(host)

    def meanwhile(asked):
        assert ada.tell(VerifyMount(ada.id, mount_id)) is None
        return Result.MISSING, "an old finding"

    monkeypatch.setattr(lookups, "look_up", meanwhile)
    # when the lookup is over
    found = ada.look_up(mount_id)
    # then what it found is not told, and the next one is due
    assert found.reason != "an old finding"
    looked = checks(mount_id)
    assert looked.next_at - looked.checked_at < timedelta(seconds=5)


def test_host_is_free_at_once_when_its_mount_lapses(zone):
    ada, bo, host = Owned(), Owned(), new_domain()
    of_ada = ada.activated(zone, host)
    assert bo.tell(MountHost(new_id("m"), bo.id, host, MountKind.DOMAIN)).code is Code.CONFLICT
    # when the record is missing for a week but a moment, nothing happens
    zone.put(host, "CNAME")
    assert ada.look_up(of_ada).is_active
    move = "UPDATE mount_checks SET failing_since = failing_since - :by WHERE mount_id = :id"
    sql(move, id=of_ada, by=timedelta(days=7) - timedelta(minutes=5))
    assert ada.look_up(of_ada).is_active
    assert entry(host) == f"1 {ada.id}"
    # when it is a week
    sql(move, id=of_ada, by=timedelta(minutes=5))
    lapsed = ada.look_up(of_ada)
    assert (lapsed.state, lapsed.is_primary) == (MountState.LAPSED, False)
    # then the host is free, and the first to prove it gets it
    assert (owner_of(host), entry(host)) == (None, "2 ")
    of_bo = bo.activated(zone, host)
    assert entry(host) == f"3 {bo.id}"
    assert bo[of_bo].is_primary
    # and a late publication of what was resurrects nothing
    artifacts.publish_host(host, ada.id, 1, artifacts.epoch())
    artifacts.publish_host(host, None, 2, artifacts.epoch())
    assert entry(host) == f"3 {bo.id}"


@pytest.mark.parametrize("ending", ["unmount", "delete"])
def test_hosts_are_free_when_a_mount_or_its_page_goes(zone, ending):
    # given a page with a subdomain and two domains, one of them pending
    subdomain = f"{new_id('h').replace('_', '-')}.localhost"
    ada, host, other = Owned(subdomain), new_domain(), new_domain()
    mount_id, _ = ada.activated(zone, host), ada.mount(other)
    # when the domain, or the whole page, goes
    command = UnmountHost(ada.id, mount_id) if ending == "unmount" else RemovePage(ada.id)
    assert ada.tell(command) is None
    # then what went is free, and a late publisher brings nothing back
    artifacts.publish_host(host, ada.id, 1, artifacts.epoch())
    assert (owner_of(host), entry(host)) == (None, "2 ")
    with sync_engine().connect() as conn:
        assert not leads_to_page(conn, host)
        assert leads_to_page(conn, subdomain) is (ending == "unmount")
    left = {mount.host for mount in ada.mounts()}
    assert left == ({subdomain, other} if ending == "unmount" else set())
    assert sql("SELECT * FROM mount_checks WHERE mount_id = :id", id=mount_id) == []


@pytest.mark.slow
def test_exactly_one_gets_a_subdomain_when_fifty_accounts_ask_at_once():
    pages = at_once(50, lambda _: Owned())
    host = f"{new_id('h').replace('_', '-')}.localhost"

    def ask(number):
        page = pages[number]
        command = MountHost(new_id("m"), page.id, host, MountKind.SUBDOMAIN)
        return page.tell(command)

    refusals = at_once(50, ask)
    assert refusals.count(None) == 1
    assert {refused.code for refused in refusals if refused} == {Code.CONFLICT}
    winner = pages[refusals.index(None)]
    assert (owner_of(host), entry(host)) == (winner.id, f"1 {winner.id}")
    assert [len(page.mounts()) for page in pages].count(1) == 1


@pytest.mark.slow
def test_exactly_one_gets_a_domain_when_fifty_proved_it_at_once():
    host = new_domain()
    pages = at_once(50, lambda _: Owned())
    asked = at_once(50, lambda number: pages[number].mount(host))

    def prove(number):
        mount = pages[number][asked[number]]
        return pages[number].tell(ActivateMount(mount.id, mount.asked_at))

    assert at_once(50, prove) == [None] * 50
    states = [pages[number][asked[number]] for number in range(50)]
    (winner,) = [mount for mount in states if mount.is_active]
    assert (owner_of(host), entry(host)) == (winner.page_id, f"1 {winner.page_id}")
    assert all("active on another page" in m.reason for m in states if not m.is_active)


def test_page_is_told_its_canonical_host_when_another_is_primary(zone):
    subdomain = f"{new_id('h').replace('_', '-')}.localhost"
    ada, host = Owned(subdomain), new_domain()
    mount_id = ada.activated(zone, host)
    assert ada.tell(SetPrimary(ada.id, mount_id)) is None
    drain_all(ada.id)
    told = sql("SELECT kind, payload FROM commands WHERE stream_id = :id ORDER BY seq", id=ada.id)
    assert [row.kind for row in told] == ["CreatePage", SetHosts.__name__]
    assert sql("SELECT host FROM pages WHERE id = :id", id=ada.id)[0].host == host


def test_account_comes_back_as_it_was_when_its_mounts_are_loaded(zone):
    ada = Owned(f"{new_id('h').replace('_', '-')}.localhost")
    ada.activated(zone, new_domain())
    ada.mount(new_domain())
    with sync_engine().connect() as conn:
        account, _ = load_account(conn, ada.account_id)
    assert sorted(account.mounts.values(), key=lambda m: (m.created_at, m.id)) == ada.mounts()


def test_old_subdomains_become_mounts_when_the_schema_is_upgraded():
    # given a page as code of before knew it: with a host, and no mount
    subdomain = f"{new_id('h').replace('_', '-')}.localhost"
    ada = Owned(subdomain)
    (was,) = ada.mounts()
    sql("DELETE FROM mounts WHERE page_id = :id", id=ada.id)
    # when the migration's last step runs
    source = text_of(BACK_FILL)
    sql(source[source.index("INSERT INTO mounts") : source.rindex(';\n"""')])
    # then it has the mount that it would have been given
    assert ada.mounts() == [was]
