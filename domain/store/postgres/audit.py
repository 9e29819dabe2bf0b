"""The audit log of a page: its commands, newest first, with names for ids.

Two streams concern a page: its own, and its account's. Of the latter only commands with the page's
`page_id` in their payload, and without a follow-up on it: the follow-up stands for its cause, and
is shown with the cause's actor. Purchases and grants concern every page of the account, and are in
the audit log of each.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any

from sqlalchemy import Connection, text

BEGINNING = 10**17  # every seq is lower than this

# A logo's bytes are left out; the entry says only that there was one.
_ENTRY = """
SELECT c.stream_id, c.seq, c.id, c.received_at, c.kind,
  CASE WHEN jsonb_typeof(c.payload->'logo') = 'string' THEN c.payload || jsonb_build_object(
    'logo', CASE c.payload->>'logo' WHEN '' THEN 'removed' ELSE 'replaced' END)
  ELSE c.payload END AS payload,
  c.actor, c.outcome, c.refusal, cause.id AS cause_id, cause.kind AS cause_kind,
  cause.actor AS cause_actor, c.remarks
FROM commands_ever c LEFT JOIN commands_ever cause ON cause.id = c.cause
WHERE c.stream_id = :stream_id AND c.seq < :before
"""
_OF_PAGE = text(_ENTRY + "ORDER BY c.seq DESC LIMIT :limit")
_OF_ACCOUNT = text(
    _ENTRY + " AND (c.kind = ANY(:of_all_pages) OR c.payload->>'page_id' = :page_id"
    " AND NOT EXISTS (SELECT FROM commands_ever f WHERE f.cause = c.id AND f.stream_id = :page_id))"
    " ORDER BY c.seq DESC LIMIT :limit"
)
# The creating command has the thing's name; the condition is that of index `commands_made`.
_MADE = text("""
SELECT coalesce(payload->>'incident_id', payload->>'component_id', payload->>'key_id',
  payload->>'template_id') AS id, coalesce(payload->>'title', payload->>'name') AS name
FROM commands_ever WHERE stream_id = :page_id AND kind IN
  ('OpenIncident', 'ScheduleMaintenance', 'AddComponent', 'CreateKey', 'AddTemplate')
  AND coalesce(payload->>'incident_id', payload->>'component_id', payload->>'key_id',
    payload->>'template_id') = ANY(:ids)
""")
_NOW = text("""
SELECT id, title AS name FROM incidents WHERE page_id = :page_id AND id = ANY(:ids)
UNION ALL SELECT id, name FROM components WHERE page_id = :page_id AND id = ANY(:ids)
UNION ALL SELECT id, name FROM keys WHERE page_id = :page_id AND id = ANY(:ids)
UNION ALL SELECT id, coalesce(name, title) FROM templates
  WHERE page_id = :page_id AND id = ANY(:ids)
""")
_EMAILS = text("SELECT id, email FROM accounts WHERE id = ANY(:ids)")
OF_ALL_PAGES = ["BuySlot", "RenewSlot", "ExpireSlot", "SetTier", "EndPrime", "GrantTokens"]
NAMED_BY = ("incident_id", "component_id", "key_id", "template_id", "reference")


@dataclass(frozen=True, slots=True)
class ListPosition:
    """A position in both streams: the entries after it have lower seqs."""

    page_seq: int = BEGINNING
    account_seq: int = BEGINNING


@dataclass(frozen=True, slots=True)
class LoggedCommand:
    """A command of the log, with its cause; times are aware UTC."""

    stream_id: str
    seq: int
    id: str
    at: datetime
    kind: str
    payload: Mapping[str, Any]
    actor: str
    outcome: str | None
    refusal: Mapping[str, Any] | None
    cause_id: str | None
    cause_kind: str | None
    cause_actor: str | None
    remarks: Mapping[str, Any] | None

    @property
    def original_actor(self) -> str:
        """The actor: of a follow-up, that of its cause."""
        return self.cause_actor or self.actor


@dataclass(frozen=True, slots=True)
class Audit:
    """A part of a page's audit log; `after` is its continuation, or None.

    `names` are those of things and keys by id, deleted ones too; `emails` those of acting accounts.

    `names` are those of things and keys by id, deleted ones too; `emails` those of acting accounts.
    """

    entries: tuple[LoggedCommand, ...]
    names: Mapping[str, str]
    emails: Mapping[str, str]
    after: ListPosition | None


def read_audit(
    conn: Connection, account_id: str, page_id: str, place: ListPosition, limit: int
) -> Audit:
    """Return at most `limit` entries after a position of a page's audit log."""
    where = {"page_id": page_id, "limit": limit + 1, "of_all_pages": OF_ALL_PAGES}
    of_page = {"stream_id": page_id, "before": place.page_seq}
    of_account = {"stream_id": account_id, "before": place.account_seq}
    streams = (
        [LoggedCommand(*row) for row in conn.execute(_OF_PAGE, of_page | {"limit": limit + 1})],
        [LoggedCommand(*row) for row in conn.execute(_OF_ACCOUNT, where | of_account)],
    )
    merged = merge(*streams, key=lambda entry: entry.at, reverse=True)
    entries = tuple(islice(merged, limit))
    has_more = sum(map(len, streams)) > len(entries)
    included_ids = {entry.id for entry in entries}
    after = (
        ListPosition(*(_behind(stream, included_ids) for stream in streams)) if has_more else None
    )
    return Audit(entries, _names(conn, page_id, entries), _emails(conn, entries), after)


def _behind(stream: Sequence[LoggedCommand], included_ids: Collection[str]) -> int:
    """Return the seq below which a stream continues; later entries are left out."""
    remaining = [entry for entry in stream if entry.id not in included_ids]
    return remaining[0].seq + 1 if remaining else stream[-1].seq if stream else 0


def _names(conn: Connection, page_id: str, entries: Collection[LoggedCommand]) -> Mapping[str, str]:
    """Return the names of the things in entries: the current one, else the first."""
    referenced_ids = {
        entry.payload.get(name) for entry in entries for name in NAMED_BY
    } | _actor_ids(entries)
    ids = sorted(id_ for id_ in referenced_ids if isinstance(id_, str))
    where = {"page_id": page_id, "ids": ids}
    return {row.id: row.name for query in (_MADE, _NOW) for row in conn.execute(query, where)}


def _emails(conn: Connection, entries: Collection[LoggedCommand]) -> Mapping[str, str]:
    """Return the e-mails of acting accounts, not of those named in payloads."""
    rows = conn.execute(_EMAILS, {"ids": sorted(_actor_ids(entries))})
    return {row.id: row.email for row in rows}


def _actor_ids(entries: Collection[LoggedCommand]) -> set[str]:
    return {entry.original_actor.partition(":")[2] for entry in entries}
