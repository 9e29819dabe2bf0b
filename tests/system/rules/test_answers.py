"""Once per key, everyone's own answer, receipts, waits.

Source: docs/architecture.md, "An idempotency key is used once" and
"A writer waits for its own range"; docs/behaviour.md, "Read your writes" and "Idempotency".
"""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from domain.store.redis import keys
from domain.store.redis import publisher as artifacts
from domain.store.redis.publisher import Edition, Publication
from domain.store.redis.subscriber import Announcement, encode
from tests.support.faults.breaking import SOON_S, Behind, at_once, receipt_id
from tests.support.inside import inside
from tests.support.stack import wait_until

pytestmark = pytest.mark.system

OPEN = "/api/v1/status-api/incidents"
ASYNC = {"Prefer": "respond-async"}
PROMPTLY_S = 1.5  # clearly less than the two seconds after which a write stops waiting


def once(key="once"):
    return {"Idempotency-Key": key}


def open_once(mon, title):
    """Open an incident under the one key that tests repeat."""
    return mon.post(OPEN, {"title": title}, headers=once())


def test_repeat_changes_nothing_when_key_and_body_are_the_same(system, actors):
    # given an incident that Mon opened with a key
    page = actors.page("API")
    mon, other = actors.monitor(page), actors.monitor(page, web=1)
    first = open_once(mon, "Once")
    head = Behind(system).head(page.id)
    # when it is repeated, here and at another web process
    repeats = [open_once(caller, "Once") for caller in (mon, other)]
    # then both are told the first outcome, and nothing was written
    for repeat in repeats:
        assert (repeat.status_code, repeat.json()) == (201, first.json())
        assert receipt_id(repeat) == receipt_id(first)
    assert Behind(system).head(page.id) == head
    assert len(actors.visitor(page).json()["incidents"]) == 1


def test_repeat_is_refused_when_its_body_is_another(system, actors):
    page = actors.page("API")
    mon = actors.monitor(page)
    open_once(mon, "Once")
    head = Behind(system).head(page.id)
    answer = open_once(mon, "Twice")
    assert (answer.status_code, answer.json()["code"]) == (409, "CONFLICT")
    assert Behind(system).head(page.id) == head


def test_exactly_one_is_written_when_twenty_repeat_at_once(system, actors):
    # given two web processes
    page = actors.page("API")
    mons = [actors.monitor(page, web=web) for web in (0, 1)]
    head = Behind(system).head(page.id)
    # when twenty post the same with the same key at the same moment
    answers = at_once(20, lambda n: open_once(mons[n % 2], "Once"))
    # then all are told of the same incident, and the log grew by one
    assert {answer.status_code for answer in answers} <= {201, 202}
    assert len({answer.json()["data"]["id"] for answer in answers}) == 1
    assert Behind(system).head(page.id) == head + 1


def test_exactly_one_is_written_when_twenty_bodies_race_for_a_key(system, actors):
    page = actors.page("API")
    mon = actors.monitor(page)
    head = Behind(system).head(page.id)
    answers = at_once(20, lambda n: open_once(mon, f"Body {n}"))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19
    assert Behind(system).head(page.id) == head + 1


def test_refusal_is_repeated_when_its_reason_is_gone_by_then(actors):
    # given a toggle that was refused for want of its component
    page = actors.page()
    mon = actors.monitor(page)
    assert mon.toggle("api", "outage", headers=once()).status_code == 404
    # when the component is there, then the repeat is still the first outcome
    page.leaf("API")
    assert mon.toggle("api", "outage", headers=once()).status_code == 404
    assert mon.toggle("api", "outage", headers=once("anew")).status_code == 200


def test_key_is_still_free_when_the_body_was_malformed(actors):
    page = actors.page("API")
    mon = actors.monitor(page)
    assert mon.post(OPEN, {"title": ""}, headers=once()).status_code == 400
    assert open_once(mon, "Good").status_code == 201


