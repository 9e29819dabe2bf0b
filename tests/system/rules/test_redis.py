"""A system whose Redis is emptied, killed, frozen or out of reach.

Source: docs/architecture.md, "A lost epoch means a lost Redis",
"A cached page turns stale and stays" and "Ringing never blocks".
"""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from domain.account.commands import AddPage
from domain.page.commands import AddComponent, ChangePage
from domain.runtime.new_ids import new_id
from domain.store.broker import worker_task_sender
from domain.store.postgres import accounts
from domain.store.redis import keys
from domain.store.redis import publisher as artifacts
from tests.support.faults.breaking import (
    HEALS_S,
    NOBODY,
    SOON_S,
    Behind,
    at_once,
    frozen,
    receipt_id,
)
from tests.support.inside import inside
from tests.support.stack import System, wait_until

pytestmark = pytest.mark.system

OPEN = "/api/v1/status-api/incidents"
STALE = "x-hepstatus-copy"
PAGES = 20


@pytest.fixture(scope="module")
def system(tmp_path_factory, stack_template):
    """A system of this module's own; every test mends what it broke."""
    with System(tmp_path_factory.mktemp("redis"), template=stack_template) as system:
        yield system.start_all(webs=2)


def test_twenty_pages_come_back_by_themselves_when_redis_is_emptied(system, actors):
    # given twenty public pages, of which nobody has a copy, and a publisher at work
    behind = Behind(system)
    hosts = twenty_pages(system, behind)
    page_id = next(iter(hosts))
    before = {page: behind.hash_of(page) for page in hosts}
    with inside(system):
        epoch, held = artifacts.epoch(), artifacts.stored_edition(page_id)
    # when Redis loses everything
    behind.redis.flushall()
    emptied_at = time.monotonic()
    # then all of them are shown again within seconds, byte by byte, without anybody's help
    vi = actors.caller()
    for host in hosts.values():
        left_s = max(emptied_at + HEALS_S - time.monotonic(), 0)
        wait_until(lambda h=host: is_shown(vi, h), f"{host} is back", left_s)
    assert {page: behind.hash_of(page) for page in hosts} == before
    # and the late publisher has nothing to say any more
    with inside(system):
        late = artifacts.Publication(page_id, replace(held, seq=held.seq + 9), {"late": b"1"})
        assert artifacts.publish(late, epoch) is None


def twenty_pages(system, behind):
    """Twenty pages by id, with their hosts; made through the log."""
    made = {new_id("a"): new_id("p") for _ in range(PAGES)}
    with inside(system):
        for account_id, page_id in made.items():
            with behind.engine.begin() as conn:
                accounts.create_account(conn, account_id, f"{account_id}@example.com", "-")
            behind.append(account_id, AddPage(page_id, "Acme", f"{page_id[2:]}.localhost"))
            worker_task_sender().request_drain(account_id)
        wait_until(lambda: opened(behind, made) == PAGES, "all streams are open", SOON_S)
        last = [
            behind.append(page, ChangePage(is_public=True), AddComponent(new_id("c"), "API"))[-1]
            for page in made.values()
        ]
        for page_id in made.values():
            worker_task_sender().request_drain(page_id)
    for command_id in last:
        behind.wait_for(command_id, "published")
    return {page_id: f"{page_id[2:]}.localhost" for page_id in made.values()}


def opened(behind, made):
    ids = list(made.values())
    return len(behind.sql("SELECT 1 FROM streams WHERE id = ANY(:ids)", ids=ids))


def is_shown(vi, host):
    return vi.get("/", headers={"Host": host}).status_code == 200


def test_everything_is_published_anew_when_redis_is_another_server(system, actors):
    # given a page, and a Redis that holds an epoch of another server, and an old copy of the page
    page, behind = actors.page("API"), Behind(system)
    actors.monitor(page).toggle("api", "outage")
    before = behind.hash_of(page.id)
    behind.redis.set(keys.EPOCH, "elsewhere:0001")
    behind.redis.hset(keys.page_key(page.id), mapping={"seq": "1", "index.html": "old"})
    # then a new epoch begins, and the page is what it was
    wait_until(lambda: behind.redis.get(keys.EPOCH) != b"elsewhere:0001", "an epoch", HEALS_S)
    wait_until(lambda: behind.hash_of(page.id) == before, "it is back", HEALS_S)


def test_nothing_old_is_shown_as_new_when_redis_comes_back_with_old_data(system, actors):
    # given a page that two processes serve, a Redis that has written down what it holds, ...
    page = actors.page("API")
    mon = actors.monitor(page)
    visitors = [actors.visitor(page, web=web) for web in (0, 1)]
    assert {vi.get("/").status_code for vi in visitors} == {200}
    redis, worker = system.stack.redis, system.children[0]
    Behind(system).redis.save()
    # ... and what was said since: of this page, and that there is another one
    assert mon.toggle("api", "outage").status_code == 200
    newer = actors.page("API")
    visitors += [actors.visitor(newer, web=web) for web in (0, 1)]
    for vi in visitors:
        vi.wait_for(lambda shown: shown["components"], "it is shown", SOON_S)
    shown = [vi.json() for vi in visitors]
    # when it ends and comes back with what it had written down, while nobody publishes
    with frozen(worker):
        redis.child.kill()
        redis.restart()
        until = time.monotonic() + 2
        while time.monotonic() < until:
            # then everybody goes on showing the newest, and says that it may be old
            answers = [vi.get("/status.json") for vi in visitors]
            assert [answer.json() for answer in answers] == shown
    assert {answer.headers.get(STALE) for answer in answers} == {"stale"}
    # and soon, without anybody's help, all of it is fresh
    (system.folder / "redis" / "dump.rdb").unlink()
    for vi, expected in zip(visitors, shown, strict=True):
        wait_until(lambda v=vi: STALE not in v.get("/").headers, "it is fresh", SOON_S)
        assert vi.json() == expected


