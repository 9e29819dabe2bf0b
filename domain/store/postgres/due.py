"""Due events: starts, ends and expiries by the clock, with their idempotency keys."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from domain.store.postgres.command_log import Authority, Draft, Idempotency, append
from domain.store.postgres.engine import IntegrityError, constraint

CLOCK = Authority("system", "clock")
UNVERIFIED_DAYS = 7  # an account that is not verified by then, without a public page, is erased
SCOPE = "clock"  # a request's scope is its method and its path: no request has this one

# A key in use means that the command is in the log already. A refused one is deleted below: a thing
# can be due at the same instant again. A closed stream takes no command, so its rows may not block
# those of others.
_DUE = text("""
SELECT d.kind, d.stream_id, d.id, d.due_at, d.key FROM (
  SELECT w.*, 'clock:' || w.kind || ':' || w.id || ':'
    || to_char(w.due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS key
  FROM (
    SELECT 'start' AS kind, page_id AS stream_id, id, scheduled_start AS due_at FROM incidents
    WHERE state = 'scheduled' AND auto_start AND scheduled_start <= statement_timestamp()
    UNION ALL
    SELECT 'finish', page_id, id, scheduled_end FROM incidents
    WHERE kind = 'maintenance' AND resolved_at IS NULL AND auto_end AND state <> 'scheduled'
      AND scheduled_end <= statement_timestamp() AND scheduled_end > started_at
    UNION ALL
    SELECT 'slot', account_id, id, expires_at FROM slots
    WHERE NOT is_over AND expires_at <= statement_timestamp()
    UNION ALL
    SELECT 'prime', id, id, tier_until FROM accounts
    WHERE tier = 'prime' AND tier_until <= statement_timestamp()
    UNION ALL
    SELECT 'unverified', a.id, a.id, a.created_at + make_interval(days => :unverified_days)
    FROM accounts a
    WHERE NOT a.is_verified
      AND a.created_at <= statement_timestamp() - make_interval(days => :unverified_days)
      AND NOT EXISTS (
        SELECT FROM pages p WHERE p.account_id = a.id AND p.is_public AND p.deleted_at IS NULL)
  ) w
) d
JOIN streams s ON s.id = d.stream_id AND NOT s.closed
WHERE NOT EXISTS (
  SELECT FROM idempotency i JOIN commands c ON c.id = i.command_id
  WHERE i.stream_id = d.stream_id AND i.scope = :scope AND i.key = d.key
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
    """An event that is due, and the stream that decides it.

    `kind` is `start` or `finish` (of the maintenance `id`), `slot` (whose `id` expired), `prime`
    (of the account `id`, which ended), or `unverified` (the account `id`, which is to be erased).
    """

    kind: str
    stream_id: str
    id: str
    due_at: datetime
    key: str


def all_due(conn: Connection, limit: int) -> list[Due]:
    """Return events that are due and not in the log yet, the oldest first."""
    values = {"scope": SCOPE, "limit": limit, "unverified_days": UNVERIFIED_DAYS}
    return [Due(*row) for row in conn.execute(_DUE, values)]


def append_due(conn: Connection, due: Due, draft: Draft) -> bool:
    """Append a due event's command; False if it is in the log already.

    False too if the stream is closed. The transaction is of no further use after False.
    """
    where = {"stream_id": due.stream_id, "scope": SCOPE, "key": due.key}
    conn.execute(_FORGET_REFUSED, where)
    try:
        return append(conn, draft) is not None
    except IntegrityError as error:
        if constraint(error) != "idempotency_pkey":
            raise
        return False


def draft_for(due: Due, command_id: str, command: object) -> Draft:
    """Return the draft of the clock's command; its events take place at `due_at`."""
    idempotency = Idempotency(SCOPE, due.key, b"", is_ours=True)
    return Draft(command_id, command, CLOCK, due.stream_id, idempotency, due_at=due.due_at)