def test_key_is_free_again_when_a_day_has_passed(system, actors):
    page = actors.page("API")
    mon = actors.monitor(page)
    first = open_once(mon, "Daily")
    Behind(system).sql(
        "UPDATE idempotency SET created_at = created_at - interval '25 hours'"
        " WHERE stream_id = :id",
        id=page.id,
    )
    second = open_once(mon, "Daily")
    assert second.status_code == 201
    assert second.json()["data"]["id"] != first.json()["data"]["id"]


def test_secret_is_not_repeated_when_a_key_was_made_with_a_key(actors):
    page = actors.page()
    make = (f"{page.path}/keys", {"name": "monitor"})
    first, repeat = (page.owner.post(*make, headers=once()).json()["data"] for _ in range(2))
    assert first["key"].startswith("hyd_status_")
    assert repeat == {**first, "key": None}


def test_refusal_answers_its_own_write_when_it_stands_between_accepted_ones(system, actors):
    # given a page whose drain stands still, so that all that comes meets in one batch
    page = actors.page("API")
    mon, behind = actors.monitor(page), Behind(system)
    with ThreadPoolExecutor(1) as pool, behind.held("pages", page.id):
        first = pool.submit(mon.toggle, "api", "outage")
        behind.wait_until_draining()
        # when every other of twenty writes names a component that is not there
        names = ["api" if n % 2 else "nobody" for n in range(20)]
        head = behind.head(page.id)
        others = let_go(mon, names)
        wait_until(lambda: behind.head(page.id) == head + 20, "all are accepted", SOON_S)
    # then each is told what became of itself
    assert first.result().status_code in {200, 202}
    answers = others()
    for name, answer in zip(names, answers, strict=True):
        assert answer.status_code in ({200} if name == "api" else {404}), answer.text
        receipt = mon.get(answer.headers["location"]).json()["data"]
        assert receipt["state"] == ("published" if name == "api" else "refused")
    mixed = behind.sql(
        "SELECT 1 FROM commands WHERE stream_id = :id GROUP BY date_trunc('milliseconds',"
        " applied_at) HAVING count(DISTINCT outcome) = 2",
        id=page.id,
    )
    assert mixed, "accepted and refused ones were not in one batch"


def let_go(mon, names):
    """Let writers go; returns what waits for their answers."""
    pool = ThreadPoolExecutor(len(names))
    futures = [pool.submit(mon.toggle, name, "degraded") for name in names]
    return lambda: [future.result() for future in futures] + (pool.shutdown() or [])


def test_write_is_answered_promptly_when_its_announcement_came_first(system, actors):
    # given a write whose append Postgres holds back, by a web process that then stands still
    page = actors.page("API")
    mon, behind, web = actors.monitor(page, web=1), Behind(system), system.webs[1].child
    vi = actors.visitor(page)
    with ThreadPoolExecutor(1) as pool:
        with behind.held("streams", page.id):
            answer = pool.submit(mon.toggle, "api", "outage")
            wait_until(lambda: bool(behind.blocked("UPDATE streams")), "it appends", SOON_S)
            web.freeze()
        # when it is appended, applied and announced before that process can wait for it
        try:
            vi.wait_for(lambda shown: shown["status"]["indicator"] == "outage", "it shows", SOON_S)
        finally:
            web.thaw()
            thawed_at = time.monotonic()
        # then the process answers at once all the same
        assert answer.result().status_code == 200
        assert time.monotonic() - thawed_at < PROMPTLY_S


def test_write_is_answered_by_its_own_range_when_a_later_one_was_told_first(system, actors):
    # given a write whose drain stands still
    page = actors.page("API")
    mon, behind = actors.monitor(page), Behind(system)
    with ThreadPoolExecutor(1) as pool:
        with behind.held("pages", page.id):
            answer = pool.submit(mon.toggle, "api", "outage")
            behind.wait_until_draining()
            # when somebody else speaks of what comes after it
            head = behind.head(page.id)
            later = Announcement(stream=page.id, first=head + 1, last=head)
            assert behind.redis.publish(keys.ANNOUNCEMENTS, encode(later)) == 2
        # then it is not given up, but waits for its own
        assert answer.result().status_code == 200


