"""The outbox: public events, written in the transaction of the write that made them.

Source: docs/architecture.md, "Side effects leave by an outbox".
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from sqlalchemy import Connection, insert, text

from domain.notifications.events import PublicEvent
from domain.page.settings import REMINDER_HOURS
from domain.store.postgres import tables as t

# Of a planned maintenance that subscribers have heard of, long enough before its start. The lead is
# the page's setting, in hours.
_REMIND = text("""
INSERT INTO notification_events (page_id, incident_id, incident_kind, kind, at, title, state,
  impact, concerns, is_suppressed)
SELECT latest.page_id, latest.incident_id, latest.incident_kind, 'reminder', clock_timestamp(),
  i.title, latest.state, latest.impact, latest.concerns, latest.is_suppressed
FROM incidents i
JOIN pages p ON p.id = i.page_id AND p.deleted_at IS NULL
CROSS JOIN LATERAL (
  SELECT make_interval(hours => coalesce((p.look->>'reminder_hours')::int, :default_hours)) AS lead
) setting
CROSS JOIN LATERAL (
  SELECT e.* FROM notification_events e WHERE e.incident_id = i.id ORDER BY e.id DESC LIMIT 1
) latest
WHERE i.state = 'scheduled' AND i.notifies AND i.scheduled_start > statement_timestamp()
  AND i.scheduled_start <= statement_timestamp() + setting.lead
  AND latest.kind <> 'reminder' AND latest.at < i.scheduled_start - setting.lead
""")
# An unresolved incident keeps its events: later ones depend on who has heard of it.
_FORGET = text("""
DELETE FROM notification_events WHERE id IN (
  SELECT e.id FROM notification_events e
  WHERE e.at < statement_timestamp() - make_interval(days => :days)
    AND NOT EXISTS (SELECT FROM incidents i WHERE i.id = e.incident_id AND i.resolved_at IS NULL)
  ORDER BY e.at LIMIT :limit FOR UPDATE SKIP LOCKED)
""")
EVENT_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A public event of a command; suppressed if visitors could not see the page."""

    event: PublicEvent
    command_id: str
    is_suppressed: bool


def add_to_outbox(conn: Connection, page_id: str, rows: Sequence[OutboxRow]) -> None:
    """Write the public events of a drain; nothing without any."""
    if rows:
        values = [
            {
                **asdict(row.event),
                "concerns": list(row.event.concerns),
                "page_id": page_id,
                "command_id": row.command_id,
                "is_suppressed": row.is_suppressed,
            }
            for row in rows
        ]
        conn.execute(insert(t.notification_events), values)


def add_reminders(conn: Connection) -> int:
    """Write the reminders of maintenances that are due; return their number."""
    return conn.execute(_REMIND, {"default_hours": REMINDER_HOURS}).rowcount


def forget_events(conn: Connection, limit: int) -> int:
    """Delete old events with their deliveries; return the number of events."""
    return conn.execute(_FORGET, {"days": EVENT_DAYS, "limit": limit}).rowcount
