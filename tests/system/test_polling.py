"""Readers that poll while a page is written to: none of them waits for a rendering.

Source: docs/architecture.md, "On-demand artifacts".
"""

import threading
from contextlib import contextmanager
from itertools import cycle

import pytest

from domain.page.commands import DeleteIncident, SetStatus
from domain.status import Status
from tests.support.faults.breaking import Behind
from tests.support.inside import inside
from tests.support.stack import wait_until
from workers.drain import drain_stream

pytestmark = pytest.mark.system

PATH = "/api/v2/summary.json"
STALE = "x-hepstatus-copy"
RESPOND_ASYNC = {"Prefer": "respond-async"}
WORDS = {"operational": "operational", "outage": "major_outage"}


def is_current(visitor):
    """Whether the document is there and no older one."""
    answer = visitor.get(PATH)
    return answer.status_code == 200 and STALE not in answer.headers


def status_in(answer):
    return answer.json()["components"][0]["status"]


@contextmanager
def written_to(monitor):
    """Have a page written to ten times a second."""
    is_over = threading.Event()

    def write():
        for status in cycle(WORDS):
            if is_over.wait(0.1):
                return
            monitor.toggle("api", status, headers=RESPOND_ASYNC)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        is_over.set()
        writer.join()


def test_every_poll_is_answered_while_a_page_is_written_to_and_ends_current(system, actors):
    # given a page whose document two processes were asked for
    page = actors.page("API")
    monitor, visitors = actors.monitor(page), [actors.visitor(page, web=n) for n in range(2)]
    for visitor in visitors:
        wait_until(lambda visitor=visitor: is_current(visitor), "the document is rendered")
    # when they are polled while it is written to without pause
    with written_to(monitor):
        answers = [visitor.get(PATH) for _ in range(60) for visitor in visitors]
    # then each poll is answered by a document, an older one with its label
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.headers.get(STALE) for answer in answers} <= {"stale", None}
    # and when the writes are over, each process has the last one within a minute
    monitor.toggle("api", "outage")
    for visitor in visitors:
        wait_until(lambda visitor=visitor: is_current(visitor), "the document is current", 60)
        assert status_in(visitor.get(PATH)) == "major_outage"


def test_document_is_rendered_again_when_it_was_requested_and_nobody_asks_now(system, actors):
    # given a document that was requested
    page = actors.page("API")
    wait_until(lambda: is_current(actors.visitor(page)), "the document is rendered")
    # when its page changes
    actors.monitor(page).toggle("api", "outage")
    # then a worker renders it again, though nobody asks
    name, behind = PATH.removeprefix("/"), Behind(system)
    wait_until(lambda: b"major_outage" in behind.hash_of(page.id).get(name, b""), "it is new")


def test_older_document_is_served_at_once_when_no_worker_can_render(own_system, own_actors):
    # given a page with an incident, whose document was requested a moment ago
    page = own_actors.page("API")
    incident_id = page.incident(title="Trouble").rpartition("/")[2]
    asked = own_actors.visitor(page)
    wait_until(lambda: is_current(asked), "the document is rendered")
    # when all workers are gone, and the page goes on
    own_system.child("worker1").kill()
    new = own_system.start_web()
    behind = Behind(own_system)
    behind.append(page.id, SetStatus("api", Status.DEGRADED))
    with inside(own_system):
        drain_stream(page.id)
    # then a process that has served it, and one that never has, serve the older one with a label
    never_asked = own_actors.caller(page.host, web=own_system.webs.index(new))
    for visitor in (asked, never_asked):
        answer = visitor.get(PATH)
        assert (answer.status_code, answer.headers.get(STALE)) == (200, "stale")
        assert status_in(answer) == "major_outage"
    # and when the incident is deleted, then neither does any more
    behind.append(page.id, DeleteIncident(incident_id))
    with inside(own_system):
        drain_stream(page.id)
    for visitor in (asked, never_asked):
        assert visitor.get(PATH).status_code == 503
    # until a worker renders the document without it
    own_system.start_worker()
    for visitor in (asked, never_asked):
        wait_until(lambda visitor=visitor: is_current(visitor), "the document is rendered")
        assert visitor.get(PATH).json()["incidents"] == []
