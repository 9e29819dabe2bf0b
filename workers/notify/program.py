"""The loops of the notifier, each in threads of its own.

It finds its work in Postgres and needs no doorbell: docs/decisions has the reason. Loops end at the
first signal; what they have claimed is sent, or taken over by another notifier.
"""

import logging
import threading
from collections.abc import Callable
from typing import Final

from domain.store.postgres.engine import POSTGRES_ERRORS, first_line, sync_engine
from domain.store.postgres.notifications.expansion import expand_events
from domain.store.postgres.notifications.outbox import add_reminders
from domain.store.postgres.notifications.send_queue import claim_subscribers
from workers.notify.channels.email import EmailSender
from workers.notify.channels.http import send_request
from workers.notify.confirm import confirm
from workers.notify.deliver import deliver
from workers.notify.mails import send_waiting_mails
from workers.notify.smtp import open_connection

logger = logging.getLogger(__name__)
POLL_S: Final = 0.5
OUTAGE_S: Final = 2.0
REMIND_S: Final = 20.0
EVENTS: Final = 2  # of one transaction: with thousands of subscribers each takes half a second
REQUESTS: Final = 8  # threads: so many recipients may be slow at a time,
PAGE_REQUESTS: Final = 3  # and so many of one page
MAILERS: Final = 2  # connections to the mail server
MAILS: Final = 20  # over one connection
Work = Callable[[], int]


def expand() -> int:
    """Expand waiting events; return their number."""
    with sync_engine().begin() as conn:
        return expand_events(conn, EVENTS)


def remind() -> int:
    """Write reminders that are due."""
    with sync_engine().begin() as conn:
        add_reminders(conn)
    return 0


def deliver_request() -> int:
    """Serve one subscriber of a channel over HTTP; return the number of subscribers."""
    with sync_engine().begin() as conn:
        claimed = claim_subscribers(conn, 1, PAGE_REQUESTS, is_email=False)
    for recipient in claimed:
        if recipient.confirmed_at is None:
            confirm(recipient)
        else:
            deliver(recipient, send_request)
    return len(claimed)


def deliver_mails() -> int:
    """Send mails to subscribers over one connection; return the number of subscribers."""
    with sync_engine().begin() as conn:
        claimed = claim_subscribers(conn, MAILS, MAILS, is_email=True)
    if claimed:
        with open_connection() as connection:
            for recipient in claimed:
                deliver(recipient, EmailSender(connection))
    return len(claimed)


class Loops:
    """Threads that repeat their work while there is any, then pause."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self.ending = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self, work: Work, pause_s: float = POLL_S) -> None:
        """Start a thread for a kind of work."""
        thread = threading.Thread(target=self._repeat, args=(work, pause_s), name=work.__name__)
        self._threads.append(thread)
        thread.start()

    def join(self) -> None:
        """Wait until all threads have ended."""
        for thread in self._threads:
            thread.join()

    def _repeat(self, work: Work, pause_s: float) -> None:
        while not self.ending.is_set():
            if not self._try(work):
                self.ending.wait(pause_s)

    def _try(self, work: Work) -> int:
        try:
            return work()
        except POSTGRES_ERRORS as error:
            logger.warning("%s is left to later: %s", work.__name__, first_line(error))
        except Exception:
            logger.exception("%s made us raise", work.__name__)
        self.ending.wait(OUTAGE_S)
        return 0


def build_loops() -> Loops:
    """Start the loops of a notifier."""
    loops = Loops()
    loops.start(expand)
    loops.start(remind, REMIND_S)
    loops.start(send_waiting_mails)
    for _ in range(MAILERS):
        loops.start(deliver_mails)
    for _ in range(REQUESTS):
        loops.start(deliver_request)
    return loops
