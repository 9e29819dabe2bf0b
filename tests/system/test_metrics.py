"""What Prometheus scrapes: real processes, real children, real outages."""

import os
import signal
import time

import psutil
import pytest

from domain.notifications.choices import Channel
from domain.page.commands import SetStatus
from domain.store.redis import keys
from ops.local import processes
from tests.support.actors import Actors, unique
from tests.support.faults.breaking import SOON_S, Behind, frozen
from tests.support.figures import figure, scrape
from tests.support.receiver import receiver
from tests.support.stack import System, wait_until
from tests.support.subscriptions import add_subscriber
from tests.support.traces import places_of

pytestmark = pytest.mark.system


class Scraped:
    """A system with figures on ports of its own; who breaks it mends it."""

    def __init__(self, folder, template):
        self.web_port, self.worker_port = processes.choose_port(), processes.choose_port()
        env = {
            "METRICS_PORT": str(self.web_port),
            "WORKER_METRICS_PORT": str(self.worker_port),
            "WEB_CONCURRENCY": "2",
        }
        self.system = System(folder, template=template, env=env)

    def web(self, name, **labels):
        return figure(self.web_port, name, labels)

    def worker(self, name, **labels):
        return figure(self.worker_port, name, labels)


@pytest.fixture(scope="module")
def scraped(tmp_path_factory, stack_template):
    made = Scraped(tmp_path_factory.mktemp("scraped") / "system", stack_template)
    with made.system:
        made.system.start_all()
        yield made


@pytest.fixture
def cast(scraped):
    with Actors(scraped.system) as actors:
        yield actors


def test_a_write_is_counted_all_the_way_when_a_monitor_toggles(scraped, cast):
    # given figures as they are
    page = cast.page("API")
    mon = cast.monitor(page)
    route = "/api/v1/status-api/components/{cid}/status"
    where = {"route": route, "method": "POST"}
    before = scraped.web("http_requests_total", **where, status="200") or 0
    published = scraped.worker("acknowledged_to_published_seconds_count")
    # when a component is toggled
    assert mon.toggle("API", "outage").status_code == 200
    # then request, acknowledgement, settlement, rendering and publication are counted
    assert scraped.web("http_requests_total", **where, status="200") == before + 1
    assert scraped.web("http_request_seconds_count", **where) >= 1
    assert scraped.web("commands_acknowledged_total", kind="SetStatus") >= 1

    def is_counted():  # beside the answer, as are all of a drain's figures
        settled = scraped.worker("commands_settled_total", kind="SetStatus", outcome="applied")
        shown = scraped.worker("acknowledged_to_published_seconds_count")
        return settled is not None and settled >= 1 and shown >= published + 1

    wait_until(is_counted, "settlement and publication are counted", SOON_S)
    for name in ("drain_seconds_count", "publish_seconds_count", "render_seconds_count"):
        assert scraped.worker(name) >= 1


def test_visits_are_counted_by_artifact_when_copies_are_hit_and_missed(scraped, cast):
    # given a page that nobody has visited
    vi = cast.visitor(cast.page("API"))
    missed = scraped.web("page_copies_total", found="miss") or 0
    hit = scraped.web("page_copies_total", found="hit") or 0
    seen = scraped.web("visits_total", artifact="status.json", status="200") or 0
    found = scraped.web("page_copies_total") or 0
    # when it is visited again and again, by way of both processes
    for _ in range(10):
        assert vi.get("/status.json").status_code == 200
    vi.get("/nothing-here")
    # then most are hits, and addresses that strangers invent are one
    wanted = {"artifact": "status.json", "status": "200"}
    wait_until(lambda: scraped.web("visits_total", **wanted) == seen + 10, "all count", SOON_S)
    assert missed < scraped.web("page_copies_total", found="miss") <= missed + 2
    assert scraped.web("page_copies_total", found="hit") >= hit + 8
    wait_until(lambda: scraped.web("page_copies_total") == found + 11, "one a visit", SOON_S)
    lost = {"artifact": "(none)", "status": "404"}
    wait_until(lambda: scraped.web("visits_total", **lost), "it counts too", SOON_S)
    assert scraped.web("visit_seconds_count") >= 1


def test_labels_name_no_host_page_or_path_when_strangers_ask_for_many(scraped, cast):
    # given hosts, pages and paths of all kinds
    mark = unique("mark").replace("-", "")
    page = cast.page("API")
    for number in range(5):
        cast.caller(f"{mark}{number}.localhost").get(f"/{mark}{number}")
        cast.caller().get(f"/api/v1/{mark}/{number}")
        cast.caller().http.request(f"X{mark.upper()[:8]}{number}", "/api/v1/auth/me")
        cast.visitor(page).get(f"/{mark}{number}")
        page.owner.get(f"/api/v1/status/{mark}{number}")
    # when everything is scraped
    everything = str(scrape(scraped.web_port)) + str(scrape(scraped.worker_port))
    # then nothing of it is in a label
    assert mark not in everything.lower()
    assert page.id not in everything
    assert page.host not in everything


