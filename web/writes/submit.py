"""The way of a write: append, ring, wait, answer. From the append on it is acknowledged."""

import asyncio
import logging
from dataclasses import dataclass, replace
from typing import Any

from domain.results import FAILURE, Outcome, Rejection
from domain.runtime import metrics
from domain.runtime.logging import current_request_id
from domain.store.postgres.command_log import Appended, Draft, append
from domain.store.postgres.engine import (
    UNREACHABLE,
    IntegrityError,
    NotConnectedError,
    SQLAlchemyError,
    constraint,
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
from web.process import Process
from web.writes.append_slots import TurnNotTakenError, Turns
from web.writes.byte_budget import ByteBudget
from web.writes.waiters import Heard

log = logging.getLogger(__name__)

# How long a write waits to be published: docs/behaviour.md, "Read your writes".
WAIT_S = 2.0  # then it answers 202
OTHER_BODY = "This Idempotency-Key was used before with another body."


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a write: `is_published` or still on its way; refused if `refusal`."""

    receipt_id: str
    command: Any
    is_published: bool
    refusal: Rejection | None = None
    is_repeat: bool = False


class NoAuthorityError(Exception):
    """The authority has no open stream for the command; whoever asked knows what to say."""


class Inbox:
    """Takes the writes of one process."""

    def __init__(self, process: Process) -> None:
        """Append through, ring by and wait in `process`."""
        self._process = process
        self._turns = Turns(process.neighbours.has)
        self._bytes = ByteBudget(process)

    async def write(self, draft: Draft, *, waits: bool) -> Written:
        """Append a command and, if `waits`, see it published.

        Raises NoAuthorityError, and ApiError 409 (another body), 429 (too many bytes), 503
        (UNAVAILABLE, UNKNOWN).
        """
        draft = replace(draft, request_id=current_request_id())
        try:
            appended = await self._append_within_budget(draft)
        except IntegrityError as error:
            if constraint(error) != "idempotency_pkey":
                raise
            return await self._repeated(draft, waits=waits)
        except ApiError as error:
            if error.code != "RATE_LIMITED" or not await self._was_sent_before(draft):
                raise
            return await self._repeated(draft, waits=waits)
        if appended is None:
            raise NoAuthorityError
        metrics.APPENDED.labels(type(draft.command).__name__).inc()
        self._process.doorbell.ring(appended.stream_id)
        written = Written(draft.id, draft.command, is_published=False)
        return await self._followed(written, appended) if waits else written

    async def _append_within_budget(self, draft: Draft) -> Appended | None:
        """Append; what the log takes is spent before, and given back if nothing was stored."""
        give_back = await self._bytes.spend(draft)
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
        """Tell whether a draft is a repeat, which writes nothing: its first outcome can be told."""
        use = await self._first_use(draft)
        return use is not None and not use.expired

    async def _append(self, draft: Draft) -> Appended | None:
        """Append; where the connection died, once more: the receipt's id tells if it was twice."""
        try:
            return await self._try_append(draft)
        except UNREACHABLE as error:
            if stored_nothing(error):
                raise unavailable() from error
            log.warning("append %s: connection lost (%s), asking again", draft.id, error)
        try:
            # Its authority may have ended since the first one was accepted.
            return await self._try_append(draft) or await self._place_of(draft)
        except UNREACHABLE as error:
            raise unknown() from error

    async def _try_append(self, draft: Draft) -> Appended | None:
        try:
            return await self._in_turn(draft)
        except IntegrityError as error:
            if constraint(error) != "commands_id_key":
                raise
        return await self._place_of(draft)

    async def _place_of(self, draft: Draft) -> Appended | None:
        found = await run(self._process.engine, receipt, draft.id)
        return Appended(found.stream_id, found.seq, found.accepted_at) if found else None

    async def _in_turn(self, draft: Draft) -> Appended | None:
        name = draft.stream_id or draft.authority.value
        try:
            async with self._turns.turn(name):
                appended = await run(self._process.engine, append, draft)
        except TurnNotTakenError as error:
            raise NotConnectedError(str(error)) from error
        if appended is not None and not draft.stream_id:
            self._turns.learn(name, appended.stream_id)
        return appended

    async def _repeated(self, draft: Draft, *, waits: bool) -> Written:
        """Return the first outcome of a key that is in use: from here on nobody may deny it."""
        try:
            return await self._repeat(draft, waits=waits)
        except UNREACHABLE as error:
            raise unknown() from error

    async def _repeat(self, draft: Draft, *, waits: bool) -> Written:
        """Return the first outcome of an idempotency key, refusals included."""
        once, use = draft.idempotency, await self._first_use(draft)
        if once is None:
            raise NoAuthorityError
        if use is None or use.expired:
            if use:
                await run(self._process.engine, forget_use, use.command_id)
            return await self.write(draft, waits=waits)
        if use.body_hash != once.body_hash:
            raise ApiError(409, "CONFLICT", OTHER_BODY)
        first = await run(self._process.engine, receipt, use.command_id)
        if first is None:
            raise unknown()
        # Its own: the connection died after the commit, and asking again met the key.
        is_own = use.command_id == draft.id
        return replace(await self._first_outcome(first, waits=waits), is_repeat=not is_own)

    async def _first_use(self, draft: Draft) -> FirstUse | None:
        once = draft.idempotency
        if once is None:
            return None
        return await run(
            self._process.engine,
            first_use, draft.authority, draft.stream_id, once.scope, once.key,
        )  # fmt: skip

    async def _first_outcome(self, first: Receipt, *, waits: bool) -> Written:
        written = judged(first)
        if written.is_published or written.refusal or not waits:
            return written
        self._process.doorbell.ring(first.stream_id)
        place = Appended(first.stream_id, first.seq, first.accepted_at)
        return await self._followed(written, place)

    async def _followed(self, written: Written, place: Appended) -> Written:
        """Wait until a command, and whatever it made other streams do, is published."""
        ends_at = asyncio.get_running_loop().time() + WAIT_S
        refusal, is_published = await self._settled(place.stream_id, place.seq, ends_at)
        if refusal is None and not is_published:
            metrics.WAITS_OVER.inc()
        return replace(written, refusal=refusal, is_published=is_published)

    async def _settled(
        self, stream_id: str, seq: int, ends_at: float
    ) -> tuple[Rejection | None, bool]:
        said = await self._process.waits.wait(stream_id, seq, left_s(ends_at))
        if said is not None:
            return await self._told(said, ends_at)
        logged = await self._as_logged(stream_id, seq)
        if any(logged) or not self._may_be_told(ends_at):
            return logged
        # A later drain spoke first, and its publication is not noted yet: whoever settled the
        # command is about to speak as well.
        said = await self._process.waits.wait(stream_id, seq, left_s(ends_at), is_patient=True)
        return await (self._told(said, ends_at) if said else self._as_logged(stream_id, seq))

    async def _told(self, said: Heard, ends_at: float) -> tuple[Rejection | None, bool]:
        """Take what was announced; wait for what the command made other streams do."""
        if said.refusal:
            return said.refusal, False
        for page_id, page_seq in said.follow_ups:
            refusal, is_published = await self._settled(page_id, page_seq, ends_at)
            if refusal or not is_published:
                return refusal, is_published
        return None, True

    def _may_be_told(self, ends_at: float) -> bool:
        return self._process.waits.is_hearing and left_s(ends_at) > 0

    async def _as_logged(self, stream_id: str, seq: int) -> tuple[Rejection | None, bool]:
        """Ask the log what nobody announced."""
        try:
            found = await run(self._process.engine, receipt_at, stream_id, seq)
        except (SQLAlchemyError, *UNREACHABLE):
            return None, False  # it is durable all the same: 202
        settled = judged(found) if found else None
        return (settled.refusal, settled.is_published) if settled else (None, False)


def left_s(ends_at: float) -> float:
    """Return how long it is until `ends_at` by the loop's clock; 0 once it has passed."""
    return max(ends_at - asyncio.get_running_loop().time(), 0)


def judged(found: Receipt) -> Written:
    """Return what a receipt says."""
    refusal = found.refusal
    if found.outcome is Outcome.FAILED and refusal is None:
        refusal = FAILURE
    is_published = found.published_at is not None and refusal is None
    return Written(found.id, found.command, is_published, refusal)
