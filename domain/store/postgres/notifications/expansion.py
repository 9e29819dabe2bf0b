"""Expansion: the deliveries of each public event, in the order of the events.

Source: docs/behaviour.md, "Public events".
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from domain.page.settings import NOTIFY_MINUTES
from domain.runtime.new_ids import new_id
from domain.store.postgres.notifications.matches import MATCHES, match_parameters

RETRY_PAUSE: Final = timedelta(minutes=5)  # a newer event tries again, but no more often
HIDDEN: Final = "the page was hidden"
# Pages take turns: events of a page with thousands of subscribers keep no other page waiting.
# One expander at a time: the events of an incident are expanded in their order.
_LOCK = text("SELECT pg_try_advisory_xact_lock(7003, 0)")  # see 7001 in command_log.py
_WAITING = text("""
SELECT id, page_id, incident_id, incident_kind, kind, at, impact, concerns, is_suppressed
FROM notification_events WHERE expanded_at IS NULL
ORDER BY row_number() OVER (PARTITION BY page_id ORDER BY id), id LIMIT :limit
""")
_RECIPIENTS = text("SELECT s.id, s.quarantined_at IS NOT NULL AS is_quarantined" + MATCHES)
_DELIVER = text("""
INSERT INTO deliveries
  (id, event_id, subscriber_id, page_id, incident_id, status, reason, created_at)
SELECT id, :event_id, subscriber_id, :page_id, :incident_id, status, :reason, clock_timestamp()
FROM unnest(CAST(:ids AS text[]), CAST(:subscriber_ids AS text[]), CAST(:statuses AS text[]))
  AS new (id, subscriber_id, status)
ON CONFLICT DO NOTHING
""")
# The next message of a subscriber: after a pause since the last one, and since a failed attempt.
_SCHEDULE = text("""
UPDATE subscribers s SET due_at = least(due_at, greatest(
  statement_timestamp(),
  CASE WHEN channel <> 'webhook' THEN last_message_at
    + make_interval(mins => coalesce((p.look->>'notify_minutes')::int, :notify_minutes)) END,
  CASE WHEN failed_attempts > 0 THEN last_attempt_at + :retry_pause END))
FROM pages p WHERE p.id = s.page_id AND s.id = ANY(:ids)
""")
_EXPANDED = text("UPDATE notification_events SET expanded_at = clock_timestamp() WHERE id = :id")


def expand_events(conn: Connection, limit: int) -> int:
    """Write the deliveries of waiting events; return the number of events.

    Nothing while another process does it.
    """
    if not conn.execute(_LOCK).scalar():
        return 0
    events = conn.execute(_WAITING, {"limit": limit}).all()
    for event in events:
        expand_event(conn, event)
        conn.execute(_EXPANDED, {"id": event.id})
    return len(events)


def expand_event(conn: Connection, event: Row[Any]) -> None:
    """Write the deliveries of one event, and schedule their subscribers."""
    recipients = conn.execute(_RECIPIENTS, match_parameters(event.page_id, event)).all()
    statuses = [status_of(event, recipient) for recipient in recipients]
    write_deliveries(conn, event, [recipient.id for recipient in recipients], statuses)
    waiting = [r.id for r, s in zip(recipients, statuses, strict=True) if s == "waiting"]
    if waiting:
        pauses = {"notify_minutes": NOTIFY_MINUTES, "retry_pause": RETRY_PAUSE}
        conn.execute(_SCHEDULE, {"ids": waiting, **pauses})


def status_of(event: Row[Any], recipient: Row[Any]) -> str:
    """Return the first status of a delivery."""
    if event.is_suppressed:
        return "suppressed"
    return "quarantined" if recipient.is_quarantined else "waiting"


def write_deliveries(
    conn: Connection, event: Row[Any], subscriber_ids: Sequence[str], statuses: Sequence[str]
) -> None:
    """Write a delivery for each subscriber."""
    if subscriber_ids:
        values = {
            "event_id": event.id,
            "page_id": event.page_id,
            "incident_id": event.incident_id,
            "reason": HIDDEN if event.is_suppressed else None,
            "ids": [new_id("d") for _ in subscriber_ids],
            "subscriber_ids": subscriber_ids,
            "statuses": statuses,
        }
        conn.execute(_DELIVER, values)