def test_no_address_is_outside_its_row_when_subscribers_hear_of_an_incident(
    scraped, cast, tmp_path
):
    # given a mailbox, and webhooks of which one takes messages and one does not
    mark, page, system = unique("mark").replace("-", ""), cast.page("API"), scraped.system
    email, port = f"{mark}@example.com", processes.choose_port()
    with receiver() as hook:
        hooks = [hook.url(f"/{mark}"), f"http://127.0.0.1:{processes.choose_port()}/{mark}"]
        _, link = add_subscriber(system, page.id, email)
        for url in hooks:
            add_subscriber(system, page.id, url, Channel.WEBHOOK)
        cast.visitor(page).post("/subscribe", {"address": email})
        listed = page.owner.get(f"{page.path}/subscribers?search={mark}")
        assert [one["address"] for one in listed.json()["data"]["items"]] == [email]
        # when they hear of an incident, and one of them leaves
        notifier = system.start_notify({"OUTGOING_ANY": "on", "NOTIFY_METRICS_PORT": str(port)})
        try:
            page.incident()
            tried = "SELECT id FROM deliveries WHERE page_id = :id AND attempts > 0"
            behind = Behind(system)
            wait_until(lambda: len(behind.sql(tried, id=page.id)) >= 2, "both are tried", SOON_S)
            assert hook.requests
            assert cast.caller().http.post(link, data={"use": "leave"}).status_code == 200
            # then no line, figure, command or list of a backup has an address
            ports = (scraped.web_port, scraped.worker_port, port)
            assert places_of(mark, system, tmp_path / "one.backup", *ports) == []
        finally:
            notifier.kill()


def test_failed_commands_are_counted_when_the_core_meets_poison(scraped, cast):
    page = cast.page("API")
    behind = Behind(scraped.system)
    before = scraped.worker("commands_settled_total", outcome="failed") or 0
    with behind.held("pages", page.id):
        (poison,) = behind.append(page.id, SetStatus("API", "outage"))
        behind.sql("UPDATE commands SET kind = 'Unheard' WHERE id = :id", id=poison)
    behind.wait_for(poison, "failed")

    def is_counted():
        return scraped.worker("commands_settled_total", outcome="failed") == before + 1

    wait_until(is_counted, "the failure is counted", SOON_S)
    assert scraped.worker("commands_settled_total", kind="(unknown)", outcome="failed") >= 1


def test_stock_says_what_waits_when_a_drain_stands_still(scraped, cast):
    # given a page whose drain stands still
    page = cast.page("API")
    behind = Behind(scraped.system)
    with behind.held("pages", page.id):
        behind.append(page.id, SetStatus("API", "outage"))
        # when its command waits, then its age and number are told
        wait_until(lambda: scraped.worker("commands_unapplied") >= 1, "one waits", SOON_S)
        first = scraped.worker("oldest_unapplied_seconds")
        wait_until(
            lambda: scraped.worker("oldest_unapplied_seconds") > first, "its age grows", SOON_S
        )
        assert scraped.worker("queue_length", queue="drain") >= 0
    wait_until(lambda: scraped.worker("commands_unapplied") == 0, "nothing waits", SOON_S)
    wait_until(lambda: scraped.worker("pages_unpublished") == 0, "nothing is behind", SOON_S)
    assert scraped.worker("postgres_up") == scraped.worker("redis_up") == 1


def test_web_says_what_waits_when_no_worker_is_there_to_say_it(scraped, cast):
    # given both programs, which tell the same
    page, behind = cast.page("API"), Behind(scraped.system)
    assert scraped.web("worker_up") == scraped.worker("worker_up") == 1
    worker = scraped.system.child("worker1")
    # when the worker dies, and a write comes
    worker.kill()
    try:
        behind.redis.pexpire(keys.WORKER_SEEN, 100)  # its mark would stay for ten seconds
        behind.append(page.id, SetStatus("API", "outage"))
        # then web tells that it is gone, and for how long the write waits
        wait_until(lambda: scraped.web("worker_up") == 0, "no worker is seen", SOON_S)
        first = scraped.web("oldest_unapplied_seconds")
        wait_until(lambda: scraped.web("oldest_unapplied_seconds") > first, "it waits", SOON_S)
        assert scraped.web("commands_unapplied") >= 1
        assert scraped.web("postgres_up") == scraped.web("redis_up") == 1
    finally:
        scraped.system.restart(worker)
    wait_until(lambda: scraped.web("worker_up") == 1, "a worker is seen", SOON_S)
    wait_until(lambda: scraped.web("pages_unpublished") == 0, "all is published", SOON_S)


