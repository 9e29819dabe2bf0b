"""How many bytes an account may write: one bucket for all, another for the end of trouble."""

import asyncio

import pytest
import redis

from domain.store.redis.rate_limits.byte_buckets import key_of
from domain.store.redis.rate_limits.rate_counts import AttemptCounts
from domain.store.redis.rate_limits.request_counts import RequestCounts
from domain.store.redis.rate_limits.rules import RECOVERY_BYTES, RECOVERY_UPDATES, WRITTEN_BYTES
from tests.support.actors import Actors, unique
from tests.support.stack import System, wait_until


@pytest.fixture(scope="module")
def limited(tmp_path_factory, stack_template):
    """The whole product with limits."""
    folder = tmp_path_factory.mktemp("budgeted")
    with System(folder, template=stack_template, env={"RATE_LIMITS": "on"}) as system:
        yield system.start_all()


def empty(system, account_id, *budgets):
    """Spend all that an account has, and as much again, in two processes that did not hear of each
    other: what comes while a test runs fills no bucket.
    """

    async def spend():
        for _ in range(2):
            pace = RequestCounts(system.urls.redis_url, is_on=True)
            for budget in budgets:
                assert pace.buckets.spend(budget, account_id, budget.bytes_max) is None
            await pace.tell()
            await pace.stop()

    asyncio.run(spend())


def level(system, budget, account_id):
    """How many bytes are left of a budget, by all that processes told."""
    with redis.Redis.from_url(system.urls.redis_url) as server:
        return float(server.hget(key_of(budget.name, account_id), "level"))


def use_up(system, account_id):
    """Use the hour's updates that an empty bucket lets through, but for one."""

    async def hit():
        limits = AttemptCounts(system.urls.redis_url, is_on=True)
        for _ in range(RECOVERY_UPDATES.amount - 1):
            assert await limits.hit(RECOVERY_UPDATES, account_id) is None
        await limits.close()

    asyncio.run(hit())


@pytest.fixture
def actors(limited):
    with Actors(limited) as actors:
        yield actors


@pytest.fixture
def page(actors):
    return actors.page("API")


@pytest.fixture
def mon(actors, page):
    return actors.monitor(page)


def is_limited(answer):
    return answer.status_code == 429 and answer.json()["code"] == "RATE_LIMITED"


def test_writes_are_429_and_recoveries_are_taken_when_the_bucket_is_empty(limited, page, mon):
    # Given an incident of an account that then spends all its bytes, in some process
    incident = mon.done(mon.open())["id"]
    empty(limited, page.owner.id, WRITTEN_BYTES)

    # When it goes on writing, then the web process hears of that within a moment
    wait_until(lambda: is_limited(mon.open()), "the bucket is empty")
    refused = mon.open()
    to_fill_s = WRITTEN_BYTES.bytes_max / WRITTEN_BYTES.refill
    assert to_fill_s * 0.9 < int(refused.headers["retry-after"]) <= to_fill_s + 10
    assert "20 MB" in refused.json()["error"]
    assert "200 MB a day" in refused.json()["error"]

    # And so is all else that has text, whoever writes it
    assert is_limited(mon.update(incident, "monitoring", body="text"))
    assert is_limited(page.owner.post(f"{page.path}/components", {"name": "Another"}))

    # But the end of trouble is told, and every status
    assert mon.update(incident, "resolved", body="All is well again.").status_code == 201
    for status in ("outage", "operational"):
        assert mon.toggle("API", status).status_code == 200
    # And the account's own stream goes on
    assert page.owner.post("/api/v1/status", {"name": "Second"}).json()["code"] == "NO_FREE_SLOT"


def test_a_repeat_is_told_the_first_outcome_when_the_bucket_is_empty(limited, page, mon):
    key = {"Idempotency-Key": unique("once")}
    first = mon.post("/api/v1/status-api/incidents", {"title": "Trouble"}, headers=key)
    empty(limited, page.owner.id, WRITTEN_BYTES)
    wait_until(lambda: is_limited(mon.open()), "the bucket is empty")
    again = mon.post("/api/v1/status-api/incidents", {"title": "Trouble"}, headers=key)
    assert (again.status_code, again.json()) == (first.status_code, first.json())


def test_sixty_updates_an_hour_and_every_toggle_are_taken_when_both_are_empty(limited, page, mon):
    # Given an account without any byte left, and a process that has heard of it
    incidents = [mon.done(mon.open())["id"] for _ in range(3)]
    empty(limited, page.owner.id, WRITTEN_BYTES, RECOVERY_BYTES)
    before = level(limited, RECOVERY_BYTES, page.owner.id)
    mon.update(incidents[0], "resolved")
    wait_until(lambda: level(limited, RECOVERY_BYTES, page.owner.id) != before, "it has told")
    mon.status()

    # When it has resolved 59 times in this hour, and resolves more
    use_up(limited, page.owner.id)
    answers = [mon.update(incident, "resolved") for incident in incidents[1:]]

    # Then the sixtieth is taken and no other, and toggles always are
    assert answers[0].status_code == 201
    assert is_limited(answers[1])
    assert 1 <= int(answers[1].headers["retry-after"]) <= 3_600
    for status in ("outage", "operational") * 3:
        assert mon.toggle("API", status).status_code == 200


def test_previews_are_429_when_a_session_asks_for_more_than_two_in_a_second(actors, page):
    # Given an owner, who asks for previews of a page as fast as she can
    path, body = f"{page.path}/preview", {"name": "Other"}
    answers = [page.owner.post(path, body) for _ in range(2)]
    wait_until(
        lambda: answers.append(page.owner.post(path, body)) or is_limited(answers[-1]), "429"
    )

    # Then she is told to wait for a second, and one of another page is made
    assert answers[-1].headers["retry-after"] == "1"
    assert "2 previews" in answers[-1].json()["error"]
    other = actors.page("API")
    assert other.preview("", body).status_code == 200


def test_downloads_are_429_when_a_page_had_ten_in_a_minute(actors, page):
    # Given an owner, who downloads a page as fast as she can
    answers = [page.owner.get(f"{page.path}/export") for _ in range(10)]
    wait_until(
        lambda: answers.append(page.owner.get(f"{page.path}/export")) or is_limited(answers[-1]),
        "429",
    )

    # Then she is told to wait, and another page is sent
    assert answers[9].status_code == 200
    assert answers[-1].json()["error"].startswith("A page can be downloaded 10 times a minute.")
    other = actors.page("API")
    assert other.owner.get(f"{other.path}/export").status_code == 200


def test_an_account_is_not_limited_when_another_is(limited, actors, page, mon):
    other = actors.monitor(actors.page("API"))
    empty(limited, page.owner.id, WRITTEN_BYTES, RECOVERY_BYTES)
    wait_until(lambda: is_limited(mon.open()), "the bucket is empty")
    assert other.open().status_code == 201


def test_every_key_of_an_account_is_limited_when_its_bucket_is_empty(limited, actors, page, mon):
    # Given a key that no process has met, of an account that has spent all
    other = actors.monitor(page)
    empty(limited, page.owner.id, WRITTEN_BYTES)
    wait_until(lambda: is_limited(mon.open()), "the bucket is empty")
    assert is_limited(other.open())

    # And a key that opens nothing is told so
    nobody = actors.caller(Authorization="Bearer hyd_status_nobody")
    answer = nobody.post("/api/v1/status-api/incidents", {"title": "Trouble"})
    assert answer.json()["code"] == "BAD_KEY"
