"""What sweep and repair find on a real store: every page that is behind has its turn."""

from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
import redis
from sqlalchemy import text

from domain.calendar import ends_at
from domain.page.commands import SetStatus
from domain.status import Status
from domain.store import broker as doorbell
from domain.store.broker import worker_task_sender
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.publication import SPREAD_S
from domain.store.redis import keys
from domain.store.redis import publisher as artifacts
from domain.store.work_queue import work_queue
from tests.support.drained_page import DrainedPage
from workers import page_stream, repair, sweep
from workers.render.build import build_id

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def page():
    return DrainedPage("api")


@contextmanager
def behind(*pages):
    """Pages of another build, alone in being behind."""
    with sync_engine().begin() as conn:
        conn.execute(text("UPDATE pages SET repair_at = 'infinity' WHERE repair_tries = 0"))
        stale = (
            "UPDATE pages SET published_build = '', repair_at = '-infinity' WHERE id = ANY(:ids)"
        )
        conn.execute(text(stale), {"ids": [page.id for page in pages]})
    lost = [keys.page_key(page.id) for page in pages]
    artifacts.cache_redis().delete(keys.RECENT_PAGES, *lost)
    work_queue().broker.delete("drain", keys.WAITING_JOBS)
    yield
    with sync_engine().begin() as conn:
        conn.execute(text("UPDATE pages SET repair_at = '-infinity', repair_tries = 0"))


def repair_once(*, is_waited_for=False):
    with mock.patch.object(repair, "must_stop", return_value=is_waited_for):
        return repair.publish_behind(0)


def row_of(page):
    with sync_engine().connect() as conn:
        columns = "published_build, repair_tries, repair_at - clock_timestamp() AS due"
        where = {"id": page.id}
        return conn.execute(text(f"SELECT {columns} FROM pages WHERE id = :id"), where).one()


def is_behind(page):
    return row_of(page).published_build != build_id()


def test_page_that_was_visited_is_repaired_first_when_many_are_behind():
    pages = [DrainedPage("api") for _ in range(4)]
    with behind(*pages):
        visited = pages[2]
        artifacts.cache_redis().zadd(keys.RECENT_PAGES, {visited.id: 1})
        # when a write waits, then one page is done all the same: that one
        assert not repair_once(is_waited_for=True)
        assert [is_behind(page) for page in pages] == [True, True, False, True]
        # and the others are, when nothing does
        assert repair_once()
        assert not any(map(is_behind, pages))


def test_page_is_tried_ever_more_rarely_when_it_can_not_be_published(caplog):
    bad, good = DrainedPage("api"), [DrainedPage("api") for _ in range(3)]
    render = page_stream.render_eager

    def render_others(page, day):
        if page.id == bad.id:
            raise ZeroDivisionError
        return render(page, day)

    with behind(bad, *good), mock.patch.object(page_stream, "render_eager", render_others):
        # when repair goes on after each failure
        while any(map(is_behind, good)):
            with suppress(ZeroDivisionError):
                repair_once()
        # then the others are published, and it is left alone for a while, the longer the more often
        for tries in (1, 2, 3):
            with suppress(ZeroDivisionError):
                repair_once()
            row = row_of(bad)
            assert row.repair_tries == tries
            assert (
                timedelta(seconds=5 * 2**tries * 0.5) < row.due <= timedelta(seconds=5 * 2**tries)
            )
            assert repair_once()
            with sync_engine().begin() as conn:
                due = "UPDATE pages SET repair_at = '-infinity' WHERE id = :id"
                conn.execute(text(due), {"id": bad.id})
    # when it can be published again, then it is as any other
    repair_once()
    bad.drain()
    assert row_of(bad).repair_tries == 0


def test_no_try_is_counted_when_redis_takes_nothing():
    pages = [DrainedPage("api") for _ in range(3)]
    full = mock.patch.object(artifacts, "publish", side_effect=redis.OutOfMemoryError)
    with behind(*pages):
        with full:
            assert not repair_once()
        assert [row_of(page).repair_tries for page in pages] == [0, 0, 0]
        assert repair_once()


def test_midnight_that_pages_share_is_spread_over_the_hour():
    # given pages whose day ends at the same instant
    pages = [DrainedPage() for _ in range(8)]
    with sync_engine().connect() as conn:
        query = text("SELECT published_until FROM pages WHERE id = ANY(:ids)")
        turns = list(conn.execute(query, {"ids": [page.id for page in pages]}).scalars())
    # then each has its turn at another one, the last of them early enough to be done in the hour
    midnight = ends_at(datetime.now(UTC).date(), "UTC")
    late = [turn - midnight for turn in turns]
    assert len(set(late)) > 4
    assert min(late) >= timedelta(0)
    assert max(late) < timedelta(seconds=SPREAD_S) < timedelta(hours=1)


def test_visited_page_shows_the_new_day_first_when_midnight_has_passed():
    visited, other = DrainedPage("api"), DrainedPage("api")
    with behind(visited, other):
        with sync_engine().begin() as conn:
            yesterday = (
                "UPDATE pages SET published_build = :build, published_day = published_day - 1,"
                " published_until = published_until - interval '1 day' WHERE id = ANY(:ids)"
            )
            ids = [visited.id, other.id]
            conn.execute(text(yesterday), {"build": build_id(), "ids": ids})
            turn = (
                "UPDATE pages SET published_until = now() + interval '1 second' * :s WHERE id = :id"
            )
            conn.execute(text(turn), [{"s": 5, "id": page_id} for page_id in ids])
        artifacts.cache_redis().zadd(keys.RECENT_PAGES, {visited.id: 1})
        assert repair_once()
        assert [day_is_over(page) for page in (visited, other)] == [False, True]


def day_is_over(page):
    with sync_engine().connect() as conn:
        query = text("SELECT published_day < current_date FROM pages WHERE id = :id")
        return conn.execute(query, {"id": page.id}).scalar_one()


def test_queue_of_repair_stays_short_however_often_the_sweep_looks():
    for _ in range(3 * doorbell.REPAIR_MAX):
        sweep.sweep()
    assert 0 < worker_task_sender().lengths(["repair"])["repair"] <= doorbell.REPAIR_MAX


@pytest.mark.parametrize(("sweep_s", "seen_s"), [(0.5, 10), (2.0, 10), (30.0, 150)])
def test_worker_is_not_taken_for_gone_between_two_sweeps(sweep_s, seen_s):
    assert sweep.seen_s(sweep_s) == seen_s


@pytest.mark.parametrize(
    "step", ["mark_worker_seen", "renew_epoch_after_restart", "mark_hosts_complete"]
)
def test_waiting_command_is_rung_for_when_another_step_of_the_sweep_fails(page, step, caplog):
    page.append(SetStatus("api", Status.OUTAGE))
    # given a Redis for visitors whose memory is full
    full = mock.patch.object(artifacts, step, side_effect=redis.OutOfMemoryError)
    with full:
        sweep.sweep()
    # then the step that failed is said, and the broker has the ring
    assert "OutOfMemoryError" in caplog.text
    rings = artifacts.cache_redis().lrange("drain", 0, -1)
    assert any(page.id.encode() in ring for ring in rings)
