"""Bounces: reports of mail servers about mails that they could not deliver.

Source: RFC 3464 (reports), RFC 3463 (status codes).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message

from domain.runtime.mail.message import find_bounced, mask_addresses

REPORT = "message/delivery-status"
PERMANENT = "5."
POLICY = "5.7."  # a refusal of the sender or of the content, and not of the address


@dataclass(frozen=True, slots=True)
class Bounce:
    """A report of a permanent failure; `id` is that of the bounce address."""

    id: str
    reason: str


def read_bounce(report: bytes, mail_from: str) -> Bounce | None:
    """Return the bounce that a message reports; None if it reports no permanent failure."""
    bounced_id = find_bounced(report, mail_from)
    failure = next(permanent_failures(message_from_bytes(report)), None)
    if bounced_id is None or failure is None:
        return None
    answer = failure.get("Diagnostic-Code", "").partition(";")[2] or failure.get("Status", "")
    return Bounce(bounced_id, f"the mail came back: {mask_addresses(answer)}")


def permanent_failures(message: Message) -> Iterator[Message]:
    """Yield the parts of a report that tell of a permanent failure of an address."""
    for part in message.walk():
        is_report = part.get_content_type() == REPORT and part.is_multipart()
        for fields in part.get_payload() if is_report else ():
            if isinstance(fields, Message) and is_permanent(fields):
                yield fields


def is_permanent(fields: Message) -> bool:
    """Return whether the fields of one recipient tell of a permanent failure of the address."""
    action, status = (str(fields.get(name, "")).strip() for name in ("Action", "Status"))
    is_failure = action.lower() == "failed" and status.startswith(PERMANENT)
    return is_failure and not status.startswith(POLICY)
