"""Notices to owners: a page that goes dark, domains, incidents without news, quarantine.

What was sent is known by `once_key`. Mails are kept for a week: no notice is due for longer.

Source: docs/behaviour.md, "Mail".
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, text

from domain.page.settings import STALE_HOURS

# Rows have one shape: the page, the thing that the notice is about, and its instant.
_DARK: Final = """
SELECT 'dark' AS kind, p.account_id, p.id AS page_id, '' AS thing_id, p.name AS thing,
  p.served_until AS at,
  CASE WHEN p.served_until <= statement_timestamp() + interval '1 day' THEN '1' ELSE '7' END AS mark
FROM pages p
WHERE p.deleted_at IS NULL AND p.is_public AND p.served_until > statement_timestamp()
  AND p.served_until <= statement_timestamp() + interval '7 days'
"""
_DOMAINS: Final = """
SELECT 'domain_' || m.state, m.account_id, m.page_id, m.id, m.host,
  CASE WHEN m.state = 'active' THEN m.verified_at ELSE m.asked_at END, m.state
FROM mounts m LEFT JOIN mount_checks c ON c.mount_id = m.id
WHERE m.kind = 'domain' AND (
  (m.state = 'active' AND m.verified_at > statement_timestamp() - interval '1 day')
  OR (m.state IN ('failed', 'lapsed')
    AND c.checked_at > statement_timestamp() - interval '1 day'))
"""
_STALE: Final = """
SELECT 'stale', p.account_id, p.id, i.id, i.title, u.posted_at, 'stale'
FROM incidents i JOIN pages p ON p.id = i.page_id
CROSS JOIN LATERAL (
  SELECT coalesce(max(posted_at), i.posted_at) AS posted_at FROM updates WHERE incident_id = i.id
) u
CROSS JOIN LATERAL (SELECT coalesce((p.look->>'stale_hours')::int, :stale_hours) AS hours) s
WHERE i.kind = 'incident' AND i.resolved_at IS NULL AND p.deleted_at IS NULL AND p.is_public
  AND p.suspended_at IS NULL
  AND (p.served_until IS NULL OR p.served_until > statement_timestamp())
  AND s.hours > 0 AND u.posted_at <= statement_timestamp() - make_interval(hours => s.hours)
  AND u.posted_at > statement_timestamp() - interval '6 days'
"""
# One a day and page, with all that came since the last one.
_QUARANTINE: Final = """
SELECT 'quarantine', p.account_id, p.id, '',
  CASE WHEN count(*) = 1 THEN 'one address' ELSE count(*) || ' addresses' END,
  max(s.quarantined_at), 'quarantine'
FROM pages p
JOIN subscribers s ON s.page_id = p.id
  AND s.quarantined_at > statement_timestamp() - interval '6 days'
CROSS JOIN LATERAL (
  SELECT coalesce(max(m.created_at), statement_timestamp() - interval '2 days') AS at FROM mails m
  WHERE m.account_id = p.account_id AND m.kind = 'quarantine'
    AND starts_with(m.once_key, 'quarantine:' || p.id || ':')
) last
WHERE p.deleted_at IS NULL AND s.quarantined_at > last.at
  AND last.at <= statement_timestamp() - interval '1 day'
GROUP BY p.id
"""
_DUE = text(f"""
SELECT n.kind, n.account_id, n.page_id, n.thing_id, n.thing, n.at, k.once_key, a.email, p.name,
  p.time_zone
FROM ({_DARK} UNION ALL {_DOMAINS} UNION ALL {_STALE} UNION ALL {_QUARANTINE}) n
JOIN accounts a ON a.id = n.account_id AND a.is_verified AND a.password_hash <> ''
JOIN pages p ON p.id = n.page_id
CROSS JOIN LATERAL (
  SELECT concat_ws(':', n.kind, n.page_id, n.thing_id, n.mark, extract(epoch FROM n.at)) AS once_key
) k
WHERE NOT EXISTS (SELECT FROM mails m WHERE m.once_key = k.once_key)
ORDER BY n.account_id, n.kind, n.page_id, n.thing_id LIMIT :limit
""")  # noqa: S608 - of constants


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice that is due; `thing` is a host, a title or a number of addresses."""

    kind: str
    account_id: str
    page_id: str
    thing_id: str
    thing: str
    at: datetime
    once_key: str
    email: str
    page: str
    time_zone: str


def due_notices(conn: Connection, limit: int) -> list[Notice]:
    """Return notices that are due and were not stored yet, to verified addresses only."""
    values: dict[str, Any] = {"limit": limit, "stale_hours": STALE_HOURS}
    return [Notice(*row) for row in conn.execute(_DUE, values)]
