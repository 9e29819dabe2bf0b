"""The broker: Celery messages that hold ids only; a lost one loses no data.

This is the only module in which Celery is a producer. The sweep repairs lost messages.
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
from domain.store.health import queue_lengths
from domain.store.redis import keys

log = logging.getLogger(__name__)

DRAIN, ON_DEMAND, REPAIR = "drain", "cold", "repair"
REPAIR_MAX = 10  # messages: the list of pages behind is in Postgres, not in a queue
PAGE_PREFIX = "p_"
REQUEST_ID = "hepstatus_request_id"  # the header of a message
# A lost outstanding message suppresses others no longer than the sweep's period.
OUTSTANDING_MS = 2_000
REPAIR_OUTSTANDING_MS = 200  # so long one process is enough for all requested repairs
REQUESTED_MAX = 10_000  # requested repairs of some 50 bytes each; the sweep does the oldest
# A stream with constant writes has an artifact rendered again no more often than this.
REFRESH_S = 2.0
EXPIRES_S = 10  # a message that no worker took for so long is left to the sweep
LIMIT_S = 0.1  # a send may take no longer
PAUSE_S = 1.0  # after a failure no message is sent for so long
QUEUED_MAX = 10_000
LATE_MAX = 200  # delayed messages of a process, each in a thread
IN_TIME_S = 0.6  # a visitor waits a second: requests older than this may come too late
# A request that waits keeps its place. KEYS: requests, their message. ARGV: target, maximum, now,
# seconds in time, seconds until expiry, milliseconds of the message.
_REQUEST = """
local since = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not since or since + ARGV[4] < tonumber(ARGV[3]) then
  redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
end
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -ARGV[2] - 1)
redis.call('EXPIRE', KEYS[1], ARGV[5])
return redis.call('SET', KEYS[2], '1', 'NX', 'PX', ARGV[6]) and 1 or 0
"""
Send = Callable[[], None]
UNREACHABLE = (redis.RedisError, OperationalError, OSError)  # the errors of an unreachable broker


class TaskSender:
    """Sends tasks. Calls may block for `timeout_s` and raise the broker's errors."""

    def __init__(self, settings: Settings, timeout_s: float) -> None:
        """Connect lazily to the broker of `settings`."""
        # Most verbs of the operator's command send no task: without Celery they start a third
        # sooner.
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

    def request_drain(self, stream_id: str, after_s: float = 0.0, *, anyway: bool = False) -> None:
        """Send a drain of a stream, unless one is outstanding.

        With `anyway` it is sent even then: the outstanding message may be lost. With `after_s` it
        is sent after so many seconds, and counts as outstanding until then; if this process ends
        earlier, the sweep does the work.
        """
        if not (self._mark_outstanding(stream_id) or anyway):
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
        """Send a message in `after_s` seconds; beyond `LATE_MAX` nothing is sent.

        The sweep does such work, and that of a process that ends earlier.
        """
        if self._late.acquire(blocking=False):
            job = [task, args, queue_name, request_id]
            timer = threading.Timer(after_s, self._send_late, job)
            timer.daemon = True
            timer.start()

    def _send_late(self, task: str, args: Sequence[str], *more: Any) -> None:  # noqa: ANN401 - as `send`
        self._late.release()
        try:
            self.send(task, args, *more)
        except UNREACHABLE as error:
            log.warning("can't send %s %s: %s", task, args, error)

    def request_artifact(self, page_id: str, name: str, request_id: str | None = None) -> None:
        """Request an on-demand artifact of a page, for the first request's id."""
        if self._mark_outstanding(f"{page_id}:{name}"):
            self.send("render_cold", [page_id, name], ON_DEMAND, request_id)

    def request_refresh(self, page_id: str, name: str) -> None:
        """Request an artifact that has an older one: now, or in `REFRESH_S` if it was requested.

        A request that is on its way is enough.
        """
        key, lasts_ms = keys.refresh_key(page_id, name), int(REFRESH_S * 1_000)
        if self.broker.set(key, "1", nx=True, px=lasts_ms):
            self.request_artifact(page_id, name)
        elif self.broker.set(f"{key}:again", "1", nx=True, px=lasts_ms):
            self.send_after("render_cold", [page_id, name], ON_DEMAND, REFRESH_S)

    def request_preview(self, preview_id: str, request_id: str | None = None) -> None:
        """Request the preview of a write."""
        self.send("rehearse", [preview_id], ON_DEMAND, request_id)

    def request_repair(self, target: str, request_id: str | None = None) -> None:
        """Request the publication of a page id, or a host and its page.

        The processes that the messages reach take all requests from Redis: after a flush a message
        each would cost as much as the repair.
        """
        names = (keys.REQUESTED_REPAIRS, keys.ring_key(REPAIR))
        times = (time.time(), IN_TIME_S, EXPIRES_S, REPAIR_OUTSTANDING_MS)
        if self.broker.eval(_REQUEST, len(names), *names, target, REQUESTED_MAX, *times):
            self.send(repair_task(target), [target], REPAIR, request_id)

    def request_repair_behind(self) -> None:
        """Request the publication of everything behind, unless `REPAIR_MAX` are queued."""
        if self.lengths([REPAIR])[REPAIR] < REPAIR_MAX:
            self.send("repair_behind", [], REPAIR)

    def answer(self, target: str) -> None:
        """Note that the work begins: later requests are for later changes."""
        self.broker.delete(keys.ring_key(target))

    def lengths(self, queues: Iterable[str]) -> Mapping[str, int]:
        """Return the number of queued messages, by queue. Raises the broker's errors."""
        return queue_lengths(self.broker, queues)

    def is_reachable(self) -> bool:
        """Tell whether the broker answers."""
        try:
            return bool(self.broker.ping())
        except UNREACHABLE:
            return False

    def _mark_outstanding(self, target: str) -> bool:
        if not self._coalesce:
            return True
        return bool(self.broker.set(keys.ring_key(target), "1", nx=True, px=OUTSTANDING_MS))

    def send(
        self, task: str, args: Sequence[str], queue_name: str, request_id: str | None = None
    ) -> None:
        """Send a message. Raises the broker's errors."""
        # A header, not an argument: workers of an older build ignore it.
        headers = {REQUEST_ID: request_id} if request_id else None
        self._celery.send_task(
            task, list(args), queue=queue_name, expires=EXPIRES_S, retry=False, headers=headers
        )


