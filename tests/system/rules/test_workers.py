"""A system whose workers are killed, missing, doubled or replaced.

Source: docs/architecture.md, "The sweep repairs", "One writer a stream",
"Artifacts are a function of state and day" and "One ring at a time".
"""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from domain.page.commands import SetStatus
from domain.runtime.settings import build_settings
from domain.status import Status
from domain.store.broker import OUTSTANDING_MS, TaskSender
from domain.store.redis import keys
from ops.local.processes import has_ended
from tests.support.faults.breaking import HEALS_S, SOON_S, Behind, at_once, receipt_id
from tests.support.stack import System, wait_until

pytestmark = pytest.mark.system

ASYNC = {"Prefer": "respond-async"}


@pytest.fixture(scope="module")
def system(tmp_path_factory, stack_template):
    """A system of this module's own; every test mends what it broke."""
    with System(tmp_path_factory.mktemp("workers"), template=stack_template) as system:
        yield system.start_all(webs=1)


def test_page_heals_by_itself_when_a_workers_child_is_killed_in_mid_drain(system, actors):
    # given a drain that stands still in its middle, with twenty writers waiting
    page = actors.page("API")
    mon, vi, behind = actors.monitor(page), actors.visitor(page), Behind(system)
    incident = mon.open().json()["data"]["id"]
    with ThreadPoolExecutor(20) as pool:
        with behind.held("pages", page.id):
            said = [pool.submit(mon.update, incident, "monitoring", body=str(n)) for n in range(20)]
            wait_until(lambda: behind.head(page.id) >= 24, "all are in the log", SOON_S)
            # when it is killed
            os.kill(behind.draining_process(), signal.SIGKILL)
        killed_at = time.monotonic()
        answers = [future.result() for future in said]
    # then each was acknowledged, and within seconds all of it shows, in the order of the log
    assert {answer.status_code for answer in answers} <= {201, 202}
    for answer in answers:
        left_s = killed_at + HEALS_S - time.monotonic()
        behind.wait_for(receipt_id(answer), "published", limit_s=max(left_s, 0))
    shown = behind.sql(
        "SELECT u.position FROM commands c JOIN updates u ON u.id = c.payload->>'update_id'"
        " WHERE u.incident_id = :id ORDER BY c.seq",
        id=incident,
    )
    assert [row.position for row in shown] == list(range(20))
    newest = vi.json()["incidents"][0]["latestUpdate"]["id"]
    assert newest in {answer.json()["data"]["id"] for answer in answers}


def test_page_heals_by_itself_when_one_of_two_workers_is_killed_in_mid_drain(system, actors):
    # given two workers, and a drain of one that stands still in its middle
    page = actors.page("API")
    mon, vi, behind = actors.monitor(page), actors.visitor(page), Behind(system)
    second = system.start_worker()
    wait_until(lambda: len(second.descendants()) >= 2, "the second worker is at work", SOON_S)
    with behind.held("pages", page.id):
        mon.toggle("api", "outage", headers=ASYNC)
        drain = behind.draining_process()
        victim = (
            system.child("worker1") if drain in system.child("worker1").descendants() else second
        )
        # when that worker is killed whole
        victim.kill()
        wait_until(lambda: has_ended(drain), "it is gone", SOON_S)
    # then the other one does it
    vi.wait_for(lambda shown: shown["status"]["indicator"] == "outage", "it shows", HEALS_S)
    second.kill()
    if victim is not second:
        system.restart(victim)
    system.wait_until_drained()


