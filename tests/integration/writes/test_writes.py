"""What every write has in common: waiting, receipts and Idempotency-Key.

Source: docs/behaviour.md, "Read your writes", "Receipts" and "Idempotency".
"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime

import httpx
import pytest
from sqlalchemy import create_engine, text

from domain.store.postgres.engine import driver_url
from tests.support.actors import unique
from tests.support.stack import wait_until

ASYNC = {"Prefer": "respond-async"}
OPEN = "/api/v1/status-api/incidents"


def once(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


def receipt_of(caller, answer) -> dict:
    """What becomes of a write, once that is noted: a moment after it is announced and answered."""

    def read() -> dict:
        told = caller.get(answer.headers["location"])
        assert told.status_code == 200, told.text
        return told.json()["data"]

    wait_until(lambda: read()["state"] not in {"accepted", "applied"}, "the write is settled")
    return read()


# Receipts


def test_receipt_says_published_when_a_write_has_answered(actors):
    page = actors.page("API")
    mon = actors.monitor(page)
    receipt = receipt_of(mon, mon.open())
    assert set(receipt) >= {"state", "acceptedAt", "appliedAt", "publishedAt", "refusal"}
    assert (receipt["state"], receipt["refusal"]) == ("published", None)
    times = [receipt[name] for name in ("acceptedAt", "appliedAt", "publishedAt")]
    assert times == sorted(times)
    assert all(datetime.fromisoformat(at) and at.endswith("Z") for at in times)


def test_answer_is_202_with_all_that_is_known_when_the_client_prefers_not_to_wait(actors):
    page = actors.page("API")
    mon, vi = actors.monitor(page), actors.visitor(page)
    headers = {"Prefer": "handling=lenient, Respond-Async; foo"}
    answer = mon.post(OPEN, {"title": "Trouble"}, headers=headers)
    assert answer.status_code == 202
    assert answer.headers["preference-applied"] == "respond-async"
    assert receipt_of(mon, answer)["state"] == "published"
    shown = vi.json()["incidents"][0]
    assert answer.json() == {"ok": True, "data": {"id": shown["id"]}}
    toggled = mon.toggle("api", "partial", headers=ASYNC)
    assert toggled.status_code == 202
    assert toggled.json()["data"] == {"component": "api", "status": "partial"}


def test_only_the_receipt_tells_the_refusal_when_the_client_does_not_wait(actors):
    page = actors.page("API")
    mon = actors.monitor(page)
    answer = mon.post(f"{OPEN}/i_nobody/updates", {"state": "resolved"}, headers=ASYNC)
    assert answer.status_code == 202
    receipt = receipt_of(mon, answer)
    assert receipt["state"] == "refused"
    refusal = receipt["refusal"]
    assert set(refusal) == {"code", "error", "fields"}
    assert refusal["code"] == "NOT_FOUND"
    assert refusal["error"].endswith(".")


def test_receipt_names_the_field_when_the_refusal_does(actors):
    page = actors.page()
    body = {"name": "API", "parent": "c_nobody"}
    answer = page.owner.post(f"{page.path}/components", body, headers=ASYNC)
    refusal = receipt_of(page.owner, answer)["refusal"]
    assert (refusal["code"], list(refusal["fields"])) == ("VALIDATION", ["parent"])


def test_refusal_carries_its_receipt_when_the_client_waits(actors):
    mon = actors.monitor(actors.page("API"))
    answer = mon.toggle("Nobody", "outage")
    assert answer.status_code == 404
    assert receipt_of(mon, answer)["refusal"]["code"] == answer.json()["code"] == "NOT_FOUND"


def test_receipt_is_readable_by_every_key_and_the_owner_when_they_are_of_its_page(actors):
    page = actors.page("API")
    mon, other = actors.monitor(page), actors.monitor(page)
    answer = mon.open()
    for reader in (mon, other, page.owner):
        assert receipt_of(reader, answer)["state"] == "published"


def test_receipt_is_not_found_when_somebody_else_asks(actors):
    ours, bos = actors.page("API"), actors.owner("bo").page()
    mon, bos_mon = actors.monitor(ours), actors.monitor(bos)
    where = mon.open().headers["location"]
    assert bos_mon.get(where).status_code == bos.owner.get(where).status_code == 404
    # nor does a page's key read what the account did
    answer = ours.owner.patch(ours.path, {"name": "Renamed"})
    assert mon.get(answer.headers["location"]).status_code == 200
    removed = bos.owner.delete(bos.path)
    assert receipt_of(bos.owner, removed)["state"] == "published"
    assert bos_mon.get(removed.headers["location"]).json()["code"] == "BAD_KEY"


# Idempotency


def test_first_answer_is_repeated_when_a_request_is(actors):
    page = actors.page("API")
    mon, vi = actors.monitor(page), actors.visitor(page)
    key = once(unique("key"))
    answers = [mon.post(OPEN, {"title": "Trouble"}, headers=key) for _ in range(3)]
    assert [a.status_code for a in answers] == [201] * 3
    assert len({a.content for a in answers}) == len({a.headers["location"] for a in answers}) == 1
    assert len(vi.json()["incidents"]) == 1


def test_repeat_is_understood_when_another_process_gets_it(actors):
    page = actors.page("API")
    secret = page.key()["key"]
    mons = [actors.caller(web=web, Authorization=f"Bearer {secret}") for web in (0, 1)]
    key = once(unique("key"))
    first, second = (mon.post(OPEN, {"title": "x"}, headers=key) for mon in mons)
    assert first.content == second.content
    assert second.status_code == 201


def test_conflict_is_answered_when_the_body_differs_by_a_byte(actors):
    page = actors.page("API")
    mon, vi = actors.monitor(page), actors.visitor(page)
    headers = {**once(unique("key")), "Content-Type": "application/json"}
    bodies = [b'{"title":"x"}', b'{"title": "x"}']
    answers = [mon.http.post(OPEN, content=raw, headers=headers) for raw in bodies]
    assert [a.status_code for a in answers] == [201, 409]
    assert answers[1].json()["code"] == "CONFLICT"
    assert len(vi.json()["incidents"]) == 1


def test_refusal_is_repeated_when_the_request_is_even_if_it_would_succeed_now(actors):
    page = actors.page("API")
    mon = actors.monitor(page)
    key = once(unique("key"))
    first = mon.toggle("Website", "outage", headers=key)
    page.leaf("Website")
    second = mon.toggle("Website", "outage", headers=key)
    assert first.status_code == second.status_code == 404
    assert first.content == second.content
    assert actors.visitor(page).statuses()["Website"] == "operational"


def test_key_stays_free_when_nothing_was_appended(actors):
    mon = actors.monitor(actors.page("API"))
    key = once(unique("key"))
    assert mon.post(OPEN, {"title": ""}, headers=key).status_code == 400
    assert mon.post(OPEN, {"title": "x"}, headers=key).status_code == 201


def test_key_is_free_elsewhere_when_path_method_or_page_differ(actors):
    page, bos = actors.page("API", "Website"), actors.page("API")
    mon, bos_mon = actors.monitor(page), actors.monitor(bos)
    key = once(unique("key"))
    assert mon.toggle("API", "outage", headers=key).status_code == 200
    assert mon.toggle("Website", "partial", headers=key).status_code == 200
    assert bos_mon.toggle("API", "degraded", headers=key).status_code == 200
    assert actors.visitor(page).statuses() == {"API": "outage", "Website": "partial"}
    assert page.owner.patch(page.path, {"name": "x"}, headers=key).status_code == 200
    assert page.owner.delete(page.path, headers=key).status_code == 200


def test_one_incident_opens_when_the_same_request_comes_many_times_at_once(actors):
    page = actors.page("API")
    mon, vi = actors.monitor(page), actors.visitor(page)
    headers = {**dict(mon.http.headers), **once(unique("key"))}

    def send(_: int) -> httpx.Response:
        client = httpx.Client(base_url=mon.web.url, headers=headers, timeout=15, verify=False)
        with closing(client):
            return client.post(OPEN, json={"title": "Trouble"})

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    assert {a.status_code for a in answers} == {201}
    assert len({a.content for a in answers}) == len(vi.json()["incidents"]) == 1


def test_page_is_created_once_when_the_only_place_is_asked_for_twice(actors):
    ada = actors.owner()
    body, key = {"name": "Acme", "subdomain": unique("page")}, once(unique("key"))
    answers = [ada.post("/api/v1/status", body, headers=key) for _ in range(2)]
    assert [a.status_code for a in answers] == [201, 201]
    assert answers[0].content == answers[1].content
    assert ada.post("/api/v1/status", body).json()["code"] == "NO_FREE_SLOT"


def test_secret_is_told_once_when_a_request_is_repeated(actors):
    page = actors.page("API")
    key = once(unique("key"))
    answers = [page.owner.post(f"{page.path}/keys", {"name": "x"}, headers=key) for _ in range(2)]
    first, second = (a.json()["data"] for a in answers)
    assert first["key"].startswith("hyd_status_")
    assert second == {**first, "key": None}
    rotate = f"{page.path}/keys/{first['id']}/rotate"
    answers = [page.owner.post(rotate, headers=key) for _ in range(2)]
    assert answers[1].json()["data"] == {"id": first["id"], "key": None}
    rotated = actors.caller(Authorization=f"Bearer {answers[0].json()['data']['key']}")
    assert rotated.get("/api/v1/status-api/status").status_code == 200


def test_secret_is_told_at_once_when_the_client_does_not_wait(actors):
    page = actors.page("API")
    answer = page.owner.post(f"{page.path}/keys", {"name": "x"}, headers=ASYNC)
    assert answer.status_code == 202
    assert receipt_of(page.owner, answer)["state"] == "published"
    mon = actors.caller(Authorization=f"Bearer {answer.json()['data']['key']}")
    assert mon.get("/api/v1/status-api/status").status_code == 200


@pytest.mark.parametrize(("hours", "expected"), [(23, 1), (25, 2)])
def test_key_is_free_again_when_a_day_has_passed(actors, system, hours, expected):
    # given a request, some hours ago
    page = actors.page("API")
    mon, vi = actors.monitor(page), actors.visitor(page)
    key = once(unique("key"))
    first = mon.post(OPEN, {"title": "x"}, headers=key)
    aged = text(
        "UPDATE idempotency SET created_at = created_at - make_interval(hours => :hours)"
        " WHERE command_id = :id"
    )
    engine = create_engine(driver_url(system.urls.database_url))
    with engine.begin() as conn:
        conn.execute(aged, {"hours": hours, "id": first.headers["location"].rpartition("/")[2]})
    engine.dispose()
    # when it comes again
    assert mon.post(OPEN, {"title": "x"}, headers=key).status_code == 201
    # then it is a repeat, or anew, by its age
    assert len(vi.json()["incidents"]) == expected
