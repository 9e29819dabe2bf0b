"""The queue of subscribers with waiting deliveries, which senders claim and settle.

A claim is a lease: when its process dies, another sender takes over after `CLAIM`. What a lost
process has sent without settling is sent again, and nothing else is.

Source: docs/behaviour.md, "Delivery".
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, text

from domain.notifications.choices import Channel
from domain.notifications.events import EventKind
from domain.status import IncidentState
from domain.store.postgres.notifications.attempts import CLAIM, PAUSES

# Pages take turns, and none has more than `page_max` claims at a time: a page with thousands of
# subscribers, or with dead ones, delays no other page.
_CLAIM = text("""
WITH due AS (
  SELECT id, page_id, row_number() OVER (PARTITION BY page_id ORDER BY due_at, id) AS turn, due_at
  FROM subscribers
  WHERE due_at <= statement_timestamp()
    AND (claimed_until IS NULL OR claimed_until < statement_timestamp())
    AND (channel = 'email') = :is_email
    AND page_id NOT IN (SELECT page_id FROM held_pages)
), busy AS (
  SELECT page_id, count(*) AS claims FROM subscribers
  WHERE claimed_until > statement_timestamp() AND (channel = 'email') = :is_email GROUP BY page_id
), chosen AS (
  SELECT s.id FROM subscribers s
  WHERE s.id IN (
    SELECT id FROM due LEFT JOIN busy USING (page_id)
    WHERE turn + coalesce(claims, 0) <= :page_max ORDER BY turn, due_at LIMIT :limit)
    AND (claimed_until IS NULL OR claimed_until < statement_timestamp())
  FOR UPDATE SKIP LOCKED
)
UPDATE subscribers SET claimed_until = clock_timestamp() + :claim
WHERE id IN (SELECT id FROM chosen)
RETURNING id, page_id, channel, address, confirmed_at, secret, previous_secret, secret_changed_at,
  claimed_until, failed_attempts
""")
_RENEW = text("""
UPDATE subscribers SET claimed_until = clock_timestamp() + :claim
WHERE id = :id AND claimed_until = :claimed_until RETURNING claimed_until
""")
_WAITING = text("""
SELECT d.id, d.incident_id, d.event_id, e.incident_kind, e.kind, e.update_id, e.at, e.title,
  e.state, e.impact, EXISTS (
    SELECT FROM deliveries o WHERE o.subscriber_id = d.subscriber_id
      AND o.incident_id = d.incident_id AND o.status = 'sent') AS has_heard
FROM deliveries d JOIN notification_events e ON e.id = d.event_id
WHERE d.subscriber_id = :id AND d.status = 'waiting' ORDER BY d.event_id
""")
_SETTLE_DELIVERIES = text("""
UPDATE deliveries SET status = :status, reason = :reason, attempts = attempts + :attempts,
  settled_at = CASE WHEN :status <> 'waiting' THEN clock_timestamp() END,
  message_id = coalesce(:message_id, message_id)
WHERE id = ANY(:ids) AND status = 'waiting'
""")
# An expansion that commits meanwhile waits for this row, and sets `due_at` after it.
_RELEASE = text("""
UPDATE subscribers s SET claimed_until = NULL,
  last_attempt_at = CASE WHEN :attempt = 'none' THEN last_attempt_at ELSE clock_timestamp() END,
  last_message_at = CASE WHEN :attempt = 'sent' THEN clock_timestamp() ELSE last_message_at END,
  failed_attempts = CASE :attempt WHEN 'sent' THEN 0 WHEN 'failed' THEN failed_attempts + 1
    ELSE failed_attempts END,
  due_at = CASE WHEN EXISTS (
    SELECT FROM deliveries d WHERE d.subscriber_id = s.id AND d.status = 'waiting'
  ) THEN clock_timestamp() + :pause END
WHERE id = :id AND claimed_until = :claimed_until
""")
_RELEASE_TEST = text("""
UPDATE subscribers SET claimed_until = NULL, due_at = clock_timestamp() + CAST(:pause AS interval),
  failed_attempts = CASE WHEN CAST(:pause AS interval) IS NULL THEN 0 ELSE failed_attempts + 1 END
