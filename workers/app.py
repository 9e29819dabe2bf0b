"""The Celery application: wiring only. Every setting has its reason beside it."""

from typing import Any

from celery import Celery
from celery.signals import worker_process_init

from domain.store.artifacts import cache_redis
from domain.store.engine import sync_engine
from domain.store.settings import load_settings, require_stack
from workers.schedule import QUEUES, schedule

settings = require_stack(load_settings())

app = Celery("hepstatus", broker=settings.broker_url, include=["workers.tasks"])
app.conf.update(
    task_ignore_result=True,  # outcomes are rows in Postgres, announced on a channel
    task_acks_late=False,  # a doorbell that is lost is repaired by the sweep, not by redelivery
    worker_prefetch_multiplier=1,  # a child that drains holds no other page's doorbell back
    task_default_queue=QUEUES[0],
    task_create_missing_queues=True,
    broker_channel_error_retry=True,  # Redis out of memory is an outage, not the worker's end
    broker_connection_retry_on_startup=True,  # a worker may be started before its broker
    broker_connection_max_retries=None,  # and waits for it however long it is gone
    broker_transport_options={
        "socket_connect_timeout": 2,
        # A frozen broker is noticed; must exceed the time for which a queue read blocks.
        "socket_timeout": 10,
        "socket_keepalive": True,
        "health_check_interval": 5,
    },
    broker_heartbeat=0,  # AMQP only
    worker_cancel_long_running_tasks_on_connection_loss=False,  # a drain finishes without a broker
    worker_send_task_events=False,  # nobody listens
    worker_hijack_root_logger=False,
    worker_max_tasks_per_child=None,  # children hold nothing that grows
    event_queue_expires=60,
    task_soft_time_limit=None,  # rule 1: nothing limits a drain's time
    beat_scheduler="celery.beat:Scheduler",  # in memory: no file that a crash can spoil
    beat_max_loop_interval=1,
    beat_schedule=schedule(settings.sweep_s),
    timezone="UTC",
    enable_utc=True,
)


@worker_process_init.connect
def forget_inherited_connections(**_: Any) -> None:  # noqa: ANN401 - what Celery's signal passes
    """A forked child must not share its parent's sockets."""
    sync_engine().dispose(close=False)
    cache_redis().connection_pool.reset()
