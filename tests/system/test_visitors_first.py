"""Visitors come first. With everything behind it gone, a web process shows what it has.

Source: docs/behaviour.md, "Failures".
"""

from contextlib import closing
from functools import partial

import pytest

from domain.store.redis import keys
from tests.support.actors import Visitor
from tests.support.faults.breaking import SOON_S, Behind
from tests.support.nginx import nginx
from tests.support.stack import System, wait_until

pytestmark = pytest.mark.system

STALE = "x-hepstatus-copy"
HOT = ("/", "/status.json", "/status-version.json", "/badge.svg")


@pytest.fixture(scope="module")
def system(tmp_path_factory, stack_template):
    """A system of this module's own; every test mends what it broke."""
    with System(tmp_path_factory.mktemp("visitors"), template=stack_template) as system:
        yield system.start_all()


@pytest.fixture(autouse=True)
def mended(system):
    """Whole again after each test."""
    yield
    mend(system)


def test_page_is_served_as_it_was_when_postgres_redis_and_workers_are_gone(system, actors):
    # given a page that a process has served, with what is drawn on ask
    page = actors.page()
    leaf = page.leaf("API")
    mon, vi = actors.monitor(page), actors.visitor(page)
    incident = mon.open().json()["data"]["id"]
    drawn = ("/history", f"/incidents/{incident}", "/badge.png", f"/badge/{leaf}.svg")
    before = {path: served(vi, path) for path in drawn}
    # and something that was said since, after which nobody asked for what is drawn: had it been
    # requested lately, the worker would render it again, maybe before it is killed
    Behind(system).redis.delete(keys.last_request_key(page.id))
    assert mon.toggle("api", "outage").status_code == 200
    before |= {path: served(vi, path) for path in HOT}
    # when all that is behind the web tier is killed
    for name in ("worker1", "beat1"):
        system.child(name).kill()
    Behind(system).redis.set(keys.WORKER_SEEN, "1")  # so that only what is older is labelled
    wait_until(lambda: vi.get("/history").headers.get(STALE) == "stale", "the older one", SOON_S)
    assert STALE not in vi.get("/").headers
    system.stack.redis.child.kill()
    system.stack.postgres.child.kill()
    # then the page is served all the same, byte by byte, and says that it may be old
    wait_until(lambda: vi.get("/").headers.get(STALE) == "stale", "it is labelled", SOON_S)
    for _ in range(20):
        answers = {path: vi.get(path) for path in before}
        assert {path: answer.content for path, answer in answers.items()} == before
        assert {answer.headers[STALE] for answer in answers.values()} == {"stale"}
    # while nothing is accepted that could not be kept, and nobody is told that there is no page
    assert mon.open().status_code == 503
    assert actors.caller("never-heard-of.localhost").get("/").status_code == 503
    # and recovery needs nobody but who starts the programs
    mend(system)
    assert served(vi, "/status.json") == before["/status.json"]


def test_pages_are_served_by_a_process_that_began_just_before_redis_was_gone(system, actors):
    # given pages that visitors see, and one that only its owner sees
    pages = [actors.page("API") for _ in range(3)]
    hidden = actors.owner().page(is_public=False)
    before = [served(actors.visitor(page), "/") for page in pages]
    # when the web process is another one, and Redis is gone before anybody asked it
    system.webs[0].child.stop()
    system.webs[0].restart()
    system.stack.redis.child.kill()
    # then it serves them, and labels them as soon as it has noticed
    visitors = [actors.visitor(page) for page in pages]
    assert [vi.get("/").content for vi in visitors] == before
    for vi in visitors:
        wait_until(lambda vi=vi: vi.get("/").headers.get(STALE) == "stale", "a label", SOON_S)
    assert [vi.get("/").content for vi in visitors] == before
    assert actors.visitor(hidden).get("/").status_code == 404


