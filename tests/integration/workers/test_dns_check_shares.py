"""Look-ups of domains: what an account may have under way, which come first, which are rarer."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from domain.account.commands import VerifyMount
from domain.store.postgres.custom_domains import IN_FLIGHT_MAX, lease_due
from domain.store.postgres.engine import sync_engine
from tests.support.faults.breaking import at_once
from tests.support.mounting import Owned, checks, new_domain
from tests.support.statements import sql
from workers import domains as lookups

pytestmark = pytest.mark.usefixtures("store")
ALL = 1_000
AGO = "UPDATE mount_checks SET next_at = clock_timestamp() - interval '1 h' WHERE mount_id = :id"


def lease(limit: int = ALL) -> set[str]:
    with sync_engine().begin() as conn:
        return set(lease_due(conn, limit))


def are_due(*mount_ids: str) -> None:
    for mount_id in mount_ids:
        sql(AGO, id=mount_id)


def test_two_lookups_of_an_account_are_under_way_when_many_of_its_domains_are_due(zone):
    # given Ada with five domains that are due, and Bo with one that has waited for less long
    ada, bo = Owned(), Owned()
    of_ada = {ada.mount(new_domain()) for _ in range(5)}
    of_bo = ada_waits = bo.mount(new_domain())
    are_due(*of_ada)
    # when workers take all that they can, again and again
    first = lease()
    assert len(first & of_ada) == IN_FLIGHT_MAX == 2
    assert of_bo in first
    assert not lease() & of_ada
    # then another of hers is begun as one is done, until each was looked up
    begun = first & of_ada
    done: set[str] = set()
    while begun - done:
        ada_waits = (begun - done).pop()
        ada.look_up(ada_waits)
        done.add(ada_waits)
        begun |= lease() & of_ada
        assert len(begun - done) <= IN_FLIGHT_MAX
    assert done == of_ada


def test_share_of_an_account_is_kept_when_many_workers_ask_at_once():
    ada = Owned()
    of_ada = {ada.mount(new_domain()) for _ in range(5)}
    are_due(*of_ada)
    taken = [mount_id for found in at_once(6, lambda _: lease()) for mount_id in found]
    taken += [mount_id for _ in range(3) for mount_id in lease()]
    mine = [mount_id for mount_id in taken if mount_id in of_ada]
    assert len(mine) == len(set(mine)) == IN_FLIGHT_MAX


def test_share_is_free_again_when_the_worker_that_held_it_is_gone():
    ada = Owned()
    of_ada = {ada.mount(new_domain()) for _ in range(3)}
    lost = lease() & of_ada
    for mount_id in lost:  # its lease has run out
        sql("UPDATE mount_checks SET leased_until = next_at - interval '2 h', next_at = "
            "clock_timestamp() - interval '1 h' WHERE mount_id = :id", id=mount_id)  # fmt: skip
    assert len(lease() & of_ada) == IN_FLIGHT_MAX


def test_first_lookup_comes_before_repeated_ones_when_those_have_waited_longer(zone):
    # given owners whose domains were looked up before, and are due since long ago
    others = [Owned() for _ in range(4)]
    repeated = [(owner, owner.mount(new_domain())) for owner in others]
    for owner, mount_id in repeated:
        owner.look_up(mount_id)
        are_due(mount_id)
    # and one who has mounted his domain just now
    new = Owned().mount(new_domain())
    # when workers take one after the other
    order: list[str] = []
    while found := lease(1):
        order += found
    # then his is looked up before all of theirs
    mine = [mount_id for mount_id in order if mount_id in {new, *dict(repeated).values()}]
    assert mine[0] == new
    assert len(mine) == 1 + len(repeated)


def test_domain_is_looked_up_by_one_when_its_owner_asks_anew_meanwhile():
    ada = Owned()
    mount_id = ada.mount(new_domain())
    assert mount_id in lease()
    assert ada.tell(VerifyMount(ada.id, mount_id)) is None
    are_due(mount_id)
    assert mount_id not in lease()


def test_domain_is_looked_up_more_rarely_when_its_name_servers_do_not_answer(zone):
    ada, host = Owned(), new_domain()
    mount_id = ada.mount(host)

    def waits() -> timedelta:
        ada.look_up(mount_id)
        looked = checks(mount_id)
        return looked.next_at - looked.checked_at

    # given name servers that answer, that say they can't, that say nothing
    assert waits() == timedelta(seconds=30)
    zone.fail(host, "SERVFAIL")
    assert waits() == timedelta(seconds=60)
    zone.fail(host, "TIMEOUT")
    assert waits() == timedelta(seconds=120)
    # when the owner asks, it takes longer than usual as well, but no more than a minute
    assert ada.tell(VerifyMount(ada.id, mount_id)) is None
    looked = checks(mount_id)
    assert looked.next_at - looked.checked_at == timedelta(seconds=8)
    sql("UPDATE mount_checks SET unanswered = 1000 WHERE mount_id = :id", id=mount_id)
    assert ada.tell(VerifyMount(ada.id, mount_id)) is None
    looked = checks(mount_id)
    assert looked.next_at - looked.checked_at == timedelta(seconds=60)
    # then all is as before once they answer
    zone.fail(host, "")
    assert waits() == timedelta(seconds=30)


def test_others_are_looked_up_when_one_accounts_name_servers_are_silent(zone):
    # given Ada with five domains of which nobody answers for, and Bo with one that is proven
    ada, bo = Owned(), Owned()
    silent = [new_domain() for _ in range(5)]
    of_ada = {ada.mount(host) for host in silent}
    for host in silent:
        zone.fail(host, "TIMEOUT")
        zone.fail(f"_hepstatus.{host}", "TIMEOUT")
    host = new_domain()
    of_bo = bo.mount(host)
    zone.put(host, "CNAME", f"{bo[of_bo].token}.cname.localhost")
    are_due(*of_ada)
    # when a worker looks up what is due, with as many threads as hers alone would fill
    begun = lease(5)
    assert of_bo in begun
    with ThreadPoolExecutor(len(begun)) as pool:
        list(pool.map(lookups.check, begun))
    # then Bo's is there, though hers are not done
    assert bo.look_up(of_bo).is_active
    assert len([m for m in of_ada if checks(m).checked_at is None]) == 5 - IN_FLIGHT_MAX
