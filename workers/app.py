"""The Celery application: wiring only. Every setting has its reason beside it."""

import sys
from typing import Any

from celery import Celery
from celery.signals import (
    beat_init,
    celeryd_after_setup,
    setup_logging,
    worker_process_init,
    worker_process_shutdown,
    worker_shutdown,
)
from kombu.transport.redis import Channel

from domain.runtime import memory, metrics_folder
from domain.runtime.logging import start_lines
from domain.runtime.settings import settings_or_exit
from domain.store.redis.keys import QUEUES
from workers import permits
from workers.schedule import schedule

ROLE = "beat" if "beat" in sys.argv else "worker"
settings = settings_or_exit()
memory.start_loading()
memory.give_back_large_blocks()  # each child is forked from this process
IS_COUNTED = ROLE == "worker" and "worker" in sys.argv and settings.worker_metrics_port > 0
if IS_COUNTED:  # before anything imports prometheus_client
    metrics_folder.prepare("worker", settings)

# Beat sends tasks by their names; what they do, and with what, is for workers to know.
TASKS = [] if ROLE == "beat" else ["workers.tasks"]
app = Celery(
    "hepstatus",
    broker=settings.broker_url,
    include=TASKS,
    amqp="workers.celery_patches.connection:Amqp",  # see there
)
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
        # The sweep repairs lost doorbells: none is noted as fetched, which spares a write for each.
        # On a full Redis that write failed, and left two connections open each time.
        "ack_emulation": False,
        "socket_connect_timeout": 2,
        # A frozen broker is noticed; must exceed the time for which a queue read blocks.
        "socket_timeout": 10,
        "socket_keepalive": True,
        "health_check_interval": 5,
    },
    broker_heartbeat=0,  # AMQP only
    worker_cancel_long_running_tasks_on_connection_loss=False,  # a drain finishes without a broker
    worker_send_task_events=False,  # nobody listens
    worker_pool="workers.celery_patches.pool:Pool",  # see there
    worker_max_tasks_per_child=None,  # children hold nothing that grows
    event_queue_expires=60,
    # Nothing limits a drain's time: docs/architecture.md, "The message is a doorbell".
    task_soft_time_limit=None,
    beat_scheduler="workers.celery_patches.scheduler:Scheduler",  # see there
    beat_max_loop_interval=1,
    beat_schedule=schedule(settings.sweep_s),
    timezone="UTC",
    enable_utc=True,
)
# A doorbell that was fetched and not begun is the sweep's business. kombu 5.7 puts it back, and if
# the broker is gone does so on a connection that it has cleared: an AttributeError that ends the
# worker, where it should connect again. See tests/integration/workers/test_broker_loss.py.
Channel.do_restore = False


@setup_logging.connect
def speak_as_one(**_: Any) -> None:  # noqa: ANN401 - what Celery's signal passes
    """Send Celery's lines through the same formatter as ours."""
    start_lines(ROLE)


@worker_process_init.connect
def forget_inherited_connections(**_: Any) -> None:  # noqa: ANN401 - what Celery's signal passes
    """A forked child must not share its parent's sockets."""
    from domain.store.postgres.engine import sync_engine  # noqa: PLC0415 - and starts in half the time
    from domain.store.redis.publisher import cache_redis  # noqa: PLC0415 - beat has no such sockets

    sync_engine().dispose(close=False)
    cache_redis().connection_pool.reset()


@celeryd_after_setup.connect
@beat_init.connect
def end_loading(**_: Any) -> None:  # noqa: ANN401 - what Celery's signal passes
    """Look for garbage from now on: all modules are imported, and no child is forked yet."""
    memory.end_loading()


@celeryd_after_setup.connect
def share_permits(instance: Any, **_: Any) -> None:  # noqa: ANN401 - what Celery's signal passes
    """Make what the pool's processes share: now its size is known, and none is forked yet."""
    permits.share(instance.concurrency)


@celeryd_after_setup.connect
def show_figures(**_: Any) -> None:  # noqa: ANN401 - what Celery's signal passes
    """Show the figures of the pool's children from the main process, which drains nothing.

    Lines have their form by now, as at `worker_init` they have not, and no child is forked yet.
    """
    if IS_COUNTED:
        from workers.metrics import start  # noqa: PLC0415 - the folder has to be there first

        start(settings)


@worker_process_shutdown.connect
def forget_process(pid: int, **_: Any) -> None:  # noqa: ANN401 - what Celery's signal passes
    """Take a child that has ended out of the figures."""
    if IS_COUNTED:
        from domain.runtime import metrics_exporter  # noqa: PLC0415 - the folder has to be there

        metrics_exporter.forget_process(pid)


@worker_shutdown.connect
def leave_nothing(**_: Any) -> None:  # noqa: ANN401 - what Celery's signal passes
    """Remove the folder of the figures."""
    metrics_folder.forget()