def test_page_is_served_by_who_knows_it_when_redis_is_dead(system, actors):
    # given a page that one of two web processes has served
    page = actors.page("API")
    mon, behind = actors.monitor(page), Behind(system)
    here, there = actors.visitor(page), actors.visitor(page, web=1)
    before = here.json()
    assert STALE not in here.get("/").headers
    # when Redis is killed
    system.stack.redis.child.kill()
    try:
        # then that one goes on serving it, and says that it may be old
        wait_until(lambda: STALE in here.get("/").headers, "it is marked as stale", SOON_S)
        assert here.json() == before
        assert "Ours" in here.get("/badge.svg", params={"label": "Ours"}).text
        # the other one, which has nothing, says so at once, as both do of what they never heard of
        began_at = time.monotonic()
        for vi in (there, actors.caller("never-heard-of.localhost")):
            answer = vi.get("/")
            assert answer.status_code == 503
            assert int(answer.headers["retry-after"]) > 0
        assert time.monotonic() - began_at < 1.5
        # and a write is acknowledged at once, though nobody can be rung for
        began_at = time.monotonic()
        answer = mon.post(OPEN, {"title": "In the dark"})
        assert time.monotonic() - began_at < 1.5
        assert answer.status_code == 202
        assert mon.get(answer.headers["location"]).json()["data"]["state"] == "accepted"
    finally:
        system.stack.redis.restart()
    # when Redis is back, empty, then all of it shows, and nothing is stale for long
    for vi in (here, there):
        vi.wait_for(lambda shown: shown["incidents"], "it shows", SOON_S)
        assert vi.json()["incidents"][0]["id"] == answer.json()["data"]["id"]
        wait_until(lambda v=vi: STALE not in v.get("/").headers, "it is fresh", SOON_S)
    behind.wait_for(receipt_id(answer), "published")


def test_host_is_called_unavailable_when_nobody_can_know_it(system, actors):
    # given a Redis that lost a host's entry and the marker that all entries are there
    page, behind = actors.page("API"), Behind(system)
    here, there = actors.visitor(page), actors.visitor(page, web=1)
    assert here.get("/").status_code == 200
    # (and Postgres knows of it first: a sweep after it would take all entries for complete)
    behind.sql("UPDATE hosts SET published_epoch = '' WHERE host = :host", host=page.host)
    behind.redis.delete(keys.HOSTS_COMPLETE, keys.host_key(page.host))
    # then who knows the host serves it, and who does not never says that there is none
    assert here.get("/").status_code == 200
    seen = {there.get("/").status_code}
    wait_until(lambda: seen.add(there.get("/").status_code) or 200 in seen, "it is back", HEALS_S)
    assert seen <= {200, 503}


def test_write_is_acknowledged_when_redis_froze_during_it(system, actors):
    # given a page
    page = actors.page("API")
    mon, vi = actors.monitor(page), actors.visitor(page)
    assert vi.get("/").status_code == 200
    # when Redis stands still while five write, and visitors come
    system.stack.redis.child.freeze()
    try:
        began_at = time.monotonic()
        with ThreadPoolExecutor(5) as pool:
            said = [pool.submit(mon.post, OPEN, {"title": f"Frozen {n}"}) for n in range(5)]
            assert vi.get("/").status_code == 200
            assert time.monotonic() - began_at < 1.5
            answers = [future.result() for future in said]
        # then every write is acknowledged, at the latest when nobody waits any longer
        assert {answer.status_code for answer in answers} == {202}
        assert time.monotonic() - began_at < 4
        # and the next ones are at once: a process that hears nothing does not wait
        began_at = time.monotonic()
        answers += [mon.post(OPEN, {"title": "Still frozen"}) for _ in range(2)]
        assert time.monotonic() - began_at < 4
    finally:
        system.stack.redis.child.thaw()
    # when it goes on, then all of them show
    expected = {answer.json()["data"]["id"] for answer in answers}
    vi.wait_for(lambda s: {i["id"] for i in s["incidents"]} == expected, "they show", SOON_S)


def test_write_is_published_when_its_web_process_reaches_no_broker(system, actors):
    # given a page, and a web process whose broker refuses connections
    page = actors.page("API")
    deaf = system.start_web({"BROKER_URL": NOBODY})
    mon, vi = actors.monitor(page, web=system.webs.index(deaf)), actors.visitor(page)
    # when ten write there at once
    began_at = time.monotonic()
    answers = at_once(10, lambda n: mon.post(OPEN, {"title": f"Nobody rings {n}"}))
    # then each is acknowledged, and the sweep has them published
    assert time.monotonic() - began_at < 4
    assert {answer.status_code for answer in answers} <= {201, 202}
    vi.wait_for(lambda shown: len(shown["incidents"]) == 10, "they show", HEALS_S)
    system.end_web(deaf)
