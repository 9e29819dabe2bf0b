"""SPEC 7: visitors come first. With everything behind it gone, a web process shows what it has."""

import pytest

from tests.support.faults import SOON_S
from tests.support.stack import wait_until

pytestmark = pytest.mark.system

STALE = "x-hepstatus-copy"
HOT = ("/", "/status.json", "/status-version.json", "/badge.svg")


def test_page_is_served_as_it_was_when_postgres_redis_and_workers_are_gone(own_system, own_actors):
    # given a page that a process has served, with what is drawn on ask
    page = own_actors.page()
    leaf = page.leaf("API")
    mon, vi = own_actors.monitor(page), own_actors.visitor(page)
    incident = mon.open().json()["data"]["id"]
    drawn = ("/history", f"/incidents/{incident}", "/badge.png", f"/badge/{leaf}.svg")
    before = {path: served(vi, path) for path in drawn}
    # and something that was said since, after which nobody asked for what is drawn
    assert mon.toggle("api", "outage").status_code == 200
    before |= {path: served(vi, path) for path in HOT}
    # when all that is behind the web tier is killed
    for child in own_system.children:
        if not child.name.startswith("web"):
            child.kill()
    wait_until(lambda: vi.get("/history").headers.get(STALE) == "stale", "the older one", SOON_S)
    own_system.stack.redis.child.kill()
    own_system.stack.postgres.child.kill()
    # then the page is served all the same, byte by byte, and says that it may be old
    wait_until(lambda: vi.get("/").headers.get(STALE) == "stale", "it is labelled", SOON_S)
    for _ in range(20):
        answers = {path: vi.get(path) for path in before}
        assert {path: answer.content for path, answer in answers.items()} == before
        assert {answer.headers[STALE] for answer in answers.values()} == {"stale"}
    # while nothing is accepted that could not be kept, and nobody is told that there is no page
    assert mon.open().status_code == 503
    assert own_actors.caller("never-heard-of.localhost").get("/").status_code == 503


def test_pages_are_served_by_a_process_that_began_just_before_redis_was_gone(
    own_system, own_actors
):
    # given pages that visitors see, and one that only its owner sees
    pages = [own_actors.page("API") for _ in range(3)]
    hidden = own_actors.owner().page(is_public=False)
    before = [served(own_actors.visitor(page), "/") for page in pages]
    # when the web process is another one, and Redis is gone before anybody asked it
    own_system.webs[0].child.stop()
    own_system.webs[0].restart()
    own_system.stack.redis.child.kill()
    # then it serves them, and labels them as soon as it has noticed
    visitors = [own_actors.visitor(page) for page in pages]
    assert [vi.get("/").content for vi in visitors] == before
    for vi in visitors:
        wait_until(lambda vi=vi: vi.get("/").headers.get(STALE) == "stale", "a label", SOON_S)
    assert [vi.get("/").content for vi in visitors] == before
    assert own_actors.visitor(hidden).get("/").status_code == 404


def served(vi, path):
    """What a visitor is served, not labelled."""
    answers = []
    wait_until(lambda: answers.append(vi.get(path)) or answers[-1].is_success, path, SOON_S)
    assert STALE not in answers[-1].headers
    return answers[-1].content