def test_page_is_labelled_for_as_long_as_nobody_looks_for_what_is_behind(system, actors):
    # given a page that a process has served
    page = actors.page("API")
    mon, vi = actors.monitor(page), actors.visitor(page)
    before = {path: served(vi, path) for path in HOT}
    tags = {path: vi.get(path).headers["etag"] for path in HOT}
    postgres = system.stack.postgres
    worker = system.child("worker1")
    # when workers or Postgres are gone, and have been for a while
    gone = ((worker, partial(system.restart, worker)), (postgres.child, postgres.restart))
    for child, come_back in gone:
        child.kill()
        assert 0 < Behind(system).redis.pttl(keys.WORKER_SEEN) <= 10_000
        Behind(system).redis.pexpire(keys.WORKER_SEEN, 100)  # the mark would stay for ten seconds
        # then it is served as it was and says that it may be old, also to whoever has it already
        for path, tag in tags.items():
            wait_until(lambda p=path, t=tag: is_labelled(vi, p, t), f"{path} is labelled", SOON_S)
            assert vi.get(path).content == before[path]
        labelled = {path: vi.get(path).headers["etag"] for path in HOT}
        for path, tag in labelled.items():
            unchanged = vi.get(path, headers={"If-None-Match": tag})
            assert (unchanged.status_code, unchanged.headers[STALE]) == (304, "stale")
        if child is worker:
            assert mon.get("/api/v1/status-api/status").headers[STALE] == "stale"
        # and when they are back, then it says so no more, also to whoever has it with the label
        come_back()
        for path, tag in labelled.items():
            wait_until(lambda p=path, t=tag: is_fresh(vi, p, t), f"{path} is fresh", SOON_S)


def test_nginx_labels_what_it_keeps_when_web_is_gone_and_what_web_labelled(
    system, actors, tmp_path
):
    # given a page that nginx has shown
    page = actors.page("API")
    web = system.webs[0]
    with closing(Visitor(nginx(system, web, tmp_path), page.host)) as vi:
        before = {path: served(vi, path) for path in HOT}
        # when nobody asks for sweeps, then nginx passes the label on, though no page has changed
        beat = system.child("beat1")
        beat.kill()
        Behind(system).redis.pexpire(keys.WORKER_SEEN, 100)
        for path in HOT:
            wait_until(lambda p=path: labels(vi, p) == ["stale"], f"{path} is labelled", SOON_S)
        # and none when beat is back
        system.restart(beat)
        assert {path: served(vi, path) for path in HOT} == before
        # when web is gone, then nginx shows what it has with a label, and says so of the rest
        web.child.kill()
        for path in HOT:
            wait_until(lambda p=path: labels(vi, p) == ["stale"], f"{path} is kept", SOON_S)
            assert vi.get(path).content == before[path]
        assert (vi.get("/history").status_code, labels(vi, "/history")) == (503, [])
        # and none when it is back
        web.restart()
        assert {path: served(vi, path) for path in HOT} == before


def labels(vi, path):
    """All the labels of what is served at a path, of which a script can read the second kind."""
    headers = vi.get(path).headers
    assert headers.get_list("server-timing") == ["copy;desc=stale"] * (
        "stale" in headers.get_list(STALE)
    )
    return headers.get_list(STALE)


def mend(system):
    """Start what was killed, and wait until it works."""
    for server in (system.stack.postgres, system.stack.redis):
        if not server.child.is_running:
            server.restart()
    for child in system.children:
        if not child.is_running:
            system.restart(child)
    system.wait_until_drained()


def is_labelled(vi, path, tag):
    """Whether who has it under a tag, without the label, is given it with the label."""
    answer = vi.get(path, headers={"If-None-Match": tag})
    return answer.status_code == 200 and STALE in answer.headers


def is_fresh(vi, path, tag):
    """Whether who has it under a tag, with the label, is given it without the label."""
    answer = vi.get(path, headers={"If-None-Match": tag})
    return answer.status_code == 200 and STALE not in answer.headers


def served(vi, path):
    """What a visitor is served, not labelled."""
    answers = []

    def is_there():
        answers.append(vi.get(path))
        return answers[-1].is_success and STALE not in answers[-1].headers

    wait_until(is_there, path, SOON_S)
    return answers[-1].content
