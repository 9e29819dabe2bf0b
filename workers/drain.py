"""The drain: apply a stream's waiting commands in order, save, publish, announce.

An advisory lock of the stream serialises drains: docs/architecture.md, "One writer a stream".
"""

import logging
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import msgspec

from domain.results import FAILURE, Entry, Outcome
from domain.runtime.logging import bind_fields
from domain.runtime.metrics import DRAIN_S, SETTLED, UNKNOWN, UNPUBLISHED
from domain.runtime.settings import load_settings
from domain.store.broker import UNREACHABLE, worker_task_sender
from domain.store.postgres import command_log
from domain.store.postgres.command_codec import KINDS, UnknownKindError, decode_command
from domain.store.postgres.command_log import Pending, Settlement, try_lock
from domain.store.postgres.engine import (
    Connection,
    DBAPIError,
    SQLAlchemyError,
    autocommit,
    is_data_error,
    server_message,
    sync_engine,
)
from domain.store.redis import publisher as artifacts
from domain.store.redis.subscriber import Announcement
from domain.store.work_queue import work_queue
from workers.account_stream import AccountStream
from workers.page_stream import PageStream, is_shown
from workers.permits import Stopwatch

logger = logging.getLogger(__name__)

PAGE_PREFIX = "p_"
IDS_A_LINE = 50
BUSY_COMMANDS = 8  # commands in one drain: the threshold of a storm
COOL_DOWN_MAX_S = 0.1
BUDGET_S = 0.05  # limits the delay of other pages: the rest is queued again


class Stream(Protocol):
    """The operations that differ between a page's stream and an account's."""

    def load(self, conn: Connection, rows: Sequence[Pending]) -> None:
        """Read the aggregate, with the parts that the waiting commands name."""

    def step(self, conn: Connection, entry: Entry) -> Settlement:
        """Decide and apply one command in memory. Raises the core's exceptions."""

    def save(self, conn: Connection, applied_seq: int) -> None:
        """Write the changes."""

    def publish(self, announcement: Announcement | None, epoch: str) -> bool:
        """Publish and announce; without an announcement, only an unpublished state.

        Publishes nothing and returns False if the epoch has ended.
        """


@dataclass(frozen=True, slots=True)
class Batch:
    """The commands that one drain settled, in order."""

    stream: Stream
    settled: Sequence[Settlement]
    rows: Sequence[Pending]
    was_shown: bool = True  # False if Redis did not take the publication


class UnsavableBatchError(Exception):
    """A command spoils its batch; `first_seq` is the batch's first seq."""

    def __init__(self, message: str, first_seq: int | None) -> None:
        """Carry the server's message."""
        super().__init__(message)
        self.first_seq = first_seq


def drain_stream(stream_id: str) -> bool:
    """Apply waiting commands, publish, and ring again if more arrived.

    False if Redis took nothing. Raises Postgres' errors when it can't be reached.
    """
    with bind_fields(stream=stream_id), DRAIN_S.time():
        stopwatch = Stopwatch()
        try:
            batch = drain_once(stream_id)
        except BaseException:
            release_doorbell(stream_id)
            raise
        if batch is not None:
            record_cost(stream_id, worked_s := stopwatch.worked_s())
            ring_if_behind(stream_id, compute_cool_down(batch, worked_s))
    return batch is None or batch.was_shown


def drain_once(stream_id: str) -> Batch | None:
    """Apply, publish and record one batch; None if another drain holds the stream."""
    epoch = read_epoch()
    if epoch is not None and has_nothing_to_do(stream_id, epoch):
        return Batch(build_stream(stream_id), (), ())
    batch = apply_halving(stream_id, load_settings().drain_limit)
    if batch is None:
        return None
    with bind_fields(request_ids=collect_request_ids(batch.rows)):
        was_shown = show(stream_id, batch, epoch)
        if batch.settled:
            record_outcomes(batch, was_shown=was_shown)
    return replace(batch, was_shown=was_shown)


def has_nothing_to_do(stream_id: str, epoch: str) -> bool:
    """Return whether a page has nothing to apply and nothing to publish."""
    try:
        return stream_id.startswith(PAGE_PREFIX) and is_shown(stream_id, epoch)
    except UNREACHABLE:
        return False


def compute_cool_down(batch: Batch, worked_s: float) -> float:
    """Return the seconds for which a stream cools down after a batch.

    A stream that is written to all the time takes half of a processor at most.
    """
    return min(worked_s, COOL_DOWN_MAX_S) if len(batch.settled) >= BUSY_COMMANDS else 0.0


def record_cost(stream_id: str, worked_s: float) -> None:
    """Record the duration of a drain in seconds, before any doorbell is rung."""
    try:
        work_queue().note_drain(stream_id, worked_s)
    except UNREACHABLE as error:
        logger.warning("can't note what a drain took: %s", error)


def collect_request_ids(rows: Sequence[Pending]) -> list[str]:
    """Return the request ids of commands for a log line, `IDS_A_LINE` at most."""
    return list(dict.fromkeys(row.request_id for row in rows if row.request_id))[:IDS_A_LINE]


def record_outcomes(batch: Batch, *, was_shown: bool) -> None:
    """Log and count the settled commands."""
    outcomes = Counter(settlement.outcome.value for settlement in batch.settled)
    for row, settlement in zip(batch.rows, batch.settled, strict=True):
        kind = row.kind if row.kind in KINDS else UNKNOWN
        SETTLED.labels(kind, settlement.outcome.value).inc()
    seqs = {"first": batch.settled[0].seq, "last": batch.settled[-1].seq}
    logger.info("drained", extra={**seqs, **outcomes, "is_published": was_shown})


