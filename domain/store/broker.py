"""The doorbell: a Celery message that holds a stream's id, no more. Losing it loses nothing.

The only place where Celery is a producer. The sweep repairs whatever was lost here.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from typing import Any

import redis
from kombu.exceptions import OperationalError

from domain.runtime import metrics
from domain.runtime.settings import Settings, load_settings, require_stack
from domain.store.postgres.health import queue_lengths
from domain.store.redis import keys

log = logging.getLogger(__name__)

DRAIN, COLD, REPAIR = "drain", "cold", "repair"
REPAIR_MAX = 10  # messages: who is behind is asked of Postgres, not kept in a queue
PAGE_PREFIX = "p_"
REQUEST_ID = "hepstatus_request_id"  # the header of a message
# An outstanding ring that got lost may keep others silent no longer than the sweep's period.
OUTSTANDING_MS = 2_000
EXPIRES_S = 10  # a doorbell that nobody heard for this long is the sweep's business
LIMIT_S = 0.1  # a ring may take no longer
PAUSE_S = 1.0  # after a failure nobody rings for this long
QUEUED_MAX = 10_000
LATE_MAX = 200  # messages of a process that wait for a moment to come, each in a thread
Ring = Callable[[], None]
UNREACHABLE = (redis.RedisError, OperationalError, OSError)  # what a broker that is gone raises


class Doorbell:
    """Rings for streams. Calls may block for `timeout_s` and raise what the broker raises."""

    def __init__(self, settings: Settings, timeout_s: float) -> None:
        """Connect lazily to the broker of `settings`."""
        # Most verbs of the operator's command never ring: they start a third sooner.
        from celery import Celery  # noqa: PLC0415 - see above

        url = require_stack(settings).broker_url
        limits = {"socket_timeout": timeout_s, "socket_connect_timeout": timeout_s}
        self.broker = redis.Redis.from_url(url, **limits)
        self._celery = Celery("doorbell", broker=url, set_as_current=False)
        self._celery.conf.update(
            # Connecting is tried once: kombu would wait two seconds before it looks at the limit.
            broker_transport_options={**limits, "max_retries": 0},
            broker_connection_timeout=timeout_s,
            broker_pool_limit=2,
            task_ignore_result=True,
            task_publish_retry=False,  # the sweep is the retry
        )
        self._coalesce = settings.ring_coalesce
        self._late = threading.BoundedSemaphore(LATE_MAX)

    def ring(self, stream_id: str, after_s: float = 0.0, *, anyway: bool = False) -> None:
        """Ask a worker to drain a stream, unless that has been asked for and not been done.

        With `anyway` in any case: of what was asked for nobody may know. After `after_s` seconds if
        given: nobody else rings meanwhile. A process that ends before leaves it to the sweep.
        """
        if not (self._is_first(stream_id) or anyway):
            return
        if after_s:
            self.send_after("drain", [stream_id], DRAIN, after_s)
        else:
            self.send("drain", [stream_id], DRAIN)

    def send_after(
        self,
        task: str,
        args: Sequence[str],
        queue_name: str,
        after_s: float,
        request_id: str | None = None,
    ) -> None:
        """Send a message in `after_s` seconds; of too many that wait here it is left to the sweep.

        A process that ends before leaves it to the sweep as well.
        """
        if self._late.acquire(blocking=False):
            job = [task, args, queue_name, request_id]
            later = threading.Timer(after_s, self._send_late, job)
            later.daemon = True
            later.start()

    def _send_late(self, task: str, args: Sequence[str], *more: Any) -> None:  # noqa: ANN401 - as `send`
        self._late.release()
        try:
            self.send(task, args, *more)
        except UNREACHABLE as error:
            log.warning("can't send %s %s: %s", task, args, error)

    def ring_cold(self, page_id: str, name: str, request_id: str | None = None) -> None:
        """Ask a worker for a cold artifact of a page; the request that asked first is named."""
        if self._is_first(f"{page_id}:{name}"):
            self.send("render_cold", [page_id, name], COLD, request_id)

    def ring_rehearsal(self, rehearsal_id: str, request_id: str | None = None) -> None:
        """Ask a worker to find out what a write would do."""
        self.send("rehearse", [rehearsal_id], COLD, request_id)

    def ring_repair(self, what: str, request_id: str | None = None) -> None:
        """Ask a worker to publish a page (its id), or a host and its page, that Redis has lost."""
        if self._is_first(repair_of(what)):
            task = "repair" if what.startswith(PAGE_PREFIX) else "repair_host"
            self.send(task, [what], REPAIR, request_id)

    def ring_behind(self) -> None:
        """Ask a worker to publish whatever is behind, unless that waits already."""
        if self.lengths([REPAIR])[REPAIR] < REPAIR_MAX:
            self.send("repair_behind", [], REPAIR)

    def answer(self, what: str) -> None:
        """Note that the work which was rung for begins: later rings are for what comes later."""
        self.broker.delete(keys.ring_key(what))

    def lengths(self, queues: Iterable[str]) -> Mapping[str, int]:
        """Return how many messages wait, by queue. Raises what the broker raises."""
        return queue_lengths(self.broker, queues)

    def is_reachable(self) -> bool:
        """Tell whether the broker answers."""
        try:
            return bool(self.broker.ping())
        except UNREACHABLE:
            return False

    def _is_first(self, what: str) -> bool:
        if not self._coalesce:
            return True
        return bool(self.broker.set(keys.ring_key(what), "1", nx=True, px=OUTSTANDING_MS))

    def send(
        self, task: str, args: Sequence[str], queue_name: str, request_id: str | None = None
    ) -> None:
        """Send a message. Raises what the broker raises."""
        # A header, not an argument: workers of an older build take no notice of it.
        headers = {REQUEST_ID: request_id} if request_id else None
        self._celery.send_task(
            task, list(args), queue=queue_name, expires=EXPIRES_S, retry=False, headers=headers
        )


class RingThread:
    """Rings from a thread of its own: never blocks the caller, never raises, counts failures."""

    def __init__(self, settings: Settings) -> None:
        """Start the thread; it ends with the process."""
        self.failures = 0
        self._doorbell = Doorbell(settings, LIMIT_S)
        self._waiting: queue.Queue[Ring] = queue.Queue(QUEUED_MAX)
        self._quiet_until = 0.0
        threading.Thread(target=self._run, name="doorbell", daemon=True).start()

    def ring(self, stream_id: str) -> None:
        """Ask for a drain, soon."""
        self._put(partial(self._doorbell.ring, stream_id))

    def ring_cold(self, page_id: str, name: str) -> None:
        """Ask for a cold artifact, soon."""
        self._put(partial(self._doorbell.ring_cold, page_id, name, asked_by()))

    def ring_repair(self, what: str) -> None:
        """Ask for a page, or a host, that Redis has lost, soon."""
        self._put(partial(self._doorbell.ring_repair, what, asked_by()))

    def ring_rehearsal(self, rehearsal_id: str) -> None:
        """Ask what a write would do, soon."""
        self._put(partial(self._doorbell.ring_rehearsal, rehearsal_id, asked_by()))

    def _put(self, ring: Ring) -> None:
        try:
            self._waiting.put_nowait(ring)
        except queue.Full:
            self._failed()

    def _failed(self) -> None:
        self.failures += 1
        metrics.RINGS_FAILED.inc()

    def _run(self) -> None:
        while True:
            ring = self._waiting.get()
            if time.monotonic() < self._quiet_until:
                self._failed()
                continue
            self._try(ring)

    def _try(self, ring: Ring) -> None:
        try:
            ring()
        except UNREACHABLE as error:
            self._failed()
            self._quiet_until = time.monotonic() + PAUSE_S
            log.warning("doorbell failed (%d so far): %s", self.failures, error)
        except Exception:  # this thread is the only one that rings
            self._failed()
            log.exception("ringing made us raise")


def repair_of(what: str) -> str:
    """Return what the ring for a page or a host that Redis has lost is known by."""
    return f"repair:{what}"


def asked_by() -> str | None:
    """Return the id of the request that is being answered, if one is."""
    # Whoever has requests has lines; the operator's command has neither, and starts sooner.
    from domain.runtime.logging import current_request_id  # noqa: PLC0415 - see above

    return current_request_id()


@cache
def worker_doorbell() -> Doorbell:
    """Return the doorbell of a worker or command process, which can afford to wait a little."""
    return Doorbell(load_settings(), timeout_s=2.0)
