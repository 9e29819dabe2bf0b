"""The operator's way of a write: through the same log as everybody's, back after publication."""

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from domain.results import Outcome
from domain.runtime.new_ids import mint
from domain.store.broker import UNREACHABLE, worker_doorbell
from domain.store.postgres.command_log import Authority, Draft, append
from domain.store.postgres.engine import UNREACHABLE as NO_ANSWER
from domain.store.postgres.engine import DBAPIError, stored_nothing, sync_engine
from domain.store.postgres.receipts import Receipt, receipt

Value = TypeVar("Value")

PUBLISHED_WITHIN_S = 10.0
LOOK_S = 0.02
ENDS = {"published", "refused", "failed"}  # nothing more happens to a receipt
OPERATOR = Authority("system", "operator")


class CommandRefusedError(Exception):
    """What was asked for was refused; the message is a sentence."""


class NotPublishedError(Exception):
    """The write is safe in the log, but no worker has shown it yet."""

    def __init__(self, receipt_id: str) -> None:
        """Say so, with the receipt."""
        super().__init__(
            f"It is stored (receipt {receipt_id}) but not published after"
            f" {PUBLISHED_WITHIN_S:.0f} s: is a worker running? `hepstatus doctor` tells."
        )


class UnsureError(Exception):
    """Nobody can tell whether something was stored."""

    def __init__(self, what: str, then: str) -> None:
        """Say of what, and what to do then."""
        super().__init__(
            f"The connection to Postgres was lost while {what} was being stored: it may or may not"
            f" have been. {then}"
        )


def tell(stream_id: str, story: Iterable[tuple[datetime, Any]]) -> None:
    """Append many commands, each with the time of its events, and wait for the last one.

    Raises as `write` does; a refusal of the last one only is told.
    """
    drafts = [Draft(mint("r"), command, OPERATOR, stream_id, due_at=at) for at, command in story]
    if drafts:
        store_and_follow(stream_id, drafts, PUBLISHED_WITHIN_S)


def write(stream_id: str, command: Any, within_s: float = PUBLISHED_WITHIN_S) -> None:  # noqa: ANN401 - any command
    """Append as the operator and wait.

    Raises CommandRefusedError, NotPublishedError and UnsureError.
    """
    store_and_follow(stream_id, [Draft(mint("r"), command, OPERATOR, stream_id)], within_s)


def store_and_follow(stream_id: str, drafts: Sequence[Draft], within_s: float) -> None:
    """Append all or none, and wait for the last one. Raises as `write` does."""
    receipt_id = drafts[-1].id
    try:
        store(drafts)
    except DBAPIError as error:
        if stored_nothing(error):
            raise
        refuse_unless_found(receipt_id, within_s)
    follow(stream_id, receipt_id, within_s)


def change(statements: Callable[..., Value], *args: Any, then: str) -> Value:  # noqa: ANN401 - as they take
    """Call a store function of what is no command, in one transaction.

    Raises UnsureError, which says what to do then, if nobody can tell whether it is done.
    """
    try:
        with sync_engine().begin() as conn:
            return statements(conn, *args)
    except DBAPIError as error:
        if stored_nothing(error):
            raise
        raise UnsureError("this", then) from None


def store(drafts: Sequence[Draft]) -> None:
    """Append in one transaction. Raises CommandRefusedError where the stream is not open."""
    with sync_engine().begin() as conn:
        for draft in drafts:
            if append(conn, draft) is None:
                message = f"There is no open stream {draft.stream_id}."
                raise CommandRefusedError(message)


def refuse_unless_found(receipt_id: str, within_s: float) -> None:
    """Look for a receipt until Postgres answers. Raises UnsureError if it is not there."""
    if look_for(receipt_id, within_s, lambda _: True) is None:
        raise UnsureError(f"this (receipt {receipt_id})", "Look before you repeat it.")


def look(receipt_id: str) -> Receipt | None:
    """Return a receipt, if it is there and can be read just now."""
    try:
        with sync_engine().connect() as conn:
            return receipt(conn, receipt_id)
    except NO_ANSWER:
        return None


def look_for(receipt_id: str, within_s: float, is_it: Callable[[Receipt], bool]) -> Receipt | None:
    """Return a receipt once it is there and `is_it`; None if that is not so within `within_s`."""
    ends_at = time.monotonic() + within_s
    while time.monotonic() < ends_at:
        found = look(receipt_id)
        if found and is_it(found):
            return found
        time.sleep(LOOK_S)
    return None


def follow(stream_id: str, receipt_id: str, within_s: float) -> None:
    """Ring, and wait for one's receipt. Raises CommandRefusedError and NotPublishedError."""
    ring(stream_id)
    found = wait_until_published(receipt_id, within_s)
    if found.refusal or found.outcome is Outcome.FAILED:
        raise CommandRefusedError(found.refusal.error if found.refusal else "It failed.")


def ring(stream_id: str) -> None:
    """Ring; without a broker the sweep will find the command."""
    try:
        worker_doorbell().ring(stream_id)
    except UNREACHABLE:
        return


def wait_until_published(receipt_id: str, within_s: float) -> Receipt:
    """Return the receipt of a command that is published or refused. Raises NotPublishedError."""
    found = look_for(receipt_id, within_s, lambda found: found.state in ENDS)
    if found is None:
        raise NotPublishedError(receipt_id)
    return found
