"""The clock: what is planned becomes a command once it is due. Any number of beats do no harm.

The command carries the instant for which it was planned, and that is the time of its events,
however late it is. Why a repeat is harmless: the log knows its key, and `decide` compares it with
the facts of the moment.
"""

import logging

from domain.page.commands import FinishMaintenance, StartMaintenance
from domain.store.doorbell import UNREACHABLE, worker_doorbell
from domain.store.due import Due, append_due, draft_for, due_windows
from domain.store.engine import sync_engine
from domain.store.mint import mint

logger = logging.getLogger(__name__)

WINDOWS_A_BEAT = 500
COMMANDS = {"start": StartMaintenance, "finish": FinishMaintenance}


def keep_time() -> None:
    """Append a command for every window that is due, and ring for its page."""
    with sync_engine().connect() as conn:
        found = due_windows(conn, WINDOWS_A_BEAT)
    for due in found:
        if tell(due):
            ring(due.page_id)


def tell(due: Due) -> bool:
    """Append the command for a window; False if it is in the log already."""
    command = COMMANDS[due.kind](due.incident_id, mint("u"), due_at=due.due_at)
    with sync_engine().connect() as conn, conn.begin() as transaction:
        is_new = append_due(conn, due, draft_for(due, mint("r"), command))
        if not is_new:
            transaction.rollback()
    return is_new


def ring(page_id: str) -> None:
    """Ring for a page; without a broker the sweep finds the command."""
    try:
        worker_doorbell().ring(page_id)
    except UNREACHABLE as error:
        logger.warning("can't ring for %s: %s", page_id, error)
