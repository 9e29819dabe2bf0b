"""What the sweep finds on a real store: every page that is behind has its turn."""

from unittest import mock

import pytest
import redis
from sqlalchemy import text

from domain.page.commands import SetStatus
from domain.status import Status
from domain.store import artifacts
from domain.store.engine import sync_engine
from tests.support.drained_page import DrainedPage
from tests.support.stack import wait_until
from workers import sweep

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def page():
    return DrainedPage("api")


def test_every_page_has_its_turn_when_more_are_behind_than_a_sweep_takes():
    # given pages that stay behind, whatever is rung for
    pages = {DrainedPage("api").id for _ in range(3)}
    with sync_engine().begin() as conn:
        stale = text("UPDATE pages SET published_build = 'another' WHERE id = ANY(:ids)")
        conn.execute(stale, {"ids": list(pages)})
    all_behind = sweep.behind(artifacts.epoch())
    # when sweeps take a few of them at a time
    found = set()

    def is_over():
        found.update(sweep.behind(artifacts.epoch()))
        return pages <= found

    with mock.patch.object(sweep, "PAGES_A_SWEEP", max(len(all_behind) // 3, 1)):
        # then none of them hides another
        wait_until(is_over, "each has been rung for")


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