WHERE id = :id AND claimed_until = :claimed_until
""")
_QUARANTINE = text("""
UPDATE subscribers SET claimed_until = NULL, due_at = NULL, quarantined_at = clock_timestamp(),
  quarantine_reason = :reason, last_attempt_at = clock_timestamp(),
  failed_attempts = failed_attempts + 1
WHERE id = :id AND quarantined_at IS NULL
""")
_QUARANTINE_DELIVERIES = text("""
UPDATE deliveries SET status = 'quarantined', reason = :reason, settled_at = clock_timestamp()
WHERE subscriber_id = :id AND status = 'waiting'
""")
Attempt = Literal["none", "sent", "failed"]


@dataclass(frozen=True, slots=True)
class Claimed:
    """A subscriber that this process sends to, until `claimed_until`."""

    id: str
    page_id: str
    channel: Channel
    address: str
    confirmed_at: datetime | None
    secret: str | None
    previous_secret: str | None
    secret_changed_at: datetime | None
    claimed_until: datetime
    failed_attempts: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery that waits, with its event.

    `has_heard` if the subscriber was sent a message about the incident before.
    """

    id: str
    incident_id: str
    event_id: int
    incident_kind: str
    kind: EventKind
    update_id: str | None
    at: datetime
    title: str
    state: IncidentState
    impact: str
    has_heard: bool


def claim_subscribers(
    conn: Connection, limit: int, page_max: int, *, is_email: bool
) -> list[Claimed]:
    """Claim subscribers that are due, one of each page before the second of any.

    No page has more than `page_max` claims at a time.
    """
    parameters = {"limit": limit, "page_max": page_max, "claim": CLAIM, "is_email": is_email}
    rows = conn.execute(_CLAIM, parameters).mappings()
    return [Claimed(**{**row, "channel": Channel(row["channel"])}) for row in rows]


def renew_claim(conn: Connection, claimed: Claimed) -> Claimed | None:
    """Return the claim with all of its time again; None if it is over."""
    keys = {"id": claimed.id, "claimed_until": claimed.claimed_until}
    until = conn.execute(_RENEW, {**keys, "claim": CLAIM}).scalar()
    return replace(claimed, claimed_until=until) if until else None


def load_waiting(conn: Connection, subscriber_id: str) -> list[Waiting]:
    """Return the waiting deliveries of a subscriber, oldest event first."""
    rows = conn.execute(_WAITING, {"id": subscriber_id}).mappings()
    return [
        Waiting(**{**row, "kind": EventKind(row["kind"]), "state": IncidentState(row["state"])})
        for row in rows
    ]


def settle_deliveries(
    conn: Connection,
    ids: Sequence[str],
    status: str,
    reason: str | None = None,
    *,
    message_id: str | None = None,
    attempts: int = 1,
) -> None:
    """Set the status of waiting deliveries."""
    values: dict[str, Any] = {"status": status, "reason": reason, "message_id": message_id}
    conn.execute(_SETTLE_DELIVERIES, {"ids": list(ids), "attempts": attempts, **values})


def release(
    conn: Connection, claimed: Claimed, attempt: Attempt, pause: timedelta = timedelta()
) -> None:
    """Release a subscriber; its waiting deliveries are due after the pause."""
    keys = {"id": claimed.id, "claimed_until": claimed.claimed_until}
    conn.execute(_RELEASE, {**keys, "attempt": attempt, "pause": pause})


def release_test(conn: Connection, claimed: Claimed, pause: timedelta | None) -> None:
    """Release an address that was asked to confirm; with a pause it is asked again."""
    keys = {"id": claimed.id, "claimed_until": claimed.claimed_until}
    conn.execute(_RELEASE_TEST, {**keys, "pause": pause})


def pause_after_failure(claimed: Claimed, requested: timedelta | None) -> timedelta | None:
    """Return the pause after another failed attempt; None after the last one.

    `requested` is the pause that the recipient asked for.
    """
    if claimed.failed_attempts >= len(PAUSES):
        return None
    return max(PAUSES[claimed.failed_attempts], requested or timedelta())


def quarantine(conn: Connection, subscriber_id: str, reason: str) -> bool:
    """Stop sending to a subscriber; False if that is so already."""
    values = {"id": subscriber_id, "reason": reason}
    is_new = conn.execute(_QUARANTINE, values).rowcount > 0
    conn.execute(_QUARANTINE_DELIVERIES, values)
    return is_new
