"""The thread that rings in a web process goes on, whatever a ring raises."""

import threading
from unittest import mock

from domain.runtime.settings import Settings
from domain.store.broker import TaskSender, TaskSenderThread

NEVER = "redis://127.0.0.1:1/0"  # nobody listens there


def test_next_ring_is_heard_when_one_raised_what_nobody_expects(caplog):
    # given a ring that raises no outage
    heard = threading.Event()
    settings = Settings(database_url="unused", broker_url=NEVER, cache_url=NEVER)

    def odd(_, stream_id):
        if stream_id == "p_odd":
            raise ZeroDivisionError
        heard.set()

    with mock.patch.object(TaskSender, "request_drain", odd):
        thread = TaskSenderThread(settings)
        thread.request_drain("p_odd")
        thread.request_drain("p_next")
        # then the next one rings, and the odd one is counted and said
        assert heard.wait(10)
    assert thread.failures == 1
    assert "ZeroDivisionError" in caplog.text
