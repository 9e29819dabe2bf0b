"""The operator's writes: through the command log, with a wait for publication."""

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from domain.results import Outcome
from domain.runtime.new_ids import new_id
from domain.store.broker import UNREACHABLE, worker_task_sender
from domain.store.postgres.command_log import Authority, Draft, append
from domain.store.postgres.engine import UNREACHABLE as NO_ANSWER
from domain.store.postgres.engine import DBAPIError, stored_nothing, sync_engine
from domain.store.postgres.receipts import Receipt, receipt

Value = TypeVar("Value")

PUBLISHED_WITHIN_S = 10.0
POLL_S = 0.02
FINAL_STATES = {"published", "refused", "failed"}  # of a receipt
OPERATOR = Authority("system", "operator")


class CommandRefusedError(Exception):
    """The command was rejected; the message is a sentence."""


class NotPublishedError(Exception):
    """The write is stored, but no worker has published it yet."""

    def __init__(self, receipt_id: str) -> None:
        """Build the message with the receipt id."""
        super().__init__(
            f"It is stored (receipt {receipt_id}) but not published after"
            f" {PUBLISHED_WITHIN_S:.0f} s: is a worker running? `hepstatus doctor` tells."
        )


class UnsureError(Exception):
    """It is unknown whether the write was stored."""

    def __init__(self, what: str, then: str) -> None:
        """Build the message from the write and the next step."""
        super().__init__(
            f"The connection to Postgres was lost while {what} was being stored: it may or may not"
            f" have been. {then}"
        )


def write_all(stream_id: str, story: Iterable[tuple[datetime, Any]]) -> None:
    """Append many commands with their event times, and wait for the last.

    Raises as `write` does; only a rejection of the last one is reported.
    """
    drafts = [Draft(new_id("r"), command, OPERATOR, stream_id, due_at=at) for at, command in story]
    if drafts:
        store_and_wait(stream_id, drafts, PUBLISHED_WITHIN_S)


def write(stream_id: str, command: Any, within_s: float = PUBLISHED_WITHIN_S) -> None:  # noqa: ANN401 - any command
    """Append a command as the operator, and wait for its publication.

    Raises CommandRefusedError, NotPublishedError and UnsureError.
    """
    store_and_wait(stream_id, [Draft(new_id("r"), command, OPERATOR, stream_id)], within_s)


def store_and_wait(stream_id: str, drafts: Sequence[Draft], within_s: float) -> None:
    """Append all or none, and wait for the last. Raises as `write`."""
    receipt_id = drafts[-1].id
    try:
        store(drafts)
    except DBAPIError as error:
        if stored_nothing(error):
            raise
        require_receipt(receipt_id, within_s)
    ring_and_wait(stream_id, receipt_id, within_s)


def run_in_transaction(statements: Callable[..., Value], *args: Any, then: str) -> Value:  # noqa: ANN401 - as they take
    """Call a store function in one transaction, for a change without a command.

    Raises UnsureError with the next step in `then` if its outcome is unknown.
    """
    try:
        with sync_engine().begin() as conn:
            return statements(conn, *args)
    except DBAPIError as error:
        if stored_nothing(error):
            raise
        raise UnsureError("this", then) from None


def store(drafts: Sequence[Draft]) -> None:
    """Append in one transaction. Raises CommandRefusedError for a closed stream."""
    with sync_engine().begin() as conn:
        for draft in drafts:
            if append(conn, draft) is None:
                message = f"There is no open stream {draft.stream_id}."
                raise CommandRefusedError(message)


def require_receipt(receipt_id: str, within_s: float) -> None:
    """Wait for a receipt until Postgres answers. Raises UnsureError without one."""
    if wait_for_receipt(receipt_id, within_s, lambda _: True) is None:
        raise UnsureError(f"this (receipt {receipt_id})", "Look before you repeat it.")


def read_receipt(receipt_id: str) -> Receipt | None:
    """Return a receipt, or None if it is missing or unreadable."""
    try:
        with sync_engine().connect() as conn:
            return receipt(conn, receipt_id)
    except NO_ANSWER:
        return None


def wait_for_receipt(
    receipt_id: str, within_s: float, condition: Callable[[Receipt], bool]
) -> Receipt | None:
    """Return a receipt once `condition` holds; None after `within_s` seconds."""
    ends_at = time.monotonic() + within_s
    while time.monotonic() < ends_at:
        row = read_receipt(receipt_id)
        if row and condition(row):
            return row
        time.sleep(POLL_S)
    return None


def ring_and_wait(stream_id: str, receipt_id: str, within_s: float) -> None:
    """Ring, and wait for a receipt. Raises CommandRefusedError and NotPublishedError."""
    request_drain(stream_id)
    row = wait_until_published(receipt_id, within_s)
    if row.refusal or row.outcome is Outcome.FAILED:
        raise CommandRefusedError(row.refusal.error if row.refusal else "It failed.")


def request_drain(stream_id: str) -> None:
    """Ring; without a broker the sweep finds the command."""
    try:
        worker_task_sender().request_drain(stream_id)
    except UNREACHABLE:
        return


def wait_until_published(receipt_id: str, within_s: float) -> Receipt:
    """Return the receipt of a published or refused command.

    Raises NotPublishedError.
    """
    row = wait_for_receipt(receipt_id, within_s, lambda receipt_: receipt_.state in FINAL_STATES)
    if row is None:
        raise NotPublishedError(receipt_id)
    return row