def test_new_page_is_published_when_its_drain_died_before_it_published(system, actors):
    # given the drain that creates a page, standing still as it saves, and a Redis that froze then
    ada, behind = actors.owner(), Behind(system)
    redis = system.stack.redis.child
    with behind.engine.connect() as conn:
        conn.exec_driver_sql("LOCK TABLE pages IN SHARE MODE")
        wanted = {"name": "New", "subdomain": f"new-{ada.id[-8:].lower()}"}
        answer = ada.post("/api/v1/status", wanted, headers=ASYNC)
        page_id = answer.json()["data"]["id"]
        wait_until(lambda: bool(behind.blocked("^INSERT INTO pages")), "it saves", SOON_S)
        port = behind.blocked("^INSERT INTO pages")[0].client_port
        redis.freeze()
        conn.rollback()
    try:
        # when it has committed, it is killed before it can publish
        wait_until(lambda: is_there(behind, page_id), "it is saved", SOON_S)
        os.kill(behind.process_at(port), signal.SIGKILL)
    finally:
        redis.thaw()
    # then the page is published all the same
    behind.wait_for(receipt_id(answer), "published", limit_s=2 * HEALS_S)
    assert "index.html" in behind.hash_of(page_id)


def is_there(behind, page_id):
    return bool(behind.sql("SELECT 1 FROM pages WHERE id = :id", id=page_id))


def test_write_is_kept_when_every_worker_is_dead(system, actors):
    # given a page, and no worker
    page = actors.page("API")
    mon, vi, behind = actors.monitor(page), actors.visitor(page), Behind(system)
    system.child("worker1").kill()
    # when Mon writes, then that is acknowledged after two seconds, with an id and a receipt
    began_at = time.monotonic()
    body, once = {"title": "Nobody there"}, {"Idempotency-Key": "once"}
    answer = mon.post("/api/v1/status-api/incidents", body, headers=once)
    assert answer.status_code == 202
    assert time.monotonic() - began_at < 4
    receipt = mon.get(answer.headers["location"]).json()["data"]
    assert (receipt["state"], receipt["refusal"]) == ("accepted", None)
    # and a repeat is told the same, while another body is refused
    repeat = mon.post("/api/v1/status-api/incidents", body, headers={**once, **ASYNC})
    assert (repeat.status_code, repeat.json()) == (202, answer.json())
    other = mon.post("/api/v1/status-api/incidents", {"title": "Other"}, headers=once)
    assert other.status_code == 409
    # and visitors are served; a process knows that no worker is there
    assert vi.json()["incidents"] == []
    # when both its doorbell and the note that one is on its way are lost, and a worker comes back
    behind.redis.delete("drain", keys.ring_key(page.id))
    system.restart(system.child("worker1"))
    # then it shows under the id that was told
    vi.wait_for(lambda shown: shown["incidents"], "it shows", SOON_S)
    assert vi.json()["incidents"][0]["id"] == answer.json()["data"]["id"]
    receipt = mon.get(answer.headers["location"]).json()["data"]
    assert receipt["state"] == "published"


def test_nothing_is_done_twice_when_two_workers_and_many_rings_race(system, actors):
    # given two workers, and a doorbell that rings every time
    page = actors.page("API")
    mon, behind = actors.monitor(page), Behind(system)
    second = system.start_worker()
    bell = TaskSender(build_settings({**system.env, "RING_COALESCE": "0"}), 2.0)
    path = f"/api/v1/status-api/incidents/{mon.open().json()['data']['id']}/updates"

    # when ten write and ring like mad
    def write(number):
        answers = []
        for n in range(6):
            body = {"state": "monitoring", "body": f"{number}.{n}"}
            answers.append(mon.post(path, body, headers=ASYNC))
            for _ in range(3):
                bell.request_drain(page.id)
        return answers

    answers = [answer for mine in at_once(10, write) for answer in mine]
    # then every word is there, once, in the order of the log
    for answer in answers:
        behind.wait_for(receipt_id(answer), "published")
    rows = behind.sql(
        "SELECT u.position FROM commands c LEFT JOIN updates u ON u.id = c.payload->>'update_id'"
        " WHERE c.stream_id = :id AND c.kind = 'PostUpdate' ORDER BY c.seq",
        id=page.id,
    )
    assert [row.position for row in rows] == list(range(60))
    outcomes = behind.sql("SELECT DISTINCT outcome FROM commands WHERE stream_id = :id", id=page.id)
    assert [row.outcome for row in outcomes] == ["applied"]
    second.kill()


