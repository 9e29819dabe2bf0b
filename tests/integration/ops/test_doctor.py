"""What the doctor says of figures, on real Postgres."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from domain.runtime.settings import load_settings
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.notifications.restored import hold_pages, release_pages
from domain.store.redis import keys
from domain.store.redis import publisher as artifacts
from ops.cli import doctor
from tests.support.drained_page import DrainedPage
from tests.support.faults.breaking import frozen
from tests.support.inside import leave_stack
from tests.support.subscribing import subscribe


@pytest.fixture
def page(store):
    """A page, in a log in which all that was written before is of yesterday."""
    with sync_engine().begin() as conn:
        conn.execute(text("UPDATE commands SET received_at = received_at - interval '1 day'"))
    return DrainedPage(*"abcdefghij")


# What Postgres tells of the whole store, other tests' things included.
FIGURES = {"unapplied", "latency", "failures", "mounts", "held_pages"}


def look(check):
    found = check(load_settings())
    return found.is_ok, found.summary


def test_doctor_counts_commands_that_failed_when_some_did_since_yesterday(page):
    assert look(doctor.failures) == (True, "failed commands in the last 24 hours: 0")
    page.append_poison()
    page.drain()
    assert look(doctor.failures) == (False, "failed commands in the last 24 hours: 1")


def test_doctor_tells_how_long_writes_took_when_half_of_them_were_too_slow(page):
    # given a page that was written to, and is published
    is_ok, summary = look(doctor.latency)
    assert is_ok
    assert "writes in the last 10 minutes: " in summary
    # when most of its writes took three seconds
    with sync_engine().begin() as conn:
        slow = "published_at = received_at + interval '3 s', due_at = NULL"
        conn.execute(text(f"UPDATE commands SET {slow} WHERE stream_id = :id"), {"id": page.id})
        conn.execute(
            text("UPDATE commands SET due_at = received_at WHERE left(stream_id, 2) = 'a_'")
        )
    # then that is not well, and nothing is to be told of what was planned
    is_ok, summary = look(doctor.latency)
    assert not is_ok
    assert "50 % were published within 3000 ms, 99 % within 3000 ms" in summary
    with sync_engine().begin() as conn:
        conn.execute(text("UPDATE commands SET due_at = received_at"))
    assert look(doctor.latency) == (True, "no writes in the last 10 minutes")


def test_doctor_tells_that_pages_are_held_until_unknown_leavings_are_accepted(page):
    # given a restored page whose subscribers may have left since
    subscribe(page.id)
    with sync_engine().begin() as conn:
        hold_pages(conn, datetime(2026, 1, 2, 3, 4, tzinfo=UTC))
    is_ok, summary = look(doctor.held_pages)
    assert not is_ok
    assert summary.endswith("; leavings are unknown since 2026-01-02 03:04 UTC")
    # when the operator accepts that, then nothing is held
    with sync_engine().begin() as conn:
        assert release_pages(conn) >= 1
    nothing = "pages that send subscribers nothing after a restore: 0"
    assert look(doctor.held_pages) == (True, nothing)


def examined():
    """What the doctor finds who has just come: without connections that were made before."""
    leave_stack()
    try:
        return {found.name: found for found in doctor.examine()}
    finally:
        leave_stack()


def test_doctor_blames_redis_alone_when_only_redis_does_not_answer(store):
    # given a Redis that stands still, which is the broker too
    with frozen(store.stack.redis.child):
        found = examined()
    # then what it would tell is unknown, and nobody is sent to workers or to the sweep
    silent = {name for name, one in found.items() if not one.is_ok} - {"png", "mail", *FIGURES}
    assert silent == {"redis", "broker", "queues", "worker", "unpublished"}
    unknown = {
        one.summary: one.advice for one in found.values() if one.summary.startswith("unknown")
    }
    assert unknown == {
        "unknown: Redis does not answer": "See `redis` above.",
        "unknown: the broker does not answer": "See `broker` above.",
    }
    assert [found[name].summary.split()[0] for name in ("queues", "worker", "unpublished")] == (
        ["unknown:"] * 3
    )


def test_doctor_sends_nobody_to_workers_when_postgres_does_not_answer(store):
    # given a Postgres that stands still, a sweep that waits for it, and no message of another test
    artifacts.cache_redis().delete(keys.WORKER_SEEN, *keys.QUEUES)
    with frozen(store.stack.postgres.child):
        found = examined()
    # then the advice is to mend Postgres first
    silent = {name for name, one in found.items() if not one.is_ok} - {"png", "mail"}
    assert silent == {"postgres", "worker"}
    assert "Mend Postgres first" in found["worker"].advice
    # and without it, to start a worker
    assert "Start worker" in examined()["worker"].advice


@pytest.mark.parametrize(("size", "is_said"), [(2, True), (3, False)])
def test_doctor_says_that_a_small_pool_promises_less(store, size, is_said):
    artifacts.mark_worker_seen(10, size)
    is_ok, summary = look(doctor.worker)
    assert is_ok
    assert ("fewer processes" in summary) == is_said
