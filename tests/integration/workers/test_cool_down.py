"""Rests: one ring is outstanding until its drain is done, and a busy stream waits a moment longer.

Source: docs/architecture.md, "One ring at a time"; docs/decisions/0009-rests.md.
"""

from dataclasses import replace
from unittest import mock

import pytest

from domain.page.commands import SetStatus
from domain.results import Outcome
from domain.status import Status
from domain.store.broker import worker_task_sender
from domain.store.postgres.command_log import Settlement
from domain.store.redis.publisher import cache_redis
from tests.support.drained_page import DrainedPage
from tests.support.faults.breaking import SOON_S
from tests.support.stack import wait_until
from workers import drain

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def page():
    return DrainedPage("api")


def toggle(status):
    return SetStatus("api", Status(status))


def shown(page):
    return [leaf["status"] for leaf in page.published()[1]["components"]]


def waiting_rings(page):
    messages = cache_redis().lrange("drain", 0, -1)
    return sum(page.id.encode() in message for message in messages)


def test_stream_rests_as_long_as_it_worked_when_much_had_come():
    settled = [Settlement(seq, Outcome.APPLIED) for seq in range(drain.BUSY_COMMANDS)]
    batch = drain.Batch(mock.sentinel.stream, settled, ())
    assert drain.compute_cool_down(batch, 0.03) == 0.03
    assert drain.compute_cool_down(batch, 60) == drain.COOL_DOWN_MAX_S
    assert drain.compute_cool_down(replace(batch, settled=settled[1:]), 0.03) == 0


def test_one_ring_comes_after_the_rest_when_others_ring_meanwhile(page):
    # given a ring that is to come after a rest
    bell = worker_task_sender()
    before = waiting_rings(page)
    bell.answer(page.id)
    bell.request_drain(page.id, after_s=0.2)
    # when writers ring meanwhile, then nobody hears them
    for _ in range(5):
        bell.request_drain(page.id)
    assert waiting_rings(page) == before
    # and it comes, once
    wait_until(lambda: waiting_rings(page) == before + 1, "it rings", SOON_S)
    bell.request_drain(page.id)
    assert waiting_rings(page) == before + 1


def test_what_came_during_a_drain_is_rung_for_once_when_it_is_done(page, monkeypatch):
    # given commands that are appended, and rung for, while a drain publishes
    page.append(toggle("degraded"))
    show, bell = drain.show, worker_task_sender()
    bell.answer(page.id)
    bell.request_drain(page.id)
    before = waiting_rings(page)

    def show_while_others_write(*args):
        for status in ("outage", "partial"):
            page.append(toggle(status))
            bell.request_drain(page.id)
        return show(*args)

    monkeypatch.setattr(drain, "show", show_while_others_write)
    drain.drain_stream(page.id)
    # then one ring is on its way for all of them, and leads to what they said
    assert waiting_rings(page) == before + 1
    monkeypatch.undo()
    drain.drain_stream(page.id)
    assert shown(page) == ["partial"]
