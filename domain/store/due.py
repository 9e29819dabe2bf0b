"""What is due: windows that the clock is to start or to end, and its keys in the log."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from domain.store.engine import IntegrityError, constraint
from domain.store.log import Authority, Draft, Idempotency, append

CLOCK = Authority("system", "clock")
SCOPE = "clock"  # a request's scope is its method and its path: no request has this one

# A key in use means that the command is in the log already; one that was refused is forgotten
# below, for a window can be planned for the same instant again.
_DUE = text("""
SELECT d.kind, d.page_id, d.id, d.due_at, d.key FROM (
  SELECT w.*, 'clock:' || w.kind || ':' || w.id || ':'
    || to_char(w.due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS key
  FROM (
    SELECT 'start' AS kind, page_id, id, scheduled_start AS due_at FROM incidents
    WHERE state = 'scheduled' AND auto_start AND scheduled_start <= clock_timestamp()
    UNION ALL
    SELECT 'finish', page_id, id, scheduled_end FROM incidents
    WHERE kind = 'maintenance' AND resolved_at IS NULL AND auto_end AND state <> 'scheduled'
      AND scheduled_end <= clock_timestamp() AND scheduled_end > started_at
  ) w
) d
WHERE NOT EXISTS (
  SELECT FROM idempotency i JOIN commands c ON c.id = i.command_id
  WHERE i.stream_id = d.page_id AND i.scope = :scope AND i.key = d.key
    AND c.outcome IS DISTINCT FROM 'refused'
)
ORDER BY d.due_at, d.id LIMIT :limit
""")
_FORGET_REFUSED = text("""
DELETE FROM idempotency i USING commands c
WHERE i.stream_id = :stream_id AND i.scope = :scope AND i.key = :key
  AND c.id = i.command_id AND c.outcome = 'refused'
""")


@dataclass(frozen=True, slots=True)
class Due:
    """A window that is to `start` or to `finish` at an instant that has come."""

    kind: str
    page_id: str
    incident_id: str
    due_at: datetime
    key: str


def due_windows(conn: Connection, limit: int) -> list[Due]:
    """Return what is due and not in the log yet, the oldest first."""
    return [Due(*row) for row in conn.execute(_DUE, {"scope": SCOPE, "limit": limit})]


def append_due(conn: Connection, due: Due, draft: Draft) -> bool:
    """Append the command for what is due; False if another beat was first, or the page is gone.

    The transaction is of no further use after False.
    """
    where = {"stream_id": due.page_id, "scope": SCOPE, "key": due.key}
    conn.execute(_FORGET_REFUSED, where)
    try:
        return append(conn, draft) is not None
    except IntegrityError as error:
        if constraint(error) != "idempotency_pkey":
            raise
        return False


def draft_for(due: Due, command_id: str, command: object) -> Draft:
    """Return the draft of the clock's command: its events happen when it was due."""
    once = Idempotency(SCOPE, due.key, b"")
    return Draft(command_id, command, CLOCK, due.page_id, once, due_at=due.due_at)
