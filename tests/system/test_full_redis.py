"""A Redis that takes nothing more: the worker goes on once there is room, as it was before."""

import psutil
import pytest

from domain.store.broker import worker_task_sender
from tests.support.faults.breaking import SOON_S, Behind
from tests.support.inside import inside
from tests.support.stack import wait_until

pytestmark = pytest.mark.system

DOORBELLS = 30  # each had the consumer begin anew, and leave two connections


def test_worker_leaves_no_connection_open_when_redis_is_full(own_system, own_actors):
    # given doorbells that wait for a worker
    page, behind = own_actors.page("API"), Behind(own_system)
    mon, vi = own_actors.monitor(page), own_actors.visitor(page)
    main = psutil.Process(own_system.child("worker1").descendants()[0]).parent()
    before = connections_of(main)
    main.suspend()
    with inside(own_system):
        for number in range(DOORBELLS):
            worker_task_sender().request_drain(f"p_{number}")
    # when it takes them from a Redis that is full
    behind.redis.config_set("maxmemory", 1)
    main.resume()
    wait_until(lambda: not behind.redis.llen("drain"), "all are taken", SOON_S)
    # then it has the connections that it had, and works once there is room
    assert connections_of(main) <= before
    behind.redis.config_set("maxmemory", 0)
    mon.toggle("API", "outage")
    vi.wait_for(lambda shown: shown["components"][0]["status"] == "outage", "it shows", SOON_S)
    assert connections_of(main) <= before


def connections_of(process):
    """How many connections a process has open."""
    return len(process.net_connections("tcp"))