def test_page_is_drained_when_the_drain_that_holds_it_stood_still(system, actors):
    # given a worker that is frozen in mid-drain, and what was written meanwhile
    page = actors.page("API")
    mon, behind = actors.monitor(page), Behind(system)
    with behind.held("pages", page.id):
        mon.toggle("api", "outage", headers=ASYNC)
        behind.wait_until_draining()
        system.child("worker1").freeze()
    try:
        later = mon.toggle("api", "degraded", headers=ASYNC)
        assert behind.receipt(receipt_id(later)).state == "accepted"
    finally:
        system.child("worker1").thaw()
    # then it goes on where it stood, and looks again
    behind.wait_for(receipt_id(later), "published", limit_s=2 * HEALS_S)
    assert actors.visitor(page).statuses() == {"API": "degraded"}


def test_one_doorbell_is_on_its_way_when_fifty_wrote(system, actors):
    # given a page, and no worker
    page = actors.page("API")
    mon, behind = actors.monitor(page), Behind(system)
    system.child("worker1").kill()
    behind.redis.delete("drain", keys.ring_key(page.id))
    began_at = time.monotonic()
    answers = at_once(50, lambda _: mon.toggle("api", "outage", headers=ASYNC))
    elapsed_s = time.monotonic() - began_at
    # then one message tells of all of them (or one more for every two seconds)
    assert {answer.status_code for answer in answers} == {202}
    rings = [
        request_drain
        for request_drain in behind.redis.lrange("drain", 0, -1)
        if is_ring_for(request_drain, page.id)
    ]
    assert len(rings) <= 1 + elapsed_s * 1000 // OUTSTANDING_MS
    system.restart(system.child("worker1"))
    behind.wait_for(receipt_id(answers[-1]), "published")


def is_ring_for(message, page_id):
    """Whether a queued message is a page's doorbell: its header shows the arguments."""
    return page_id.encode() in message


def test_pages_are_published_anew_when_another_build_is_deployed(system, actors):
    # given a page that tells its address
    page = actors.page("API")
    vi, worker = actors.visitor(page), system.child("worker1")
    before = vi.json()
    assert before["page"]["url"] == f"http://{page.host}:{system.webs[0].port}/"
    # when the worker is replaced by one of another build
    worker.kill()
    deployed = system.start_worker({"BASE_URL": "https://status.example"})
    # then the page is made anew without anybody having written
    vi.wait_for(
        lambda shown: shown["page"]["url"] == f"https://{page.host}/", "it is of that build", SOON_S
    )
    assert vi.json()["version"] != before["version"]
    # and back
    deployed.kill()
    system.restart(worker)
    vi.wait_for(lambda shown: shown == before, "it is as it was, byte by byte", SOON_S)


def test_another_page_is_not_kept_waiting_when_one_has_much_to_do(system, actors):
    # given a page with a thousand commands, for a worker with one hand
    busy, quiet = actors.page("API"), actors.page("API")
    behind = Behind(system)
    system.child("worker1").kill()
    many = behind.append(busy.id, *(SetStatus("api", s) for s in [Status.OUTAGE] * 1000))
    one_handed = system.start_worker({"WORKER_CONCURRENCY": "1"})
    wait_until(lambda: behind.receipt(many[0]).applied_at is not None, "it has begun", SOON_S)
    # when another page is written to
    (one,) = behind.append(quiet.id, SetStatus("api", Status.OUTAGE))
    bell = TaskSender(build_settings(system.env), 2.0)
    bell.request_drain(quiet.id)
    # then it has its turn before the busy one is done
    behind.wait_for(one, "published")
    behind.wait_for(many[-1], "published")
    assert behind.receipt(one).applied_at < behind.receipt(many[-1]).applied_at
    one_handed.kill()
    system.restart(system.child("worker1"))
    system.wait_until_drained()
