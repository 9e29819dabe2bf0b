"""The Celery application.

Wiring only. Every setting has its reason beside it.
"""

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

from domain.runtime import startup
from domain.runtime.logging import configure_logging
from domain.runtime.settings import settings_or_exit
from domain.store.redis.keys import QUEUES
from workers import permits

CLEAN_S = 600
ARCHIVE_S = 3_600  # beat keeps no state: if it restarts daily, a daily task never runs
MOUNTS_S = 2.0  # maximal delay of a DNS lookup
CLOCK_S = 1.0  # maximal delay of a maintenance's start and end


def schedule(sweep_s: float) -> dict[str, dict[str, Any]]:
    """Return the schedule of beat.

    Sweep and clock never wait behind the drains of a storm: a worker reads its queues in turn.
    """
    return {
        "sweep": _every(sweep_s, "sweep", "beat"),
        "clock": _every(CLOCK_S, "clock", "beat"),
        "archive": _every(ARCHIVE_S, "archive", "beat"),
        "mounts": _every(MOUNTS_S, "check_mounts", "mounts"),
        "clean": _every(CLEAN_S, "clean", "beat"),
    }


def _every(seconds: float, task: str, queue: str) -> dict[str, Any]:
    # No `expires`: it compares the clocks of two machines. workers/celery_patches/scheduler.py
    # limits the messages that wait.
    return {
        "task": task,
        "schedule": seconds,
        "options": {"queue": queue, "ignore_result": True},
    }


ROLE = "beat" if "beat" in sys.argv else "worker"
settings = settings_or_exit()
if {"worker", "beat"} & set(sys.argv):  # not for other importers of this module
    startup.start_loading()
startup.return_large_blocks()  # each child is forked from this process
HAS_METRICS = ROLE == "worker" and "worker" in sys.argv and settings.worker_metrics_port > 0
if HAS_METRICS:  # before anything imports prometheus_client
    startup.create_metrics_folder("worker", settings)

# Beat sends tasks by name only, so it does not import them.
TASK_MODULES = [] if ROLE == "beat" else ["workers.tasks"]
app = Celery(
    "hepstatus",
    broker=settings.broker_url,
    include=TASK_MODULES,
    amqp="workers.celery_patches.connection:Amqp",  # see there
)
app.conf.update(
    task_ignore_result=True,  # outcomes are rows in Postgres, announced on a channel
    task_acks_late=False,  # a doorbell that is lost is repaired by the sweep, not by redelivery
    worker_prefetch_multiplier=1,  # a draining child reserves no other page's doorbell
    task_default_queue=QUEUES[0],
    task_create_missing_queues=True,
    broker_channel_error_retry=True,  # Redis out of memory must not end the worker
    broker_connection_retry_on_startup=True,  # a worker may be started before its broker
    broker_connection_max_retries=None,  # and retries without limit
    broker_transport_options={
        # The sweep repairs lost doorbells, so none is acknowledged, which saves a write for each.
        # On a full Redis that write failed, and left two connections open each time.
        "ack_emulation": False,
        "socket_connect_timeout": 2,
        # Detects a frozen broker; must exceed the time for which a queue read blocks.
        "socket_timeout": 10,
        "socket_keepalive": True,
        "health_check_interval": 5,
    },
    broker_heartbeat=0,  # AMQP only
    worker_cancel_long_running_tasks_on_connection_loss=False,  # drains need no broker
    worker_send_task_events=False,  # nothing consumes these events
    worker_pool="workers.celery_patches.pool:Pool",  # see there
    worker_max_tasks_per_child=None,  # no state of a child grows
    event_queue_expires=60,
    # A drain has no time limit: docs/architecture.md, "The message is a doorbell".
    task_soft_time_limit=None,
    beat_scheduler="workers.celery_patches.scheduler:Scheduler",  # see there
    beat_max_loop_interval=1,
    beat_schedule=schedule(settings.sweep_s),
    timezone="UTC",
    enable_utc=True,
)
# The sweep repairs a doorbell that was fetched and not started. kombu 5.7 would restore it; without
# a broker it uses a cleared connection, and an AttributeError ends the worker instead of a
# reconnect. See tests/integration/workers/test_broker_loss.py.
Channel.do_restore = False


@setup_logging.connect
def configure_celery_logging(**_: Any) -> None:  # noqa: ANN401 - Celery's signal arguments
    """Send Celery's log lines through the formatter of our own."""
    configure_logging(ROLE)


@worker_process_init.connect
def drop_inherited_connections(**_: Any) -> None:  # noqa: ANN401 - Celery's signal arguments
    """Drop connections of the parent: a forked child must not share its sockets."""
    from domain.store.postgres.engine import sync_engine  # noqa: PLC0415 - and starts in half the time
    from domain.store.redis.publisher import cache_redis  # noqa: PLC0415 - beat has no such sockets

    sync_engine().dispose(close=False)
    cache_redis().connection_pool.reset()


@celeryd_after_setup.connect
@beat_init.connect
def end_loading(**_: Any) -> None:  # noqa: ANN401 - what Celery's signal passes
    """Collect garbage again: all modules are imported, and no child is forked."""
    startup.end_loading()


@celeryd_after_setup.connect
def share_permits(instance: Any, **_: Any) -> None:  # noqa: ANN401 - Celery's signal arguments
    """Create the permits of the pool.

    Celery sends this signal when the size of the pool is known and before it forks a process.
    """
    permits.share(instance.concurrency)


@celeryd_after_setup.connect
def start_metrics_exporter(**_: Any) -> None:  # noqa: ANN401 - Celery's signal arguments
    """Serve the metrics of all children from the main process, which drains nothing.

    At this signal logging is configured, which it is not at `worker_init`, and no child is forked.
    """
    if HAS_METRICS:
        from domain.runtime import metrics  # noqa: PLC0415 - needs the folder
        from domain.store.health import BacklogCollector  # noqa: PLC0415 - as above
        from workers.render.build import build_id  # noqa: PLC0415 - as above

        backlog = BacklogCollector(settings, build_id())
        metrics.start_exporter(settings.metrics_bind, settings.worker_metrics_port, [backlog])


@worker_process_shutdown.connect
def forget_process(pid: int, **_: Any) -> None:  # noqa: ANN401 - Celery's signal arguments
    """Remove an ended child from the metrics."""
    if HAS_METRICS:
        from domain.runtime import metrics  # noqa: PLC0415 - the folder has to be there

        metrics.forget_process(pid)


@worker_shutdown.connect
def remove_metrics_folder(**_: Any) -> None:  # noqa: ANN401 - Celery's signal arguments
    """Remove the folder of the metrics."""
    startup.remove_metrics_folder()
