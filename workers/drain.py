"""The drain: apply every waiting command of a stream in order, save, then publish and announce.

Serialised by an advisory lock of the stream: docs/architecture.md, "One writer a stream".
"""

import logging
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import msgspec

from domain.results import FAILURE, Entry, Outcome
from domain.runtime.logging import bound
from domain.runtime.metrics import DRAIN_S, SETTLED, UNKNOWN, UNPUBLISHED
from domain.runtime.settings import load_settings
from domain.store.broker import UNREACHABLE, worker_doorbell
from domain.store.postgres import command_log
from domain.store.postgres.command_codec import KINDS, UnknownKindError, decode_command
from domain.store.postgres.command_log import Settlement, Waiting, try_lock
from domain.store.postgres.engine import (
    Connection,
    DBAPIError,
    SQLAlchemyError,
    autocommit,
    complaint,
    is_culprit,
    sync_engine,
)
from domain.store.redis import publisher as artifacts
from domain.store.redis.announcements import Announcement
from domain.store.work_queue import work_queue
from workers.account_stream import AccountStream
from workers.page_stream import PageStream, is_shown
from workers.stopwatch import Stopwatch

logger = logging.getLogger(__name__)

PAGE_PREFIX = "p_"
IDS_A_LINE = 50
BUSY = 8  # commands in one drain: less is no storm
REST_MAX_S = 0.1
BUDGET_S = 0.05  # one hot page may not hold the others up: it rings again at the queue's tail


class Stream(Protocol):
    """What differs between a page's stream and an account's."""

    def load(self, conn: Connection, rows: Sequence[Waiting]) -> None:
        """Read the aggregate that the waiting commands speak of."""

    def step(self, conn: Connection, entry: Entry) -> Settlement:
        """Decide and apply one command in memory; raises what the core raises."""

    def save(self, conn: Connection, applied_seq: int) -> None:
        """Write what changed."""

    def publish(self, announcement: Announcement | None, epoch: str) -> bool:
        """Show what was saved, and announce; without announcement only if it is not shown yet.

        False if the epoch has ended: then nothing was shown.
        """


@dataclass(frozen=True, slots=True)
class Batch:
    """What one drain settled, in order."""

    stream: Stream
    settled: Sequence[Settlement]
    rows: Sequence[Waiting]
    was_shown: bool = True  # False if Redis did not take it


class SpoiltError(Exception):
    """A command spoils what is drained together with it; `first_seq` was the first of that."""

    def __init__(self, complaint: str, first_seq: int | None) -> None:
        """Say what the server said."""
        super().__init__(complaint)
        self.first_seq = first_seq


def drain_stream(stream_id: str) -> bool:
    """Apply what waits on a stream, publish it, and ring again if more came meanwhile.

    False if Redis took nothing. Raises what Postgres raises when it can't be reached.
    """
    with bound(stream=stream_id), DRAIN_S.time():
        stopwatch = Stopwatch()
        try:
            batch = drain_once(stream_id)
        except BaseException:
            answer(stream_id)
            raise
        if batch is not None:
            note_cost(stream_id, worked_s := stopwatch.worked_s())
            look_again(stream_id, rest_of(batch, worked_s))
    return batch is None or batch.was_shown


def drain_once(stream_id: str) -> Batch | None:
    """Apply, show and note one batch; None if another drain holds the stream."""
    epoch = epoch_now()
    if epoch is not None and is_at_rest(stream_id, epoch):
        return Batch(stream_for(stream_id), (), ())
    batch = apply_halving(stream_id, load_settings().drain_limit)
    if batch is None:
        return None
    with bound(request_ids=asked_by(batch.rows)):
        was_shown = show(stream_id, batch, epoch)
        if batch.settled:
            note(batch, was_shown=was_shown)
    return replace(batch, was_shown=was_shown)


def is_at_rest(stream_id: str, epoch: str) -> bool:
    """Tell whether a page was rung for in vain."""
    try:
        return stream_id.startswith(PAGE_PREFIX) and is_shown(stream_id, epoch)
    except UNREACHABLE:
        return False


def rest_of(batch: Batch, worked_s: float) -> float:
    """Return for how many seconds a stream rests after a batch before it is drained again.

    One that is written to all the time takes half of a processor at most.
    """
    return min(worked_s, REST_MAX_S) if len(batch.settled) >= BUSY else 0.0


def note_cost(stream_id: str, worked_s: float) -> None:
    """Note how long a drain took, before anybody is rung for."""
    try:
        work_queue().note_drain(stream_id, worked_s)
    except UNREACHABLE as error:
        logger.warning("can't note what a drain took: %s", error)


def asked_by(rows: Sequence[Waiting]) -> list[str]:
    """Return the requests that commands came from, for a line; of very many the first ones."""
    return list(dict.fromkeys(row.request_id for row in rows if row.request_id))[:IDS_A_LINE]


def note(batch: Batch, *, was_shown: bool) -> None:
    """Say and count what was settled."""
    outcomes = Counter(settlement.outcome.value for settlement in batch.settled)
    for row, settlement in zip(batch.rows, batch.settled, strict=True):
        kind = row.kind if row.kind in KINDS else UNKNOWN
        SETTLED.labels(kind, settlement.outcome.value).inc()
    seqs = {"first": batch.settled[0].seq, "last": batch.settled[-1].seq}
    logger.info("drained", extra={**seqs, **outcomes, "is_published": was_shown})


