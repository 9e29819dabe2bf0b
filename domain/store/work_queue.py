"""Fairness by cost, on the broker: streams' cool-downs, and queued heavy work.

A cool-down is as long as the work before it, so a stream takes half of one process at most. All
keys expire: a killed worker leaves nothing to clean up.
"""

import random
import time
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import msgspec
import redis
from sqlalchemy import Connection, text

from domain.runtime.metrics import WORK_DEFERRED
from domain.store.broker import (
    DRAIN,
    EXPIRES_S,
    IN_TIME_S,
    PAGE_PREFIX,
    REPAIR,
    repair_task,
    worker_task_sender,
)
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.publication import SPREAD_S, hosts_behind, note_hosts, pages_behind
from domain.store.redis import keys
from domain.store.redis import publisher as artifacts
from domain.store.redis.publisher import HostRow

LONG_WORK_MS = 100  # what takes longer is followed by a cool-down
# The duration of a drain that waited for a frozen server says nothing about its page.
COOL_DOWN_MAX_MS = 30_000
SLOW_TTL_S = 3_600  # a stream without writes for an hour counts as fast again
WAITING_MAX = 10_000  # jobs of some 100 bytes each; later ones are left to the sweep
DRAIN_TASK = "drain"
PROCESSES_MAX = 8  # so many may look for the next repair at one moment

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
        """Return a waiting job or a requested repair by chance; None if there is neither."""
        first, second = random.sample((self._take_waiting, self._take_repair), 2)
        if (job := first() or second()) is not None:
            return job
        self.broker.delete(keys.ring_key(REPAIR))  # from now on a request sends a message
        return self._take_repair()

    def _take_waiting(self) -> Job | None:
        """Return the job that has waited longest; skip those that expired."""
        while True:
            reply: Any = self.broker.zpopmin(keys.WAITING_JOBS)
            if not reply:
                return None
            [(member, put_at)] = reply
            job = msgspec.json.decode(member, type=Job)
            if job.task == DRAIN_TASK or time.time() - put_at < EXPIRES_S:
                return job

    def _take_repair(self) -> Job | None:
        """Return the oldest requested repair that comes in time, else the newest one.

        When there are too many, those in time are served, instead of all too late.
        """
        in_time: Any = self.broker.zrangebyscore(
            keys.REQUESTED_REPAIRS, time.time() - IN_TIME_S, "+inf", start=0, num=PROCESSES_MAX
        )
        for target in in_time:
            if self.broker.zrem(keys.REQUESTED_REPAIRS, target):  # no other process took it
                return repair_job(target.decode())
        reply: Any = self.broker.zpopmax(keys.REQUESTED_REPAIRS)
        return repair_job(reply[0][0].decode()) if reply else None

    def note_repair(self, target: str) -> None:
        """Withdraw a request that its own message brought to a process."""
        self.broker.zrem(keys.REQUESTED_REPAIRS, target)

    def is_waited_for(self) -> bool:
        """Tell whether a write or a requested job is waiting for a process."""
        with self.broker.pipeline(transaction=False) as pipe:
            pipe.llen(DRAIN)
            pipe.zcard(keys.WAITING_JOBS)
            pipe.zcard(keys.REQUESTED_REPAIRS)
            return any(pipe.execute())

    def send(self, job: Job) -> None:
        """Send a job as an ordinary message."""
        worker_task_sender().send(job.task, job.args, job.queue, job.request_id)


def repair_job(target: str) -> Job:
    """Return the job that repairs a page id, or a host and its page."""
    stream = target if target.startswith(PAGE_PREFIX) else ""
    return Job(repair_task(target), (target,), REPAIR, stream)


@cache
def work_queue() -> WorkQueue:
    """Return the process's work queue."""
    return WorkQueue(worker_task_sender().broker)


HOSTS_AT_ONCE = 1_000  # a pipeline and an UPDATE of some 40 ms
RECENT_MAX = 1_000  # pages that were visited or changed lately, and come first
# A page that can't be published is tried again after 10, 20, 40 ... seconds, up to ten minutes: a
# new build may repair it.
FIRST_AGAIN_S, LAST_AGAIN_S = 10, 600

_LOCK = text("SELECT pg_try_advisory_xact_lock(7002, 0)")  # see 7001 in command_log.py
_HOST = text("SELECT host, page_id, counter FROM hosts WHERE host = :host")
# Their day may be over before they are due for the next one: visited pages go first.
_RECENT_BEHIND = text("""
SELECT id FROM pages
WHERE id = ANY(:recent) AND deleted_at IS NULL AND repair_at <= statement_timestamp()
  AND (published_seq < applied_seq OR published_build <> :build OR published_epoch <> :epoch
    OR statement_timestamp() >= published_until
      - make_interval(secs => mod(('x' || left(md5(id), 6))::bit(24)::int, :spread_s)))
LIMIT :limit
""")
_CLAIM = text("""
UPDATE pages SET repair_tries = repair_tries + 1, repair_at = statement_timestamp()
  + make_interval(secs => least(:first_s * power(2, least(repair_tries, 10)), :last_s))
WHERE id = ANY(:ids) AND repair_at <= statement_timestamp() RETURNING id
""")
_GIVE_BACK = text("""
UPDATE pages SET repair_tries = greatest(repair_tries - 1, 0), repair_at = '-infinity'
WHERE id = ANY(:ids)
""")


def host_row(conn: Connection, host: str) -> HostRow | None:
    """Return a host's row, of a free one too; None if it is unknown."""
    row = conn.execute(_HOST, {"host": host}).one_or_none()
    return HostRow(*row) if row else None


def hosts_are_published(epoch: str) -> bool:
    """Publish a batch of this epoch's missing hosts; True if no work is left.

    True as well if another process is at work. When no host is missing, they are marked as
    complete.
    """
    with sync_engine().begin() as conn:
        if not conn.execute(_LOCK).scalar():
            return True  # another process is publishing hosts
        rows = hosts_behind(conn, epoch, HOSTS_AT_ONCE)
        if rows and not artifacts.publish_hosts(rows, epoch):
            return True  # the epoch has ended: the next sweep starts again
        note_hosts(conn, rows, epoch)
    if len(rows) == HOSTS_AT_ONCE:
        return False
    artifacts.mark_hosts_complete(epoch)
    return True


def claim_pages_behind(conn: Connection, build: str, epoch: str, limit: int) -> list[str]:
    """Claim pages that are behind, recently visited or changed ones first.

    A claim is a try: until the page is published, each try is later than the one before.
    """
    recent = artifacts.recent_pages(RECENT_MAX)
    where = {"build": build, "epoch": epoch, "limit": limit}
    more = {"recent": recent, "spread_s": SPREAD_S}
    first = list(conn.execute(_RECENT_BEHIND, {**where, **more}).scalars()) if recent else []
    page_ids = first or pages_behind(conn, build, epoch, limit)
    delays: dict[str, Any] = {"first_s": FIRST_AGAIN_S, "last_s": LAST_AGAIN_S}
    claimed_ids = (
        set(conn.execute(_CLAIM, {"ids": page_ids, **delays}).scalars()) if page_ids else set()
    )
    return [page_id for page_id in page_ids if page_id in claimed_ids]


def release_claims(conn: Connection, page_ids: list[str]) -> None:
    """Release the claims of pages that were not tried."""
    conn.execute(_GIVE_BACK, {"ids": page_ids})
