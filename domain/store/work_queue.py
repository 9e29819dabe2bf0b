"""Fairness by cost, on the broker: streams' cool-downs, and queued heavy work.

A cool-down is as long as the work before it, so a stream takes half of one process at most. All
keys expire: a killed worker leaves nothing to clean up.
"""

import time
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import msgspec
import redis

from domain.runtime.metrics import WORK_DEFERRED
from domain.store.broker import DRAIN, EXPIRES_S, worker_task_sender
from domain.store.redis import keys

LONG_WORK_MS = 100  # what takes longer is followed by a cool-down
# The duration of a drain that waited for a frozen server says nothing about its page.
COOL_DOWN_MAX_MS = 30_000
SLOW_TTL_S = 3_600  # a stream without writes for an hour counts as fast again
WAITING_MAX = 10_000  # jobs of some 100 bytes each; later ones are left to the sweep
DRAIN_TASK = "drain"

# The rest of earlier work counts too. KEYS: cool-down. ARGV: worked, long, longest, in ms.
_CHARGE = """
local left = math.max(redis.call('PTTL', KEYS[1]), 0)
local debt = math.min(left + ARGV[1], tonumber(ARGV[3]))
local is_resting = debt > tonumber(ARGV[2])
redis.call('SET', KEYS[1], is_resting and 'rest' or 'work', 'PX', math.max(math.floor(debt), 1))
return is_resting and 1 or 0
"""


class Job(msgspec.Struct, frozen=True, array_like=True):
    """A task with its arguments as in a message; `stream` names the cool-down."""

    task: str
    args: tuple[str, ...]
    queue: str
    stream: str = ""
    request_id: str | None = None


class StreamLoad(NamedTuple):
    """A stream's remaining cool-down in seconds, and whether its last drain was long."""

    cool_down_s: float
    is_slow: bool


@dataclass(frozen=True, slots=True)
class WorkQueue:
    """The state shared by the processes of all pools. Raises the broker's errors."""

    broker: redis.Redis

    def stream_load(self, stream_id: str) -> StreamLoad:
        """Return the load of a stream."""
        with self.broker.pipeline(transaction=False) as pipe:
            pipe.get(keys.cool_down_key(stream_id))
            pipe.pttl(keys.cool_down_key(stream_id))
            pipe.exists(keys.slow_key(stream_id))
            replies: list[Any] = pipe.execute()
        cool_down_ms = max(replies[1], 0) if replies[0] == b"rest" else 0
        return StreamLoad(cool_down_ms / 1000, bool(replies[2]))

    def charge(self, stream_id: str, worked_s: float) -> None:
        """Add work to a stream's cool-down."""
        limits = [worked_s * 1000, LONG_WORK_MS, COOL_DOWN_MAX_MS]
        self.broker.eval(_CHARGE, 1, keys.cool_down_key(stream_id), *limits)

    def note_drain(self, stream_id: str, worked_s: float) -> None:
        """Store the duration of a stream's drain, in seconds."""
        key = keys.slow_key(stream_id)
        if worked_s * 1000 > LONG_WORK_MS:
            self.broker.set(key, "1", ex=SLOW_TTL_S)
            self.charge(stream_id, worked_s)
        else:
            self.broker.delete(key)

    def send_after(self, job: Job, after_s: float) -> None:
        """Send a job once when its cool-down is over; repeats are dropped."""
        WORK_DEFERRED.labels("cool_down").inc()
        name = msgspec.json.encode(job.args).decode()
        key = keys.deferred_key(f"{job.task}:{name}")
        if self.broker.set(key, "1", nx=True, px=max(int(after_s * 1000), 1)):
            worker_task_sender().send_after(job.task, job.args, job.queue, after_s, job.request_id)

    def put(self, job: Job) -> None:
        """Queue a job once for a process that may do it."""
        WORK_DEFERRED.labels("kept_process").inc()
        with self.broker.pipeline(transaction=False) as pipe:
            pipe.zadd(keys.WAITING_JOBS, {msgspec.json.encode(job): time.time()}, nx=True)
            pipe.zremrangebyrank(keys.WAITING_JOBS, WAITING_MAX, -1)
            pipe.execute()

    def take(self) -> Job | None:
        """Return the job that has waited longest; None if there is none.

        Expired jobs are skipped: their requester does not wait any more.
        """
        while True:
            reply: Any = self.broker.zpopmin(keys.WAITING_JOBS)
            if not reply:
                return None
            [(member, put_at)] = reply
            job = msgspec.json.decode(member, type=Job)
            if job.task == DRAIN_TASK or time.time() - put_at < EXPIRES_S:
                return job

    def is_waited_for(self) -> bool:
        """Tell whether a write or a requested job is waiting for a process."""
        with self.broker.pipeline(transaction=False) as pipe:
            pipe.llen(DRAIN)
            pipe.zcard(keys.WAITING_JOBS)
            return any(pipe.execute())

    def send(self, job: Job) -> None:
        """Send a job as an ordinary message."""
        worker_task_sender().send(job.task, job.args, job.queue, job.request_id)


@cache
def work_queue() -> WorkQueue:
    """Return the process's work queue."""
    return WorkQueue(worker_task_sender().broker)