def answer(stream_id: str) -> None:
    """Let writers ring again. Without a broker there is nobody to keep from ringing."""
    try:
        worker_doorbell().answer(stream_id)
    except UNREACHABLE as error:
        logger.warning("can't answer the doorbell: %s", error)


def epoch_now() -> str | None:
    """Return the publication's epoch, read before anything is loaded; None without Redis."""
    try:
        return artifacts.epoch()
    except UNREACHABLE as error:
        logger.warning("applying without publishing, Redis does not answer: %s", error)
        return None


def apply_halving(stream_id: str, limit: int) -> Batch | None:
    """Apply up to `limit` commands; where one of them spoils the batch, ever fewer, down to one.

    What fails alone is settled as failed. None if another drain holds the stream.
    """
    try:
        return apply_waiting(stream_id, limit)
    except SpoiltError as error:
        logger.warning("a command of %s can't be saved: %s", stream_id, error)
        first_seq = error.first_seq
    return fail_alone(stream_id, first_seq) if limit == 1 else apply_halving(stream_id, limit // 2)


def apply_waiting(stream_id: str, limit: int) -> Batch | None:
    """Load, decide, apply, save and settle in one transaction. Raises SpoiltError."""
    stream = stream_for(stream_id)
    rows: Sequence[Waiting] = ()
    try:
        with sync_engine().begin() as conn:
            if not try_lock(conn, stream_id):
                return None
            rows = command_log.waiting(conn, stream_id, limit)
            stream.load(conn, rows)
            settled = apply_in_order(conn, stream, rows)
            if settled:
                stream.save(conn, settled[-1].seq)
                command_log.settle(conn, stream_id, settled)
    except DBAPIError as error:
        if not is_culprit(error):
            raise
        raise SpoiltError(complaint(error), rows[0].seq if rows else None) from error
    return Batch(stream, settled, rows[: len(settled)])


def apply_in_order(conn: Connection, stream: Stream, rows: Sequence[Waiting]) -> list[Settlement]:
    """Apply rows until they, or the budget of time, are used up; at least one."""
    ends_at = time.monotonic() + BUDGET_S
    settled = []
    for row in rows:
        settled.append(apply_one(conn, stream, row))
        if time.monotonic() > ends_at:
            break
    return settled


def apply_one(conn: Connection, stream: Stream, row: Waiting) -> Settlement:
    """Apply one row; an exception from the core settles it as failed and stops nothing."""
    try:
        command = decode_command(row.kind, row.payload)
        return stream.step(conn, row.entry(command))
    except SQLAlchemyError:
        raise  # an outage or a culprit: the caller tells them apart
    except (UnknownKindError, msgspec.DecodeError) as error:
        said = {"request_id": row.request_id}
        logger.error("command %s can't be read: %r", row.id, error, extra=said)  # noqa: TRY400 - no bug of ours
    except Exception:
        said = {"request_id": row.request_id}
        logger.exception("command %s (%s) made the core raise", row.id, row.kind, extra=said)
    return Settlement(row.seq, Outcome.FAILED, FAILURE)


def fail_alone(stream_id: str, seq: int | None) -> Batch | None:
    """Settle the next waiting command as failed, if it is the one that can't be saved alone.

    Another drain may have settled that one meanwhile, and the next is good.
    """
    stream = stream_for(stream_id)
    with sync_engine().begin() as conn:
        if not try_lock(conn, stream_id):
            return None
        rows = [row for row in command_log.waiting(conn, stream_id, limit=1) if row.seq == seq]
        stream.load(conn, ())
        settled = [Settlement(row.seq, Outcome.FAILED, FAILURE) for row in rows]
        if settled:
            stream.save(conn, settled[-1].seq)
            command_log.settle(conn, stream_id, settled)
    return Batch(stream, settled, rows)


def stream_for(stream_id: str) -> Stream:
    """Return the hands for a stream by the kind that its id names."""
    of_page = stream_id.startswith(PAGE_PREFIX)
    return PageStream(stream_id) if of_page else AccountStream(stream_id)


def show(stream_id: str, batch: Batch, epoch: str | None) -> bool:
    """Publish and announce; what Redis does not take is counted and left to the sweep: False."""
    was_shown = False
    try:
        if epoch is not None:
            was_shown = batch.stream.publish(announcement_of(stream_id, batch.settled), epoch)
    except UNREACHABLE as error:
        logger.warning("%s is saved but not published: %s", stream_id, error)
    if not was_shown:
        UNPUBLISHED.inc()
    return was_shown


def announcement_of(stream_id: str, settled: Sequence[Settlement]) -> Announcement | None:
    """Return what to announce of a batch; None if nothing was settled."""
    if not settled:
        return None
    return Announcement(
        stream=stream_id,
        first=settled[0].seq,
        last=settled[-1].seq,
        refusals={s.seq: s.refusal for s in settled if s.refusal},
        follow_ups={s.seq: list(s.follow_ups) for s in settled if s.follow_ups},
    )


def look_again(stream_id: str, rest_s: float) -> None:
    """Ring if commands came meanwhile, now or after a rest.

    Nobody could ring until here, or every writer's ring would wake a worker that finds the stream
    taken; whoever appends from now on can.
    """
    answer(stream_id)
    with autocommit() as conn:
        more = command_log.waiting(conn, stream_id, limit=1)
    if more:
        try:
            worker_doorbell().ring(stream_id, after_s=rest_s)
        except UNREACHABLE as error:
            logger.warning("can't ring for %s: %s", stream_id, error)
