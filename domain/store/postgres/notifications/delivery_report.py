"""The delivery report: the recipients of a write or an incident, and their deliveries.

Source: docs/behaviour.md, "Delivery report".
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, text

from domain.notifications.choices import Channel
from domain.notifications.events import EventKind, PublicEvent
from domain.store.postgres.notifications.matches import MATCHES, match_parameters
from domain.store.postgres.rows import to_dataclass

DeliveryStatus = Literal["waiting", "sent", "failed", "quarantined", "suppressed"]
_COUNTS = """
SELECT {key} AS key, count(DISTINCT d.subscriber_id) AS recipients,
  count(*) FILTER (WHERE d.status = 'waiting') AS waiting,
  count(*) FILTER (WHERE d.status = 'sent') AS sent,
  count(*) FILTER (WHERE d.status = 'failed') AS failed,
  count(*) FILTER (WHERE d.status = 'quarantined') AS quarantined,
  count(*) FILTER (WHERE d.status = 'suppressed') AS suppressed
FROM {tables} WHERE {key} = ANY(:keys) AND d.status <> 'dropped' GROUP BY 1
"""
_OF_INCIDENTS = text(_COUNTS.format(key="d.incident_id", tables="deliveries d"))
_OF_COMMANDS = text(
    _COUNTS.format(
        key="e.command_id",
        tables="notification_events e JOIN deliveries d ON d.event_id = e.id",
    )
)
_RECIPIENTS = text(
    "SELECT s.channel, count(*) AS number"
    + MATCHES
    + "AND s.quarantined_at IS NULL GROUP BY s.channel"
)
_LIST = text("""
SELECT d.id, d.subscriber_id, d.incident_id, d.status, d.reason, d.attempts, d.created_at,
  d.settled_at, d.resent_at, e.kind, e.title, s.channel, s.address
FROM deliveries d
JOIN notification_events e ON e.id = d.event_id JOIN subscribers s ON s.id = d.subscriber_id
WHERE d.page_id = :page_id AND d.status <> 'dropped'
  AND (CAST(:incident_id AS text) IS NULL OR d.incident_id = :incident_id)
  AND (CAST(:status AS text) IS NULL OR d.status = :status)
  AND (CAST(:at AS timestamptz) IS NULL OR (d.created_at, d.id) < (:at, :id))
ORDER BY d.created_at DESC, d.id DESC LIMIT :limit
""")
_RESEND = text("""
UPDATE deliveries SET status = 'waiting', reason = NULL, settled_at = NULL,
  resent_at = clock_timestamp()
WHERE id = :id AND page_id = :page_id AND status IN ('failed', 'quarantined')
  AND (resent_at IS NULL OR resent_at < statement_timestamp() - interval '1 hour')
RETURNING subscriber_id
""")
# A last attempt: a failure that is final leads back into quarantine.
_WAKE = text("""
UPDATE subscribers SET due_at = clock_timestamp(), quarantined_at = NULL, quarantine_reason = NULL
WHERE id = :id
""")
_STATE = text("""
SELECT status, resent_at + interval '1 hour' AS resent_until FROM deliveries
WHERE id = :id AND page_id = :page_id
""")


@dataclass(frozen=True, slots=True)
class DeliveryCounts:
    """How many subscribers hear of something, and the deliveries of it by their status."""

    recipients: int = 0
    waiting: int = 0
    sent: int = 0
    failed: int = 0
    quarantined: int = 0
    suppressed: int = 0


NO_DELIVERIES = DeliveryCounts()


@dataclass(frozen=True, slots=True)
class ListedDelivery:
    """A delivery, for the owner: its event, its subscriber, and how far it got."""

    id: str
    subscriber_id: str
    incident_id: str
    kind: EventKind
    title: str
    channel: Channel
    address: str
    status: DeliveryStatus
    reason: str | None
    attempts: int
    created_at: datetime
    settled_at: datetime | None
    resent_at: datetime | None


class NotFailedError(Exception):
    """The delivery is neither failed nor in quarantine."""


class ResentLatelyError(Exception):
    """The delivery was sent again within the last hour; `until` is the end of the pause."""

    def __init__(self, until: datetime) -> None:
        """Hold the end of the pause."""
        super().__init__(str(until))
        self.until = until


def count_of_incidents(conn: Connection, ids: Sequence[str]) -> Mapping[str, DeliveryCounts]:
    """Return the counts of incidents by id; none of those without deliveries."""
    return _count(conn, _OF_INCIDENTS, ids)


def count_of_command(conn: Connection, command_id: str) -> DeliveryCounts:
    """Return the counts of a write."""
    return _count(conn, _OF_COMMANDS, [command_id]).get(command_id, NO_DELIVERIES)


def count_recipients(
    conn: Connection, page_id: str, events: Iterable[PublicEvent]
) -> Mapping[str, int]:
    """Return how many subscribers would get public events, by channel."""
    counts: Counter[str] = Counter()
    for event in events:
        rows = conn.execute(_RECIPIENTS, match_parameters(page_id, event))
        counts.update({row.channel: row.number for row in rows})
    return counts


def deliveries_after(
    conn: Connection,
    page_id: str,
    after: tuple[datetime, str] | None,
    limit: int,
    *,
    incident_id: str | None = None,
    status: str | None = None,
) -> list[ListedDelivery]:
    """Return at most `limit` deliveries of a page after a position, newest first."""
    at, id_ = after or (None, None)
    where = {"page_id": page_id, "incident_id": incident_id, "status": status}
    rows = conn.execute(_LIST, {**where, "at": at, "id": id_, "limit": limit})
    return [to_dataclass(row, ListedDelivery) for row in rows]


def send_again(conn: Connection, page_id: str, delivery_id: str) -> bool:
    """Let a delivery wait once more; False if the page has none of this id.

    Raises NotFailedError, ResentLatelyError.
    """
    where = {"id": delivery_id, "page_id": page_id}
    subscriber_id = conn.execute(_RESEND, where).scalar()
    if subscriber_id is None:
        return _explain(conn, where)
    conn.execute(_WAKE, {"id": subscriber_id})
    return True


def _explain(conn: Connection, where: Mapping[str, Any]) -> bool:
    row = conn.execute(_STATE, where).one_or_none()
    if row is None:
        return False
    if row.status not in {"failed", "quarantined"}:
        raise NotFailedError
    raise ResentLatelyError(row.resent_until)


def _count(conn: Connection, query: Any, keys: Sequence[str]) -> Mapping[str, DeliveryCounts]:  # noqa: ANN401 - a statement of ours
    rows = conn.execute(query, {"keys": list(keys)}).mappings()
    return {row["key"]: DeliveryCounts(**{k: row[k] for k in row if k != "key"}) for row in rows}
