"""How fast writes were shown, as their owner is told."""

import re

from domain.store.postgres.latency import NEWEST
from domain.store.redis.keys import last_request_key
from tests.support.faults.breaking import Behind


def figures(page):
    answer = page.owner.get(f"{page.path}/latency")
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def test_figures_are_of_the_last_30_days_by_day_when_some_writes_are_older(system, actors):
    # given a page in a zone where the day begins early, with writes whose times are known
    page = actors.page("API")
    zone = {"timeZone": "Pacific/Kiritimati"}
    assert page.owner.patch(page.path, zone).status_code == 200
    behind = Behind(system)
    behind.sql("UPDATE commands SET due_at = received_at WHERE stream_id = :id", id=page.id)
    mon = actors.monitor(page)
    behind.sql("UPDATE commands SET due_at = received_at WHERE stream_id = :id", id=page.id)
    for status in ("outage", "partial", "degraded"):
        assert mon.toggle("API", status).status_code in {200, 202}
    head = behind.head(page.id)
    for back, (received_at, took_ms) in enumerate(
        [("now() - interval '1 hour'", 40), ("now() - interval '1 hour'", 20),
         ("now() - interval '31 days'", 9000)]
    ):  # fmt: skip
        behind.sql(
            f"UPDATE commands SET received_at = {received_at},"
            f" published_at = {received_at} + interval '{took_ms} milliseconds'"
            " WHERE stream_id = :id AND seq = :seq",
            id=page.id, seq=head - back,
        )  # fmt: skip
    # when the owner asks
    told = figures(page)
    # then what is older, and what was planned, is not in it, and the day is the page's
    assert {k: told[k] for k in ("p50Ms", "p99Ms", "count")} == {
        "p50Ms": 20, "p99Ms": 40, "count": 2,
    }  # fmt: skip
    day = behind.sql("SELECT ((now() - interval '1 hour') AT TIME ZONE 'Pacific/Kiritimati')::date")
    assert told["days"] == [
        {"day": str(day[0][0]), "p50Ms": 20, "p99Ms": 40, "count": 2},
    ]  # fmt: skip


def test_figures_are_null_when_nothing_was_written(system, actors):
    page = actors.page()
    Behind(system).sql("UPDATE commands SET due_at = received_at WHERE stream_id = :id", id=page.id)
    assert figures(page) == {"p50Ms": None, "p99Ms": None, "count": 0, "days": []}


def test_figures_are_nobody_elses_when_another_asks(actors):
    page, bo = actors.page(), actors.owner("bo")
    assert bo.get(f"{page.path}/latency").status_code == 404
    assert actors.caller().get(f"{page.path}/latency").status_code == 401


SAID = "In the last 30 days, half of all changes were on this page within"


def history(vi):
    answer = vi.get("/history")
    assert answer.status_code == 200, answer.text
    return answer.text


def let_requests_be_old(behind, page):
    """As after a minute in which nobody requested the history: it is rendered when it is."""
    behind.redis.delete(last_request_key(page.id))


def test_visitors_are_told_on_the_history_when_the_owner_wishes(system, actors):
    # given a page with some writes, whose visitors are told nothing
    page, behind = actors.page("API", "Website", "Mail"), Behind(system)
    vi = actors.visitor(page)
    assert SAID not in history(vi)
    let_requests_be_old(behind, page)
    # when the owner wishes that they are told, and it is known how long each write took
    page.owner.done(page.owner.patch(page.path, {"showLatency": True}), 200)
    behind.sql(
        "UPDATE commands SET due_at = NULL, published_at = received_at + interval '14 ms'"
        " WHERE stream_id = :id",
        id=page.id,
    )
    behind.sql(
        "UPDATE commands SET published_at = received_at + interval '1240 ms'"
        " WHERE stream_id = :id AND seq = :seq",
        id=page.id, seq=behind.head(page.id),
    )  # fmt: skip
    # then the newest month says it, and the page itself nothing
    assert f"{SAID} 14 ms, 99 of 100 within 1.2 s." in history(vi)
    assert SAID not in vi.get("/").text
    # and no more once she does not
    let_requests_be_old(behind, page)
    page.owner.done(page.owner.patch(page.path, {"showLatency": False}), 200)
    assert SAID not in history(vi)


def test_visitors_are_told_nothing_when_nothing_was_written(system, actors):
    page = actors.page()
    page.owner.done(page.owner.patch(page.path, {"showLatency": True}), 200)
    Behind(system).sql("UPDATE commands SET due_at = received_at WHERE stream_id = :id", id=page.id)
    assert SAID not in history(actors.visitor(page))


def told_to_owner(page):
    answer = page.owner.get(f"/dashboard/pages/{page.id}/settings")
    assert answer.status_code == 200, answer.text
    return re.search(r'id="latency">([^<]*)<', answer.text)[1]


def test_only_the_newest_are_said_to_tell_when_there_are_more(system, actors):
    # given a page of whose log all but the newest write is further back than is looked at
    page, behind = actors.page("API", "Website"), Behind(system)
    page.owner.done(page.owner.patch(page.path, {"showLatency": True}), 200)
    times = "due_at = NULL, published_at = received_at + interval '20 ms'"
    behind.sql(f"UPDATE commands SET {times} WHERE stream_id = :id", id=page.id)
    head = behind.head(page.id)
    assert told_to_owner(page).startswith(f"Of {head} changes in the last 30 days, half were")
    behind.sql(
        "UPDATE streams SET head_seq = :head WHERE id = :id", id=page.id, head=head + NEWEST - 1
    )
    # when a visitor or its owner looks, then that is said
    newest = "Of the newest 20,000 changes in the last 30 days, half were on this page within"
    assert newest in history(actors.visitor(page))
    assert told_to_owner(page).startswith("Of the newest 20,000 changes in the last 30 days, half")
    # and that there is nothing to tell, once it is longer ago
    behind.sql(
        "UPDATE commands SET received_at = received_at - interval '31 days' WHERE stream_id = :id",
        id=page.id,
    )
    assert told_to_owner(page) == "Nothing was changed in the last 30 days."
