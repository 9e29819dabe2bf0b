"""The clock on a real store: what is due is appended once, with its time, however many beats."""

import subprocess
import sys
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from sqlalchemy import text

from domain.page.commands import (
    ChangeIncident,
    FinishMaintenance,
    ScheduleMaintenance,
    StartMaintenance,
)
from domain.results import Outcome
from domain.runtime.new_ids import new_id
from domain.store.postgres.due import all_due
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.incidents import incident_of
from tests.support.drained_page import DrainedPage
from tests.support.faults.breaking import at_once
from workers import clock

pytestmark = pytest.mark.usefixtures("store")
HOUR = timedelta(hours=1)


@pytest.fixture
def page():
    return DrainedPage("api")


@pytest.fixture
def now():
    return datetime.now(UTC).replace(microsecond=0)


def plan(page, start, end, **more):
    """Plan a window of the page's leaf; its id."""
    window = new_id("i")
    page.append(
        ScheduleMaintenance(window, new_id("u"), "Disks", start, end, None, ("api",), **more)
    )
    page.drain()
    return window


def beat(page, times=1):
    """Let so many beats keep time at once, then drain; how many commands that made."""
    before = page.head()
    at_once(times, lambda _: clock.keep_time())
    page.drain()
    return page.head() - before


BEATS = """
import sys
from workers.clock import keep_time
for _ in sys.stdin:
    for _ in range(40):
        keep_time()
    print("kept", flush=True)
"""


def beats(store):
    """A process that keeps time forty times at every line that it reads."""
    command = [sys.executable, "-c", BEATS]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    return subprocess.Popen(command, env=store.env, text=True, **pipes)


def tell(processes):
    """Let all of them keep time at once; what they say when they have."""
    for process in processes:
        print("go", file=process.stdin, flush=True)
    return [process.stdout.readline() for process in processes]


def window_of(page, incident_id):
    with sync_engine().connect() as conn:
        return incident_of(conn, page.id, incident_id)


def forget_keys(page):
    """What `clean` does after 24 hours."""
    with sync_engine().begin() as conn:
        conn.execute(text("DELETE FROM idempotency WHERE stream_id = :id"), {"id": page.id})


def dues_of(page):
    with sync_engine().connect() as conn:
        return [due for due in all_due(conn, 10_000) if due.stream_id == page.id]


def test_window_is_in_the_past_as_planned_when_ten_beats_come_late(page, now):
    # given a window that was over before anybody looked
    start, end = now - 2 * HOUR, now - HOUR
    window = plan(page, start, end)
    # when ten beats come at once, twice, and once more
    assert [beat(page, 10), beat(page, 10), beat(page)] == [1, 1, 0]
    # then it began and ended when it was planned
    found = window_of(page, window)
    assert (found.started_at, found.resolved_at) == (start, end)
    assert [(claim.from_at, claim.until_at) for claim in found.claims] == [(start, end)]
    # and its commands say who asked, and when they were due
    with sync_engine().connect() as conn:
        rows = conn.execute(
            text(
                "SELECT kind, actor, due_at FROM commands WHERE stream_id = :id AND actor = :who"
                " ORDER BY seq"
            ),
            {"id": page.id, "who": "clock"},
        ).all()
    assert [tuple(row) for row in rows] == [
        ("StartMaintenance", "clock", start), ("FinishMaintenance", "clock", end),
    ]  # fmt: skip


def test_window_begins_and_ends_once_when_beats_are_processes_of_their_own(page, now, store):
    # given three machines that keep time for a while, as often as they are told
    start, end = now - 2 * HOUR, now - HOUR
    window, before = plan(page, start, end), page.head()
    with ExitStack() as machines:
        found = [machines.enter_context(beats(store)) for _ in range(3)]
        for _ in range(2):
            assert tell(found) == ["kept\n"] * 3
            page.drain()
    assert [process.returncode for process in found] == [0, 0, 0]
    # then each instant was told once
    assert page.head() - before == 2
    told = window_of(page, window)
    assert (told.started_at, told.resolved_at) == (start, end)


def test_younger_window_starts_when_an_older_one_makes_the_clock_raise(page, now, caplog):
    older = plan(page, now - 2 * HOUR, now + HOUR)
    younger = plan(page, now - HOUR, now + HOUR)
    build_command = clock.build_command

    def odd(due):
        if due.id == older:
            raise KeyError(due.kind)
        return build_command(due)

    with mock.patch.object(clock, "build_command", odd):
        assert beat(page) == 1
    assert window_of(page, younger).started_at == now - HOUR
    assert older in caplog.text
    # and the older one, once it can
    assert beat(page) == 1


def test_nothing_changes_when_the_keys_are_forgotten(page, now):
    window = plan(page, now - 2 * HOUR, now - HOUR)
    # given a beat that saw the window wait, and one that saw it run
    seen = dues_of(page)
    beat(page)
    seen += dues_of(page)
    beat(page)
    before = window_of(page, window)
    forget_keys(page)
    # when they act after all
    assert [clock.tell(due) for due in seen] == [True, True]
    page.drain()
    # then decide refuses them
    head = page.head()
    assert {page.receipt(seq).outcome for seq in (head - 1, head)} == {Outcome.REFUSED}
    assert window_of(page, window) == before
    assert beat(page) == 0


def test_nothing_is_due_when_start_or_end_is_switched_off(page, now):
    plan(page, now - 2 * HOUR, now - HOUR, auto_start=False)
    assert beat(page) == 0
    plan(page, now - 2 * HOUR, now - HOUR, auto_end=False)
    assert [beat(page), beat(page)] == [1, 0]


def test_nothing_is_due_when_it_is_planned_for_later(page, now):
    plan(page, now + HOUR, now + 2 * HOUR)
    assert beat(page) == 0
    plan(page, now - HOUR, now + HOUR)
    assert [beat(page), beat(page)] == [1, 0]


def test_planned_end_is_not_due_when_the_owner_started_after_it(page, now):
    window = plan(page, now - 2 * HOUR, now - HOUR, auto_start=False)
    page.append(StartMaintenance(window, new_id("u")))
    page.drain()
    assert beat(page) == 0


def test_window_starts_when_it_is_planned_again_for_an_instant_that_was_refused(page, now):
    # given a start that was overtaken by a change of the plan
    window = plan(page, now - HOUR, now + HOUR)
    page.append(ChangeIncident(window, scheduled_start=now + HOUR / 2))
    assert beat(page) == 1
    assert page.receipt(page.head()).outcome is Outcome.REFUSED
    assert beat(page) == 0
    # when the owner changes her mind
    page.append(ChangeIncident(window, scheduled_start=now - HOUR))
    page.drain()
    # then it starts after all, once
    assert [beat(page, 2), beat(page)] == [1, 0]
    assert window_of(page, window).started_at == now - HOUR


def test_old_end_is_not_due_when_a_running_window_is_planned_anew(page, now):
    window = plan(page, now - 2 * HOUR, now - HOUR)
    beat(page)
    page.append(ChangeIncident(window, scheduled_end=now + HOUR))
    assert beat(page) == 1  # the end was due by what was saved; decide knew better
    assert page.receipt(page.head()).outcome is Outcome.REFUSED
    page.append(FinishMaintenance(window, new_id("u")))
    page.drain()
    assert beat(page) == 0