def release_doorbell(stream_id: str) -> None:
    """Release the doorbell of a stream, so that writers ring again."""
    try:
        worker_task_sender().answer(stream_id)
    except UNREACHABLE as error:
        logger.warning("can't answer the doorbell: %s", error)


def read_epoch() -> str | None:
    """Return the publication's epoch, read before any load; None without Redis."""
    try:
        return artifacts.epoch()
    except UNREACHABLE as error:
        logger.warning("applying without publishing, Redis does not answer: %s", error)
        return None


def apply_halving(stream_id: str, limit: int) -> Batch | None:
    """Apply up to `limit` commands; halve the limit while one spoils the batch.

    A command that fails alone is settled as failed. None if another drain holds the stream.
    """
    try:
        return apply_waiting(stream_id, limit)
    except UnsavableBatchError as error:
        logger.warning("a command of %s can't be saved: %s", stream_id, error)
        first_seq = error.first_seq
    return fail_alone(stream_id, first_seq) if limit == 1 else apply_halving(stream_id, limit // 2)


def apply_waiting(stream_id: str, limit: int) -> Batch | None:
    """Load, decide, apply, save and settle in one transaction. Raises UnsavableBatchError."""
    stream = build_stream(stream_id)
    rows: Sequence[Pending] = ()
    try:
        with sync_engine().begin() as conn:
            if not try_lock(conn, stream_id):
                return None
            rows = command_log.load_pending(conn, stream_id, limit)
            stream.load(conn, rows)
            settled = apply_in_order(conn, stream, rows)
            if settled:
                stream.save(conn, settled[-1].seq)
                command_log.settle(conn, stream_id, settled)
    except DBAPIError as error:
        if not is_data_error(error):
            raise
        raise UnsavableBatchError(server_message(error), rows[0].seq if rows else None) from error
    return Batch(stream, settled, rows[: len(settled)])


def apply_in_order(conn: Connection, stream: Stream, rows: Sequence[Pending]) -> list[Settlement]:
    """Apply at least one row, and more while the time budget lasts."""
    ends_at = time.monotonic() + BUDGET_S
    settled = []
    for row in rows:
        settled.append(apply_one(conn, stream, row))
        if time.monotonic() > ends_at:
            break
    return settled


def apply_one(conn: Connection, stream: Stream, row: Pending) -> Settlement:
    """Apply one row; an exception of the core settles it as failed."""
    try:
        command = decode_command(row.kind, row.payload)
        return stream.step(conn, row.entry(command))
    except SQLAlchemyError:
        raise  # an outage or a faulty command: the caller distinguishes them
    except (UnknownKindError, msgspec.DecodeError) as error:
        fields = {"request_id": row.request_id}
        logger.error("command %s can't be read: %r", row.id, error, extra=fields)  # noqa: TRY400 - no bug of ours
    except Exception:
        fields = {"request_id": row.request_id}
        logger.exception("command %s (%s) made the core raise", row.id, row.kind, extra=fields)
    return Settlement(row.seq, Outcome.FAILED, FAILURE)


def fail_alone(stream_id: str, seq: int | None) -> Batch | None:
    """Settle the next command as failed, unless another drain settled `seq` already."""
    stream = build_stream(stream_id)
    with sync_engine().begin() as conn:
        if not try_lock(conn, stream_id):
            return None
        rows = [row for row in command_log.load_pending(conn, stream_id, limit=1) if row.seq == seq]
        stream.load(conn, ())
        settled = [Settlement(row.seq, Outcome.FAILED, FAILURE) for row in rows]
        if settled:
            stream.save(conn, settled[-1].seq)
            command_log.settle(conn, stream_id, settled)
    return Batch(stream, settled, rows)


def build_stream(stream_id: str) -> Stream:
    """Return the stream of a page or of an account, by its id's prefix."""
    is_page = stream_id.startswith(PAGE_PREFIX)
    return PageStream(stream_id) if is_page else AccountStream(stream_id)


def show(stream_id: str, batch: Batch, epoch: str | None) -> bool:
    """Publish and announce a batch; count a failure and return False."""
    was_shown = False
    try:
        if epoch is not None:
            was_shown = batch.stream.publish(build_announcement(stream_id, batch.settled), epoch)
    except UNREACHABLE as error:
        logger.warning("%s is saved but not published: %s", stream_id, error)
    if not was_shown:
        UNPUBLISHED.inc()
    return was_shown


def build_announcement(stream_id: str, settled: Sequence[Settlement]) -> Announcement | None:
    """Return the announcement of a batch; None if nothing was settled."""
    if not settled:
        return None
    return Announcement(
        stream=stream_id,
        first=settled[0].seq,
        last=settled[-1].seq,
        refusals={s.seq: s.refusal for s in settled if s.refusal},
        follow_ups={s.seq: list(s.follow_ups) for s in settled if s.follow_ups},
        remarks={s.seq: s.remarks for s in settled if s.remarks},
    )


def ring_if_behind(stream_id: str, cool_down_s: float) -> None:
    """Ring if more commands arrived, now or after a cool-down in seconds.

    Until the doorbell is released, no writer can ring: its ring would wake a worker that finds the
    stream locked. Writers that append later can.
    """
    release_doorbell(stream_id)
    with autocommit() as conn:
        more = command_log.load_pending(conn, stream_id, limit=1)
    if more:
        try:
            worker_task_sender().request_drain(stream_id, after_s=cool_down_s)
        except UNREACHABLE as error:
            logger.warning("can't ring for %s: %s", stream_id, error)
