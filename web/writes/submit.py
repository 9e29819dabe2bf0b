"""Submission of a write: append, notify, wait, answer; appended means acknowledged."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from domain.results import FAILURE, Outcome, Rejection, Remarks
from domain.runtime import metrics
from domain.runtime.logging import current_request_id
from domain.store.broker import TaskSenderThread
from domain.store.postgres.command_log import Draft, LogPosition, append
from domain.store.postgres.engine import (
    UNREACHABLE,
    IntegrityError,
    NotConnectedError,
    SQLAlchemyError,
    constraint,
    in_transaction,
    run,
    stored_nothing,
)
from domain.store.postgres.receipts import (
    FirstUse,
    Receipt,
    first_use,
    forget_use,
    receipt,
    receipt_at,
)
from web.http.errors import ApiError, unavailable, unknown
from web.writes.append_slots import AppendSlots, SlotTimeoutError
from web.writes.byte_budget import ByteBudget
from web.writes.waiters import AnnouncedOutcome, Waiters

if TYPE_CHECKING:
    from domain.store.postgres.engine import AsyncEngine

log = logging.getLogger(__name__)
Value = TypeVar("Value")

# How long a write waits to be published: docs/behaviour.md, "Read your writes".
WAIT_S = 2.0  # after that the answer is 202
OTHER_BODY = "This Idempotency-Key was used before with another body."


@dataclass(frozen=True, slots=True)
class WriteOutcome:
    """The outcome of a write: `is_published`, rejected if `refusal`, or pending."""

    receipt_id: str
    command: Any
    is_published: bool
    refusal: Rejection | None = None
    is_repeat: bool = False
    remarks: Remarks | None = None


class Settled(NamedTuple):
    """A refusal, or whether a command is published, with the remarks on it."""

    refusal: Rejection | None = None
    is_published: bool = False
    remarks: Remarks | None = None


class NoAuthorityError(Exception):
    """The authority has no open stream for the command; the caller chooses the error."""


@dataclass(frozen=True, slots=True)
class Submitter:
    """Submits the writes of one process."""

    engine: "AsyncEngine"
    doorbell: TaskSenderThread
    waiters: Waiters
    slots: AppendSlots
    byte_budget: ByteBudget

    async def write(self, draft: Draft, *, is_waiting: bool) -> WriteOutcome:
        """Append a command and, if `is_waiting`, wait for its publication.

        Raises NoAuthorityError, and ApiError 409 (another body), 429 (too many bytes), 503
        (UNAVAILABLE, UNKNOWN).
        """
        draft = replace(draft, request_id=current_request_id())
        try:
            appended = await self._append_within_budget(draft)
        except IntegrityError as error:
            if constraint(error) != "idempotency_pkey":
                raise
            return await self._find_repeated(draft, is_waiting=is_waiting)
        except ApiError as error:
            if error.code != "RATE_LIMITED" or not await self._was_sent_before(draft):
                raise
            return await self._find_repeated(draft, is_waiting=is_waiting)
        if appended is None:
            raise NoAuthorityError
        metrics.APPENDED.labels(type(draft.command).__name__).inc()
        self.doorbell.request_drain(appended.stream_id)
        outcome = WriteOutcome(draft.id, draft.command, is_published=False)
        return await self._await_published(outcome, appended) if is_waiting else outcome

    async def _append_within_budget(self, draft: Draft) -> LogPosition | None:
        """Append; spend the bytes before, and refund them if nothing was stored."""
        give_back = await self.byte_budget.spend(draft)
        appended = None
        try:
            appended = await self._append(draft)
        except ApiError as error:
            if error.code != "UNKNOWN":
                await give_back()
            raise
        except IntegrityError:
            await give_back()
            raise
        if appended is None:
            await give_back()
        return appended

    async def _was_sent_before(self, draft: Draft) -> bool:
        """Return whether a draft is a repeat: it writes nothing and has an outcome."""
        use = await self._first_use(draft)
        return use is not None and not use.expired

    async def _append(self, draft: Draft) -> LogPosition | None:
        """Append; retry once after a lost connection, with the receipt's id against doubles."""
        try:
            return await self._append_once(draft)
        except UNREACHABLE as error:
            if stored_nothing(error):
                raise unavailable() from error
            log.warning("append %s: connection lost (%s), asking again", draft.id, error)
        try:
            # The authority may have ended since the first attempt was accepted.
            return await self._append_once(draft) or await self._find_appended(draft)
        except UNREACHABLE as error:
            raise unknown() from error

    async def _append_once(self, draft: Draft) -> LogPosition | None:
        try:
            return await self._append_in_slot(draft)
        except IntegrityError as error:
            if constraint(error) != "commands_id_key":
                raise
        return await self._find_appended(draft)

    async def _find_appended(self, draft: Draft) -> LogPosition | None:
        stored = await run(self.engine, receipt, draft.id)
        return LogPosition(stored.stream_id, stored.seq, stored.accepted_at) if stored else None

    async def _append_in_slot(self, draft: Draft) -> LogPosition | None:
        name = draft.stream_id or draft.authority.value
        try:
            async with self.slots.slot(name):
                appended = await run(self.engine, append, draft)
        except SlotTimeoutError as error:
            raise NotConnectedError(str(error)) from error
        if appended is not None and not draft.stream_id:
            self.slots.note_stream(name, appended.stream_id)
        return appended

    async def _find_repeated(self, draft: Draft, *, is_waiting: bool) -> WriteOutcome:
        """Return the first outcome of a used key. Raises ApiError 503 UNKNOWN."""
        try:
            return await self._repeat(draft, is_waiting=is_waiting)
        except UNREACHABLE as error:
            raise unknown() from error

    async def _repeat(self, draft: Draft, *, is_waiting: bool) -> WriteOutcome:
        """Return the first outcome of an idempotency key, rejections included."""
        idempotency, use = draft.idempotency, await self._first_use(draft)
        if idempotency is None:
            raise NoAuthorityError
        if use is None or use.expired:
            if use:
                await run(self.engine, forget_use, use.command_id)
            return await self.write(draft, is_waiting=is_waiting)
        if use.body_hash != idempotency.body_hash:
            raise ApiError(409, "CONFLICT", OTHER_BODY)
        first = await run(self.engine, receipt, use.command_id)
        if first is None:
            raise unknown()
        # Own: the connection died after the commit, and the retry found the key in use.
        is_own = use.command_id == draft.id
        return replace(
            await self._first_outcome(first, is_waiting=is_waiting), is_repeat=not is_own
        )

    async def _first_use(self, draft: Draft) -> FirstUse | None:
        idempotency = draft.idempotency
        if idempotency is None:
            return None
        return await run(
            self.engine,
            first_use, draft.authority, draft.stream_id, idempotency.scope, idempotency.key,
        )  # fmt: skip

    async def _first_outcome(self, first: Receipt, *, is_waiting: bool) -> WriteOutcome:
        outcome = to_outcome(first)
        if outcome.is_published or outcome.refusal or not is_waiting:
            return outcome
        self.doorbell.request_drain(first.stream_id)
        appended = LogPosition(first.stream_id, first.seq, first.accepted_at)
        return await self._await_published(outcome, appended)

    async def _await_published(self, outcome: WriteOutcome, appended: LogPosition) -> WriteOutcome:
        """Wait until a command and its follow-ups in other streams are published."""
        ends_at = asyncio.get_running_loop().time() + WAIT_S
        settled = await self._await_settled(appended.stream_id, appended.seq, ends_at)
        if settled.refusal is None and not settled.is_published:
            metrics.WAITS_TIMED_OUT.inc()
        return replace(outcome, **settled._asdict())

    async def _await_settled(self, stream_id: str, seq: int, ends_at: float) -> Settled:
        announced = await self.waiters.wait(stream_id, seq, left_s(ends_at))
        if announced is not None:
            return await self._follow_outcome(announced, ends_at)
        logged = await self._read_logged(stream_id, seq)
        is_settled = logged.refusal is not None or logged.is_published
        if is_settled or not self._can_be_announced(ends_at):
            return logged
        # A later drain announced first, and this publication is not stored yet: the drain that
        # settled the command is about to announce it as well.
        announced = await self.waiters.wait(stream_id, seq, left_s(ends_at), is_patient=True)
        return await (
            self._follow_outcome(announced, ends_at)
            if announced
            else self._read_logged(stream_id, seq)
        )

    async def _follow_outcome(self, announced: AnnouncedOutcome, ends_at: float) -> Settled:
        """Return the announced outcome, after waiting for the command's follow-ups."""
        if announced.refusal:
            return Settled(announced.refusal)
        for page_id, page_seq in announced.follow_ups:
            settled = await self._await_settled(page_id, page_seq, ends_at)
            if settled.refusal or not settled.is_published:
                return settled
        return Settled(is_published=True, remarks=announced.remarks)

    def _can_be_announced(self, ends_at: float) -> bool:
        return self.waiters.is_connected and left_s(ends_at) > 0

    async def _read_logged(self, stream_id: str, seq: int) -> Settled:
        """Return the outcome of an unannounced command from the log."""
        try:
            stored = await run(self.engine, receipt_at, stream_id, seq)
        except (SQLAlchemyError, *UNREACHABLE):
            return Settled()  # the write is durable anyway: 202
        outcome = to_outcome(stored) if stored else None
        if outcome is None:
            return Settled()
        return Settled(outcome.refusal, outcome.is_published, outcome.remarks)


