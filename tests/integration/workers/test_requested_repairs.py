"""Repairs that visitors request: one message for many, and those in time first."""

import time
from unittest import mock

import pytest

from domain.store import broker
from domain.store.broker import REPAIR, worker_task_sender
from domain.store.redis import keys
from domain.store.work_queue import Job, repair_job, work_queue

pytestmark = pytest.mark.usefixtures("store")
PAGES = [f"p_{number:026}" for number in range(3)]


@pytest.fixture
def sender():
    sender = worker_task_sender()
    names = (REPAIR, keys.WAITING_JOBS, keys.REQUESTED_REPAIRS, keys.ring_key(REPAIR))
    sender.broker.delete(*names)
    yield sender
    sender.broker.delete(*names)


def take_all():
    return list(iter(work_queue().take, None))


def test_one_message_is_sent_when_many_pages_are_requested_at_once(sender):
    for page_id in PAGES:
        sender.request_repair(page_id)
    assert sender.lengths([REPAIR]) == {REPAIR: 1}
    assert work_queue().is_waited_for()


def request(sender, target, ago_s):
    with mock.patch.object(broker.time, "time", return_value=time.time() - ago_s):
        sender.request_repair(target)


def test_requests_in_time_are_taken_in_order_and_late_ones_after_them_newest_first(sender):
    # given requests in time and requests whose visitors have left, one of them requested again
    for target, ago_s in (("a.example.com", 3), (PAGES[0], 2), (PAGES[1], 1.5), (PAGES[2], 0.3)):
        request(sender, target, ago_s)
    for target in ("a.example.com", PAGES[2], "b.example.com"):
        sender.request_repair(target)
    # then one that waits has kept its place, and the one requested again is in time
    order = [PAGES[2], "a.example.com", "b.example.com", PAGES[1], PAGES[0]]
    assert take_all() == [repair_job(target) for target in order]
    assert repair_job("a.example.com") == Job("repair_host", ("a.example.com",), REPAIR)


def test_a_request_sends_a_message_again_when_a_process_found_nothing_left(sender):
    sender.request_repair(PAGES[0])
    assert take_all() == [repair_job(PAGES[0])]
    sender.request_repair(PAGES[1])
    assert sender.lengths([REPAIR]) == {REPAIR: 2}


def test_a_repair_that_begins_is_not_taken_again(sender):
    sender.request_repair(PAGES[0])
    work_queue().note_repair(PAGES[0])
    assert take_all() == []


def test_waiting_jobs_and_requested_repairs_take_turns(sender):
    # given as many waiting drains as requested repairs
    drains = [Job("drain", (f"p_{number}",), "drain", f"p_{number}") for number in range(40)]
    for drain in drains:
        work_queue().put(drain)
        sender.request_repair(drain.args[0])
    # when half of all are taken, then both kinds are among them
    taken = [work_queue().take() for _ in drains]
    assert {job.task for job in taken} == {"drain", "repair"}