def test_counts_stay_when_processes_are_killed_and_replaced(scraped, cast):
    # given counts of both programs
    mon = cast.monitor(cast.page("API"))
    mon.toggle("API", "outage")
    requests = scraped.web("http_requests_total")
    settled = scraped.worker("commands_settled_total")
    web = scraped.system.webs[0]
    worker = scraped.system.child("worker1")
    # when their children die and others take their places
    for child in (web.child, worker):
        before = set(child.descendants())
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        wait_until(
            lambda c=child, old=before: len(set(c.descendants()) - old) == len(old),
            f"{child.name} has other children",
            SOON_S,
        )
    wait_until(lambda: mon.toggle("API", "partial").status_code == 200, "writes work", SOON_S)
    # then nothing counted is lost, and the ports are the main processes' still
    assert scraped.web("http_requests_total") > requests
    wait_until(lambda: scraped.worker("commands_settled_total") > settled, "it counts", SOON_S)
    for child, port in ((web.child, scraped.web_port), (worker, scraped.worker_port)):
        holders = [
            pid
            for pid in (child.pid, *child.descendants())
            if any(
                c.laddr.port == port and c.status == psutil.CONN_LISTEN
                for c in psutil.Process(pid).net_connections("tcp4")
            )
        ]
        assert holders == [child.pid]


def test_scrape_answers_at_once_when_postgres_is_frozen_or_gone(scraped, cast):
    # given figures, and a Postgres that stands still
    page = cast.page("API")
    assert cast.monitor(page).toggle("API", "outage").status_code == 200
    missed = scraped.web("page_copies_total", found="miss") or 0

    def both_have_a_copy():
        cast.visitor(page).json()  # another connection may lead to the other process
        return (scraped.web("page_copies_total", found="miss") or 0) >= missed + 2

    wait_until(both_have_a_copy, "both processes have a copy", SOON_S)
    vi = cast.visitor(page)
    stack = scraped.system.stack
    stack.postgres.child.freeze()
    try:
        # when it is scraped, then that is said (httpx waits ten seconds, not longer)
        assert scraped.worker("postgres_up") == 0
        assert scraped.worker("oldest_unapplied_seconds") is None
        assert scraped.worker("redis_up") == 1
    finally:
        stack.postgres.child.thaw()
    wait_until(lambda: scraped.worker("postgres_up") == 1, "Postgres is back", SOON_S)
    # and the same for one that is gone, and a Redis that is gone
    stack.postgres.child.kill()
    stack.redis.child.kill()
    try:
        assert scraped.worker("postgres_up") == scraped.worker("redis_up") == 0
        assert scraped.worker("queue_length") is None
        assert scraped.worker("drain_seconds_count") >= 1
        # and how old the copies are that visitors get now, each counted once
        found = scraped.web("page_copies_total")
        stale = scraped.web("page_copies_total", found="stale") or 0
        for _ in range(4):
            assert vi.get("/status.json").headers["x-hepstatus-copy"] == "stale"
        wait_until(lambda: scraped.web("page_copies_total") == found + 4, "one a visit", SOON_S)
        assert scraped.web("page_copies_total", found="stale") == stale + 4
        assert scraped.web("stale_copy_seconds_sum") > 0
    finally:
        for server in (stack.postgres, stack.redis):
            server.restart()
    scraped.system.wait_until_drained()


@pytest.mark.parametrize("port", ["web_port", "worker_port"])
def test_scrape_keeps_its_promise_when_postgres_and_redis_are_frozen_at_once(scraped, port):
    # given both standing still, so that nobody refuses anything
    stack = scraped.system.stack
    began_at = time.monotonic()
    with frozen(stack.postgres.child), frozen(stack.redis.child):
        # when it is scraped
        found = {name: value for name, _, value in scrape(getattr(scraped, port))}
        took_s = time.monotonic() - began_at
    # then it says so within the three seconds that are promised, not one after the other
    assert found["hepstatus_postgres_up"] == found["hepstatus_redis_up"] == 0
    assert "hepstatus_queue_length" not in found
    assert took_s < 3
    scraped.system.wait_until_drained()


def names_in(folder):
    return {path.name for path in folder.iterdir()}


def test_nothing_is_left_behind_when_programs_are_stopped(scraped):
    system = scraped.system
    folder = system.folder / "metrics"
    assert {name.partition("-")[0] for name in names_in(folder)} >= {"web", "worker"}
    # given a web that is killed, and a worker that is asked to end
    web = system.webs[0]
    worker = system.child("worker1")
    web.child.kill()
    worker.stop()
    try:
        # when web starts again, then only its folder is there
        web.restart()
        # beside that of a notifier, which runs on
        left = {name for name in names_in(folder) if not name.startswith("notify-")}
        assert left == {f"web-{web.child.pid}"}
        assert scraped.web("http_requests_total") is None
    finally:
        system.restart(worker)
    system.wait_until_drained()
