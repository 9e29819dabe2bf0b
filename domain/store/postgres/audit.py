"""The audit of a page: its command log read back, newest first, with what names its ids had.

Two streams tell of a page: its own, and its account's. Of the latter only commands that name the
page (`page_id` in their payload) and have not handed a follow-up to it: a follow-up stands for its
cause, whose actor it is read with. A new command of accounts joins by having such a field. What is
bought or granted concerns every page of the account, and is told in the audit of each.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any

from sqlalchemy import Connection, text

BEGINNING = 10**17  # before this seq is everything

# A logo's bytes stay where they are; what is told of it is that there was one.
_ENTRY = """
SELECT c.stream_id, c.seq, c.id, c.received_at, c.kind,
  CASE WHEN jsonb_typeof(c.payload->'logo') = 'string' THEN c.payload || jsonb_build_object(
    'logo', CASE c.payload->>'logo' WHEN '' THEN 'removed' ELSE 'replaced' END)
  ELSE c.payload END AS payload,
  c.actor, c.outcome, c.refusal, cause.id AS cause_id, cause.kind AS cause_kind,
  cause.actor AS cause_actor
FROM commands_ever c LEFT JOIN commands_ever cause ON cause.id = c.cause
WHERE c.stream_id = :stream_id AND c.seq < :before
"""
_OF_PAGE = text(_ENTRY + "ORDER BY c.seq DESC LIMIT :limit")
_OF_ACCOUNT = text(
    _ENTRY + " AND (c.kind = ANY(:of_all_pages) OR c.payload->>'page_id' = :page_id"
    " AND NOT EXISTS (SELECT FROM commands_ever f WHERE f.cause = c.id AND f.stream_id = :page_id))"
    " ORDER BY c.seq DESC LIMIT :limit"
)
# What made a thing names it for good; the condition is that of the index `commands_made`.
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
class Place:
    """Where in both streams one stands: what is told has lower seqs than these."""

    page_seq: int = BEGINNING
    account_seq: int = BEGINNING


@dataclass(frozen=True, slots=True)
class Logged:
    """A command as the log has it, with what caused it; times are aware UTC."""

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

    @property
    def doer(self) -> str:
        """Who did it: of a follow-up, whoever its cause came from."""
        return self.cause_actor or self.actor


@dataclass(frozen=True, slots=True)
class Audit:
    """A stretch of a page's audit; `after` is where it goes on, None at its end.

    `names` are those of things and keys by id, also of what was deleted since; `emails` those of
    accounts that did something.
    """

    entries: tuple[Logged, ...]
    names: Mapping[str, str]
    emails: Mapping[str, str]
    after: Place | None


def read_audit(conn: Connection, account_id: str, page_id: str, place: Place, limit: int) -> Audit:
    """Return what stands behind a place of a page's audit, at most `limit` entries."""
    where = {"page_id": page_id, "limit": limit + 1, "of_all_pages": OF_ALL_PAGES}
    of_page = {"stream_id": page_id, "before": place.page_seq}
    of_account = {"stream_id": account_id, "before": place.account_seq}
    streams = (
        [Logged(*row) for row in conn.execute(_OF_PAGE, of_page | {"limit": limit + 1})],
        [Logged(*row) for row in conn.execute(_OF_ACCOUNT, where | of_account)],
    )
    found = merge(*streams, key=lambda entry: entry.at, reverse=True)
    entries = tuple(islice(found, limit))
    has_more = sum(map(len, streams)) > len(entries)
    told = {entry.id for entry in entries}
    after = Place(*(_behind(stream, told) for stream in streams)) if has_more else None
    return Audit(entries, _names(conn, page_id, entries), _emails(conn, entries), after)


def _behind(stream: Sequence[Logged], told: Collection[str]) -> int:
    """Return the seq below which a stream goes on, so that what it gains meanwhile is not told."""
    rest = [entry for entry in stream if entry.id not in told]
    return rest[0].seq + 1 if rest else stream[-1].seq if stream else 0


def _names(conn: Connection, page_id: str, entries: Collection[Logged]) -> Mapping[str, str]:
    """Return the names of what entries speak of: as it is called now, else as it was made."""
    spoken = {entry.payload.get(name) for entry in entries for name in NAMED_BY} | _doers(entries)
    ids = sorted(id_ for id_ in spoken if isinstance(id_, str))
    where = {"page_id": page_id, "ids": ids}
    return {row.id: row.name for query in (_MADE, _NOW) for row in conn.execute(query, where)}


def _emails(conn: Connection, entries: Collection[Logged]) -> Mapping[str, str]:
    """Return the e-mails of who did something; whom a payload names is anybody's guess."""
    rows = conn.execute(_EMAILS, {"ids": sorted(_doers(entries))})
    return {row.id: row.email for row in rows}


def _doers(entries: Collection[Logged]) -> set[str]:
    return {entry.doer.partition(":")[2] for entry in entries}
