"""The clock: it turns planned starts and ends into commands once they are due.

Several beats do no harm. The command carries the instant at which it was due, which is the time of
its events, however late it is applied. A repeat is harmless: the log knows its key, and `decide`
compares it with the current state.
"""

import logging
from typing import Any

from domain.account.commands import DeleteAccount, EndPrime, ExpireSlot
from domain.page.commands import FinishMaintenance, StartMaintenance
from domain.runtime.new_ids import new_id
from domain.store.broker import UNREACHABLE, worker_task_sender
from domain.store.postgres import engine
from domain.store.postgres.due import Due, all_due, append_due, draft_for
from domain.store.postgres.engine import sync_engine

logger = logging.getLogger(__name__)

DUES_A_BEAT = 500


def keep_time() -> None:
    """Append a command for each item that is due, and ring its stream.

    Raises Postgres' errors when it can't be reached: the next beat repeats it.
    """
    with sync_engine().connect() as conn:
        dues = all_due(conn, DUES_A_BEAT)
    for due in dues:
        try:
            if tell(due):
                request_drain(due.stream_id)
        except engine.UNREACHABLE:
            raise
        except Exception:  # the oldest come first, and must not block younger ones
            logger.exception("the %s of %s made us raise", due.kind, due.id)


def tell(due: Due) -> bool:
    """Append the command of a due item; False if it is logged already."""
    with sync_engine().connect() as conn, conn.begin() as transaction:
        is_new = append_due(conn, due, draft_for(due, new_id("r"), build_command(due)))
        if not is_new:
            transaction.rollback()
    return is_new


def build_command(due: Due) -> Any:  # noqa: ANN401 - a page's command, or an account's
    """Return the command for an item. Raises KeyError for an unknown kind."""
    match due.kind:
        case "start":
            return StartMaintenance(due.id, new_id("u"), due_at=due.due_at)
        case "finish":
            return FinishMaintenance(due.id, new_id("u"), due_at=due.due_at)
        case "slot":
            return ExpireSlot(due.id, due.due_at)
        case "prime":
            return EndPrime(due.due_at)
        case "unverified":
            return DeleteAccount()
    raise KeyError(due.kind)


def request_drain(stream_id: str) -> None:
    """Ring for a stream; without a broker the sweep finds the command."""
    try:
        worker_task_sender().request_drain(stream_id)
    except UNREACHABLE as error:
        logger.warning("can't ring for %s: %s", stream_id, error)
