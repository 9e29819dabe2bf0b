"""Fairness by cost: pages whose drains are long leave a process of the pool to all others."""

import threading
import time
from contextlib import contextmanager
from itertools import pairwise
from statistics import median

import pytest

from tests.support.faults.breaking import SOON_S, Behind
from tests.support.stack import System, wait_until

pytestmark = [pytest.mark.system, pytest.mark.slow]

DRAIN_S, WRITES = 5, 8
RESPOND_ASYNC = {"Prefer": "respond-async"}


@pytest.fixture(scope="module")
def system(tmp_path_factory, stack_template):
    """A system with a pool of the size that is the product's default."""
    env = {"WORKER_CONCURRENCY": ""}
    with System(tmp_path_factory.mktemp("fair"), template=stack_template, env=env) as system:
        yield system.start_all()


def make_slow(behind, pages, seconds):
    """Make each drain of these pages that applies something take so long."""
    ids = ", ".join(f"'{page.id}'" for page in pages)
    behind.sql(
        "CREATE OR REPLACE FUNCTION take_long() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN PERFORM pg_sleep({seconds}); RETURN NEW; END $$"
    )
    behind.sql("DROP TRIGGER IF EXISTS take_long ON pages")
    behind.sql(
        "CREATE TRIGGER take_long BEFORE UPDATE ON pages FOR EACH ROW"
        f" WHEN (NEW.id IN ({ids}) AND NEW.applied_seq > OLD.applied_seq)"
        " EXECUTE FUNCTION take_long()"
    )


@contextmanager
def written_to(monitors):
    """Have each page written to every second."""
    is_over = threading.Event()

    def write():
        turn = 0
        while not is_over.wait(1):
            turn += 1
            for mon in monitors:
                mon.toggle("api", ("outage", "operational")[turn % 2], headers=RESPOND_ASYNC)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        is_over.set()
        writer.join()


def test_write_is_published_within_a_second_when_two_pages_take_five_seconds_a_drain(
    system, actors
):
    # given two pages that are written to every second, each of whose drains takes five seconds
    behind = Behind(system)
    slow, quick = [actors.page("api") for _ in range(2)], actors.page("api")
    mon = actors.monitor(quick)
    mon.toggle("api", "degraded")
    make_slow(behind, slow, DRAIN_S)
    with written_to([actors.monitor(page) for page in slow]):
        wait_until(lambda: len(sleepers(behind)) == 2, "both are drained", SOON_S)
        # when a third page is written to, over and over
        took = [write_s(mon, turn) for turn in range(WRITES)]
        for page in slow:
            wait_until(lambda p=page: len(drained_at(behind, p)) > 1, "it is drained again", SOON_S)
    # then it is published within a second, and never waits until a long drain is over
    assert median(took) < 1, took
    assert max(took) < DRAIN_S / 2, took
    # and a slow page has rested after each drain for as long as that took
    for page in slow:
        ends = drained_at(behind, page)
        assert min(later - earlier for earlier, later in pairwise(ends)) > 2 * DRAIN_S * 0.95, ends


def write_s(mon, turn):
    """Write, then wait a second; return how long it took until it was published."""
    began_at = time.monotonic()
    assert mon.toggle("api", ("outage", "operational")[turn % 2]).status_code in {200, 202}
    took_s = time.monotonic() - began_at
    time.sleep(1)
    return took_s


def drained_at(behind, page):
    """When each drain that applied toggles of a page was over, in Unix seconds."""
    rows = behind.sql(
        "SELECT DISTINCT extract(epoch FROM applied_at)::float FROM commands"
        " WHERE stream_id = :id AND kind = 'SetStatus' AND applied_at IS NOT NULL ORDER BY 1",
        id=page.id,
    )
    return [ended_at for (ended_at,) in rows]


def sleepers(behind):
    return behind.sql("SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
