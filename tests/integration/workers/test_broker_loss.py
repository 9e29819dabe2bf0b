"""What the worker does to its connection once the broker is gone: whatever it raises ends it."""

import contextlib

import pytest
from kombu import Consumer
from kombu.common import ignore_errors
from kombu.exceptions import OperationalError

from ops.local.child import LogFolder
from ops.local.embedded.server import RedisServer
from tests.support.faults.breaking import NOBODY

FETCHED = 2


@pytest.fixture
def broker(tmp_path):
    """A Redis that may be killed."""
    server = RedisServer(tmp_path, LogFolder(tmp_path / "log"), lambda _child: None)
    server.start()
    yield server
    server.stop()


def test_connection_is_tried_every_second_however_long_the_broker_is_gone(store):
    # given a broker that is not there
    from workers.app import app

    intervals = []
    # when a worker connects, as celery.worker.consumer.Consumer.ensure_connected does
    with pytest.raises(OperationalError):
        app.connection_for_read(NOBODY).ensure_connection(
            lambda _error, interval: intervals.append(interval), 3
        )
    # then it does not wait ever longer
    assert intervals == [1.0, 1.0, 1.0]


def test_connection_closes_quietly_when_its_broker_died_with_doorbells_fetched(store, broker):
    # given a connection as a worker has it: a mailbox, doorbells that no process has begun, and a
    # read under way
    from workers.app import app

    connection = app.connection_for_read(broker.url)
    channel = connection.default_channel
    channel.basic_qos(0, FETCHED + 1, apply_global=False)
    fetched = []
    queue = app.amqp.queues["drain"]
    Consumer(channel, [queue], callbacks=[lambda _, message: fetched.append(message)]).consume()
    app.control.mailbox.Node("worker", channel=connection.channel()).listen()
    for _ in range(FETCHED):
        app.send_task("drain", ["p_x"], queue="drain", connection=connection)
    while len(fetched) < FETCHED:
        connection.drain_events(timeout=2)
    with contextlib.suppress(TimeoutError):
        connection.drain_events(timeout=0.05)
    # when the broker dies, and the worker cleans up as
    # celery.worker.consumer.Consumer.on_connection_error_after_connected does
    broker.child.kill()
    with contextlib.suppress(Exception):
        connection.collect()
    # then nothing is raised that the worker does not expect
    ignore_errors(connection, connection.close)
