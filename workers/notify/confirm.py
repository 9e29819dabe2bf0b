"""Test messages: a webhook or a chat is asked before it gets messages.

Source: docs/behaviour.md, "Consent and leaving".
"""

from domain.runtime.new_ids import new_id
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.notifications import send_queue
from domain.store.postgres.notifications.link_tokens import Purpose, create_link
from domain.store.postgres.notifications.send_queue import Claimed
from domain.store.postgres.notifications.subscribers import UNCONFIRMED_LASTS as LASTS
from workers.notify.channels.http import send_test
from workers.notify.outcome import Postponed, Retry
from workers.notify.pages import load_current_page


def confirm(recipient: Claimed) -> None:
    """Send the test message of a claimed subscriber, and release it."""
    with sync_engine().begin() as conn:
        name = load_current_page(conn, recipient.page_id, ()).name
        link = create_link(conn, Purpose.CONFIRM, subscriber_id=recipient.id, lasts=LASTS)
    outcome = send_test(recipient, name, link, new_id("d"))
    is_failed = isinstance(outcome, Retry | Postponed)
    pause = send_queue.pause_after_failure(recipient, None) if is_failed else None
    with sync_engine().begin() as conn:
        send_queue.release_test(conn, recipient, pause)
