"""The operator's way of a write: through the same log as everybody's, back after publication."""

import time
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from domain.log import Outcome
from domain.store.doorbell import UNREACHABLE, worker_doorbell
from domain.store.engine import sync_engine
from domain.store.log import Authority, Draft, append
from domain.store.mint import mint
from domain.store.receipts import Receipt, receipt

PUBLISHED_WITHIN_S = 10.0
LOOK_S = 0.02
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


def tell(stream_id: str, story: Iterable[tuple[datetime, Any]]) -> None:
    """Append many commands, each with the time of its events, and wait for the last one.

    Raises CommandRefusedError for the last one, NotPublishedError.
    """
    draft = None
    with sync_engine().begin() as conn:
        for at, command in story:
            draft = Draft(mint("r"), command, OPERATOR, stream_id, due_at=at)
            append(conn, draft)
    if draft:
        follow(stream_id, draft.id, PUBLISHED_WITHIN_S)


def write(stream_id: str, command: Any, within_s: float = PUBLISHED_WITHIN_S) -> None:  # noqa: ANN401 - any command
    """Append as the operator and wait. Raises CommandRefusedError and NotPublishedError."""
    draft = Draft(mint("r"), command, OPERATOR, stream_id)
    with sync_engine().begin() as conn:
        appended = append(conn, draft)
    if appended is None:
        message = f"There is no open stream {stream_id}."
        raise CommandRefusedError(message)
    follow(stream_id, draft.id, within_s)


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
    ends_at = time.monotonic() + within_s
    while time.monotonic() < ends_at:
        with sync_engine().connect() as conn:
            found = receipt(conn, receipt_id)
        if found and found.state in {"published", "refused", "failed"}:
            return found
        time.sleep(LOOK_S)
    raise NotPublishedError(receipt_id)
