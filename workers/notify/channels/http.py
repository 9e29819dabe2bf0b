"""Channels over HTTP: the request of each, and the meaning of its answer."""

from domain.notifications.messages import Message
from domain.store.postgres.notifications.send_queue import Claimed
from workers.notify.outcome import Outcome, Retry


def send_request(recipient: Claimed, message: Message) -> Outcome:  # noqa: ARG001 - as all senders
    """Send a message to a recipient over HTTP."""
    return Retry("this channel is not built yet")
