"""A suspended page: not there for visitors, closed to its keys, open to its owner.

Source: docs/behaviour.md, "Visibility".
"""

import pytest

from domain.page.commands import SuspendPage, UnsuspendPage
from ops.cli.writes import write
from tests.support.faults.breaking import SOON_S, Behind, at_once
from tests.support.inside import inside
from tests.support.stack import wait_until

PUBLIC_PATHS = ("/", "/status.json", "/status-version.json", "/badge.svg", "/badge.png", "/history")
READ = "/api/v1/status-api/status"


def refusal(answer):
    return answer.status_code, answer.json()["code"]


@pytest.fixture
def page(actors):
    return actors.page("API")


def suspend(actors, page, reason=None):
    with inside(actors.system):
        write(page.id, SuspendPage(reason))


def unsuspend(actors, page):
    with inside(actors.system):
        write(page.id, UnsuspendPage())


def test_nobody_but_the_owner_sees_the_page_when_it_is_suspended(actors, page):
    vi, mon = actors.visitor(page), actors.monitor(page)
    before = vi.get("/").content
    opened = mon.open()
    receipt = opened.headers["location"]
    mon.update(opened.json()["data"]["id"], "resolved")
    shown = vi.get("/").content
    assert shown != before
    # when it is suspended
    suspend(actors, page, "Phishing")
    # then it isn't there for visitors, as soon as the process has heard of it
    wait_until(lambda: vi.get("/").status_code == 404, "it is gone", SOON_S)
    assert {vi.get(path).status_code for path in PUBLIC_PATHS} == {404}
    # and its key opens nothing, to write or to read
    suspended = (403, "PAGE_SUSPENDED")
    assert refusal(mon.open()) == suspended
    assert refusal(mon.toggle("API", "outage")) == suspended
    assert refusal(mon.post("/api/v1/status-api/incidents", {})) == suspended
    assert refusal(mon.get(READ)) == suspended
    assert refusal(mon.get(receipt)) == suspended
    # while its owner sees why, and edits it
    told = page.owner.get(page.path).json()["data"]
    assert (told["suspended"], told["suspendedReason"], told["isPublic"]) == (
        True, "Phishing", True,
    )  # fmt: skip
    assert page.owner.patch(page.path, {"name": "Better"}).status_code == 200
    assert page.owner.get(receipt).status_code == 200
    other = actors.visitor(page, web=1)
    wait_until(lambda: other.get("/").status_code == 404, "it is gone everywhere", SOON_S)
    # and when it may go on, it is as she left it, and the key works
    page.owner.patch(page.path, {"name": "Acme"})
    unsuspend(actors, page)
    wait_until(lambda: vi.get("/").content == shown, "it is back", SOON_S)
    assert page.owner.get(page.path).json()["data"]["suspended"] is False
    assert mon.open().status_code == 201


def test_idempotent_repeat_is_refused_when_the_page_was_suspended_since(actors, page):
    mon, once = actors.monitor(page), {"Idempotency-Key": "once"}
    body = {"title": "Trouble"}
    first = mon.post("/api/v1/status-api/incidents", body, headers=once)
    assert first.status_code == 201
    suspend(actors, page)
    again = mon.post("/api/v1/status-api/incidents", body, headers=once)
    assert refusal(again) == (403, "PAGE_SUSPENDED")
    unsuspend(actors, page)
    again = mon.post("/api/v1/status-api/incidents", body, headers=once)
    assert again.json() == first.json()


def test_disabled_key_is_told_so_first_when_its_page_is_suspended(actors, page):
    key = page.key()
    page.owner.patch(f"{page.path}/keys/{key['id']}", {"disabled": True})
    suspend(actors, page)
    mon = actors.caller(Authorization=f"Bearer {key['key']}")
    assert refusal(mon.get(READ)) == (401, "KEY_DISABLED")


def test_no_write_of_a_key_follows_the_suspension_when_both_come_at_once(actors, page):
    # given a monitor that writes without a pause while the page is suspended
    mon = actors.monitor(page)

    def act(number):
        if number == 8:
            return suspend(actors, page)
        return [mon.toggle("API", "outage").status_code for _ in range(5)]

    codes = [code for found in at_once(9, act) if found for code in found]
    assert set(codes) <= {200, 202, 403}
    # then what the key said came before the suspension was there, and nothing after it
    rows = Behind(actors.system).sql(
        "SELECT max(k.received_at) FILTER (WHERE k.actor LIKE 'key:%') AS last_said,"
        " max(k.applied_at) FILTER (WHERE k.kind = 'SuspendPage') AS shut_at"
        " FROM commands k WHERE k.stream_id = :id",
        id=page.id,
    )
    assert rows[0].last_said is None or rows[0].last_said <= rows[0].shut_at
    assert refusal(mon.toggle("API", "outage")) == (403, "PAGE_SUSPENDED")


def test_owner_may_delete_the_page_when_it_is_suspended(actors, page):
    suspend(actors, page)
    assert page.owner.delete(page.path).status_code == 200
    assert page.owner.get("/api/v1/status").json()["data"]["pages"] == []