class TaskSenderThread:
    """Sends tasks from its own thread; never blocks or raises, counts failures."""

    def __init__(self, settings: Settings) -> None:
        """Start the thread; it ends with the process."""
        self.failures = 0
        self._doorbell = TaskSender(settings, LIMIT_S)
        self._requests: queue.Queue[Send] = queue.Queue(QUEUED_MAX)
        self._paused_until = 0.0
        threading.Thread(target=self._run, name="doorbell", daemon=True).start()

    def request_drain(self, stream_id: str) -> None:
        """Queue a drain."""
        self._put(partial(self._doorbell.request_drain, stream_id))

    def request_artifact(self, page_id: str, name: str) -> None:
        """Queue the request for an on-demand artifact."""
        self._put(partial(self._doorbell.request_artifact, page_id, name, request_id_in_context()))

    def request_refresh(self, page_id: str, name: str) -> None:
        """Queue the request for an artifact that has an older one."""
        self._put(partial(self._doorbell.request_refresh, page_id, name))

    def request_repair(self, target: str) -> None:
        """Queue the publication of a page or host that Redis has lost."""
        self._put(partial(self._doorbell.request_repair, target, request_id_in_context()))

    def request_preview(self, preview_id: str) -> None:
        """Queue the preview of a write."""
        self._put(partial(self._doorbell.request_preview, preview_id, request_id_in_context()))

    def _put(self, send: Send) -> None:
        try:
            self._requests.put_nowait(send)
        except queue.Full:
            self._failed()

    def _failed(self) -> None:
        self.failures += 1
        metrics.SENDS_FAILED.inc()

    def _run(self) -> None:
        while True:
            send = self._requests.get()
            if time.monotonic() < self._paused_until:
                self._failed()
                continue
            self._try(send)

    def _try(self, send: Send) -> None:
        try:
            send()
        except UNREACHABLE as error:
            self._failed()
            self._paused_until = time.monotonic() + PAUSE_S
            log.warning("doorbell failed (%d so far): %s", self.failures, error)
        except Exception:  # no other thread sends
            self._failed()
            log.exception("ringing made us raise")


def repair_task(target: str) -> str:
    """Return the name of the task that repairs a page id or a host."""
    return "repair" if target.startswith(PAGE_PREFIX) else "repair_host"


def request_id_in_context() -> str | None:
    """Return the id of the current request, if any."""
    # Processes with requests have logging; the operator's command has neither, and starts sooner.
    from domain.runtime.logging import current_request_id  # noqa: PLC0415 - see above

    return current_request_id()


@cache
def worker_task_sender() -> TaskSender:
    """Return the task sender of a worker or command process, limited to 2 s."""
    return TaskSender(load_settings(), timeout_s=2.0)