def left_s(ends_at: float) -> float:
    """Return the seconds until `ends_at` by the loop's clock, at least 0."""
    return max(ends_at - asyncio.get_running_loop().time(), 0)


def to_outcome(stored: Receipt) -> WriteOutcome:
    """Return the outcome that a receipt records."""
    refusal = stored.refusal
    if stored.outcome is Outcome.FAILED and refusal is None:
        refusal = FAILURE
    is_published = stored.published_at is not None and refusal is None
    return WriteOutcome(stored.id, stored.command, is_published, refusal, remarks=stored.remarks)


PERHAPS = "The connection was lost while this was being done: it may or may not be done."
CHECK_FIRST = f"{PERHAPS} Please look before you repeat it."


async def change(
    engine: "AsyncEngine",
    statements: Callable[..., Value],
    *args: Any,  # noqa: ANN401 - arguments of the statements
    unknown_message: str = CHECK_FIRST,
) -> Value:
    """Call a store function in one transaction.

    Raises ApiError 503: UNAVAILABLE if nothing changed, UNKNOWN with the sentence `unknown_message`
    if that is unknown; all other errors of the statements.
    """
    try:
        return await run(engine, in_transaction, statements, *args)
    except UNREACHABLE as error:
        raise (unavailable() if stored_nothing(error) else unknown(unknown_message)) from error