def test_write_is_answered_promptly_when_its_publication_is_beaten(system, actors):
    # given a page whose hash holds a publication of the seq after the next one
    page = actors.page("API")
    mon, behind = actors.monitor(page), Behind(system)
    mon.toggle("api", "degraded")
    held = behind.hash_of(page.id)
    fields = {name: held[name] for name in held if name not in {"seq", "day", "build"}}
    with inside(system):
        edition = artifacts.stored_edition(page.id)
        newer = Edition(edition.seq + 2, edition.day, edition.build)
        artifacts.publish(Publication(page.id, newer, fields), artifacts.epoch())
    # when Mon writes, then the publisher is beaten, and announces all the same
    began_at = time.monotonic()
    answer = mon.toggle("api", "outage")
    assert time.monotonic() - began_at < PROMPTLY_S
    assert answer.status_code == 200
    assert behind.hash_of(page.id)["seq"] == str(newer.seq).encode()
    # and once the log has passed it, the page shows what is true
    for status in ("degraded", "outage"):
        assert mon.toggle("api", status).status_code == 200
    assert actors.visitor(page).statuses() == {"API": "outage"}


def test_write_answers_at_once_when_asked_not_to_wait(system, actors):
    # given a page whose drain stands still
    page = actors.page("API")
    mon, behind = actors.monitor(page), Behind(system)
    with behind.held("pages", page.id):
        # when Mon would rather not wait, then the answer has the id and where to ask
        answer = mon.post(OPEN, {"title": "Later"}, headers=ASYNC)
        assert answer.status_code == 202
        assert answer.headers["preference-applied"] == "respond-async"
        receipt = mon.get(answer.headers["location"]).json()["data"]
        assert (receipt["state"], receipt["appliedAt"]) == ("accepted", None)
    # and once the drain goes on, it shows under that id
    behind.wait_for(receipt_id(answer), "published")
    shown = actors.visitor(page).json()["incidents"]
    assert [incident["id"] for incident in shown] == [answer.json()["data"]["id"]]


def test_refusal_is_told_by_the_receipt_when_the_write_did_not_wait(system, actors):
    page = actors.page("API")
    mon = actors.monitor(page)
    answer = mon.toggle("nobody", "outage", headers=ASYNC)
    assert answer.status_code == 202
    Behind(system).wait_for(receipt_id(answer), "refused")
    receipt = mon.get(answer.headers["location"]).json()["data"]
    assert receipt["refusal"]["code"] == "NOT_FOUND"
    assert receipt["publishedAt"] is None or receipt["state"] == "refused"


def test_receipt_is_nobody_elses_when_others_ask(actors):
    # given a write of Mon's, on Ada's page
    page = actors.page("API")
    mon = actors.monitor(page)
    location = mon.toggle("api", "outage").headers["location"]
    # then any live key of the page and any session of its owner can read it
    colleague = actors.monitor(page, web=1)
    for caller in (mon, colleague, page.owner):
        assert caller.get(location).json()["data"]["state"] == "published"
    # and nobody else: another owner, another page's key, no one at all, a key that was disabled
    others = actors.page("API")
    assert others.owner.get(location).status_code == 404
    assert actors.monitor(others).get(location).status_code == 404
    assert actors.caller().get(location).status_code == 401
    key = page.key()
    page.owner.patch(f"{page.path}/keys/{key['id']}", {"disabled": True})
    late = actors.caller(Authorization=f"Bearer {key['key']}")
    assert late.get(location).json()["code"] == "KEY_DISABLED"
