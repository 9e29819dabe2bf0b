"""The subscribers that hear of a public event, as one condition in SQL.

Source: docs/behaviour.md, "Public events".
"""

from typing import Any, Final

from sqlalchemy import Row

from domain.notifications.events import ENDS, EventKind, PublicEvent
from domain.status import Impact

# `has_heard`: the subscriber gets, or was sent, a message about the incident.
MATCHES: Final = """
FROM subscribers s
CROSS JOIN LATERAL (SELECT EXISTS (
  SELECT FROM deliveries d WHERE d.subscriber_id = s.id AND d.incident_id = :incident_id
    AND d.status IN ('waiting', 'sent', 'failed')
) AS has_heard) heard
WHERE s.page_id = :page_id AND s.confirmed_at < :at
  AND (s.kinds = 'all' OR s.kinds = :incident_kind || 's')
  AND (s.incident_id IS NULL OR s.incident_id = :incident_id)
  AND (has_heard OR NOT :is_withdrawn AND s.impact = ANY(CAST(:impacts AS text[]))
    AND (s.components IS NULL OR cardinality(CAST(:concerns AS text[])) = 0
      OR s.components && CAST(:concerns AS text[])))
  AND (s.updates = 'all' OR :is_end OR NOT has_heard)
"""


def match_parameters(page_id: str, event: "PublicEvent | Row[Any]") -> dict[str, Any]:
    """Return the parameters of `MATCHES`.

    `impacts` are those that a subscriber may have chosen, so as to hear of this event.
    """
    kind = EventKind(event.kind)
    return {
        "page_id": page_id,
        **{name: getattr(event, name) for name in ("incident_id", "incident_kind", "at")},
        "concerns": list(event.concerns),
        "impacts": impacts_up_to(event.impact),
        "is_end": kind in ENDS,
        "is_withdrawn": kind is EventKind.WITHDRAWN,
    }


def impacts_up_to(impact: str) -> list[str]:
    """Return the impacts that are at most `impact`."""
    return [each for each in Impact if each.severity <= Impact(impact).severity]
