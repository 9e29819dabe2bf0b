"""The audit log of a page: its commands, newest first, with names for ids.

Two streams concern a page: its own, and its account's. Of the latter only commands with the page's
`page_id` in their payload, and without a follow-up on it: the follow-up stands for its cause, and
is shown with the cause's actor. Purchases and grants concern every page of the account, and are in
the audit log of each. A command of the operator that was refused or failed changed nothing for the
owner: it is left out.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any

from sqlalchemy import Connection, TextClause, text

from domain.store.postgres.command_log import head_seq

BEGINNING = 10**17  # every seq is lower than this

# A logo's bytes are left out; the entry says only that there was one. Of an import only its counts.
_ENTRY = """
SELECT c.stream_id, c.seq, c.id, c.received_at, c.kind,
  CASE WHEN c.kind = 'ImportContent' THEN jsonb_build_object(
    'components', jsonb_array_length(c.payload->'components'),
    'incidents', jsonb_array_length(c.payload->'incidents'),
    'templates', jsonb_array_length(c.payload->'templates'))
  WHEN jsonb_typeof(c.payload->'logo') = 'string' THEN c.payload || jsonb_build_object(
    'logo', CASE c.payload->>'logo' WHEN '' THEN 'removed' ELSE 'replaced' END)
  ELSE c.payload END AS payload,
  c.actor, c.outcome, c.refusal, c.changes, cause.id AS cause_id, cause.kind AS cause_kind,
  cause.actor AS cause_actor, c.remarks
FROM commands_ever c LEFT JOIN commands_ever cause ON cause.id = c.cause
WHERE c.stream_id = :stream_id AND c.seq < :before AND c.seq >= :since
  AND (CAST(:actor AS text) IS NULL OR split_part(coalesce(cause.actor, c.actor), ':', 1) = :actor)
  AND NOT (coalesce(cause.actor, c.actor) = 'operator'
    AND coalesce(c.outcome IN ('refused', 'failed'), false))
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
# A rare actor is searched for in so many commands of a stream at once: some 0.1 s of Postgres.
SEARCH_MAX = 20_000
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
    changes: Mapping[str, Any] | None
    cause_id: str | None
    cause_kind: str | None
    cause_actor: str | None
    remarks: Mapping[str, Any] | None

    @property
    def changed_ids(self) -> set[str]:
        """The ids of the things that it changed, and of the categories they moved between."""
        values = [v for change in self.field_changes for v in (change["of"], *ends_of(change))]
        return {value for value in values if isinstance(value, str)}

    @property
    def field_changes(self) -> Sequence[Mapping[str, Any]]:
        """Its changes; none of older commands, which stored none."""
        return self.changes["fields"] if self.changes else ()

    @property
    def original_actor(self) -> str:
        """The actor: of a follow-up, that of its cause."""
        return self.cause_actor or self.actor


@dataclass(frozen=True, slots=True)
class Audit:
    """A part of a page's audit log; `after` is its continuation, or None.

    `names` are those of things and keys by id, deleted ones too; `emails` those of acting accounts.
    """

    entries: tuple[LoggedCommand, ...]
    names: Mapping[str, str]
    emails: Mapping[str, str]
    after: ListPosition | None


def ends_of(change: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return the values of a reference to another thing, else nothing."""
    is_reference = change["field"] == "parent_id"
    return (change["before"], change["after"]) if is_reference else (None, None)


def read_audit(
    conn: Connection,
    account_id: str,
    page_id: str,
    place: ListPosition,
    limit: int,
    actor: str | None = None,
) -> Audit:
    """Return at most `limit` entries after a position of a page's audit log.

    `actor` is `owner`, `key`, `clock` or `operator`; entries of others are left out. Then there may
    be fewer entries than the limit, and more after them.
    """
    where = {"page_id": page_id, "limit": limit + 1, "of_all_pages": OF_ALL_PAGES, "actor": actor}
    streams = [
        _read_stretch(conn, query, where | {"stream_id": stream_id, "before": before})
        for query, stream_id, before in (
            (_OF_PAGE, page_id, place.page_seq),
            (_OF_ACCOUNT, account_id, place.account_seq),
        )
    ]
    merged = merge(*(stretch.entries for stretch in streams), key=lambda e: e.at, reverse=True)
    entries = tuple(islice(merged, limit))
    included_ids = {entry.id for entry in entries}
    seqs = [stretch.continuation(included_ids) for stretch in streams]
    after = ListPosition(*(seq or 0 for seq in seqs)) if any(seqs) else None
    return Audit(entries, _names(conn, page_id, entries), _emails(conn, entries), after)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Entries of a stream, newest first, and the lowest seq that was searched; `limit` is full."""

    entries: Sequence[LoggedCommand]
    since: int
    limit: int

    def continuation(self, included_ids: Collection[str]) -> int | None:
        """Return the seq below which the stream continues; None at its end."""
        for entry in self.entries:
            if entry.id not in included_ids:
                return entry.seq + 1
        if len(self.entries) == self.limit:
            return self.entries[-1].seq
        return self.since if self.since > 1 else None


def _read_stretch(conn: Connection, query: TextClause, where: Mapping[str, Any]) -> Stretch:
    """Read a stream's next entries; of a search by actor at most `SEARCH_MAX` commands."""
    since = 0
    if where["actor"]:
        head = head_seq(conn, where["stream_id"])
        since = max(min(where["before"], head + 1) - SEARCH_MAX, 0)
    rows = conn.execute(query, {**where, "since": since})
    return Stretch([LoggedCommand(*row) for row in rows], since, where["limit"])


def _names(conn: Connection, page_id: str, entries: Collection[LoggedCommand]) -> Mapping[str, str]:
    """Return the names of the things in entries: the current one, else the first."""
    referenced_ids = {
        entry.payload.get(name) for entry in entries for name in NAMED_BY
    } | _actor_ids(entries)
    referenced_ids |= {id_ for entry in entries for id_ in entry.changed_ids}
    ids = sorted(id_ for id_ in referenced_ids if isinstance(id_, str))
    where = {"page_id": page_id, "ids": ids}
    return {row.id: row.name for query in (_MADE, _NOW) for row in conn.execute(query, where)}


def _emails(conn: Connection, entries: Collection[LoggedCommand]) -> Mapping[str, str]:
    """Return the e-mails of acting accounts, not of those named in payloads."""
    rows = conn.execute(_EMAILS, {"ids": sorted(_actor_ids(entries))})
    return {row.id: row.email for row in rows}


def _actor_ids(entries: Collection[LoggedCommand]) -> set[str]:
    return {entry.original_actor.partition(":")[2] for entry in entries}
