"""The command log: appending (the acknowledgement), pending commands, and their settlement.

Source of the statement's shape: docs/decisions/0001-log.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import BigInteger, Text

from domain.page.changes import Changes
from domain.results import Entry, Outcome, Rejection, Remarks
from domain.runtime.metrics import LAG_S
from domain.store.postgres.command_codec import encode_command, shorten_refused

# The streams to which an authority may append. The statement itself checks it: nothing is cached,
# and a revoked key or a deleted page can't be used.
_AUTHORITY = {
    "key": "SELECT page_id AS id, 'key:' || id AS actor, true AS is_key FROM keys"
    " WHERE hash = :authority AND NOT disabled",
    "owner": "SELECT id, 'owner:' || account_id AS actor, false AS is_key FROM streams"
    " WHERE id = :stream_id AND account_id = :authority",
    "system": "SELECT id, CAST(:authority AS text) AS actor, false AS is_key FROM streams"
    " WHERE id = :stream_id",
}

# The bump and the insert are one statement: the row lock makes commit order seq order. Times have
# the same order, no two alike, even after a clock was set back.
_APPEND = """
WITH allowed AS ({authority}),
bumped AS (
  UPDATE streams s SET head_seq = s.head_seq + 1,
    last_at = greatest(
      date_trunc('milliseconds', clock_timestamp()), s.last_at + interval '1 millisecond')
  FROM allowed WHERE s.id = allowed.id AND NOT s.closed AND NOT (s.suspended AND allowed.is_key)
  RETURNING s.id, s.head_seq, s.last_at, allowed.actor
),
logged AS (
  INSERT INTO commands (stream_id, seq, id, kind, payload, actor, cause, received_at, due_at,
    request_id)
  SELECT id, head_seq, CAST(:command_id AS text), CAST(:kind AS text), CAST(:payload AS jsonb),
    actor, CAST(:cause AS text), last_at, CAST(:due_at AS timestamptz),
    coalesce(CAST(:request_id AS text),
      (SELECT c.request_id FROM commands c WHERE c.id = CAST(:cause AS text)))
  FROM bumped
){remembered}
SELECT id, head_seq, last_at FROM bumped
"""
# An existing key makes the whole statement fail: nothing is bumped. So does a key that the previous
# release stored by scope and key as they were sent: its row is inserted again.
_REMEMBERED = """,
remembered AS (
  INSERT INTO idempotency (stream_id, scope, key, body_hash, command_id, created_at)
  SELECT id, CAST(:kept_scope AS text), CAST(:kept_key AS text), CAST(:body_hash AS bytea),
    CAST(:command_id AS text), last_at
  FROM bumped
  UNION ALL
  SELECT i.stream_id, i.scope, i.key, i.body_hash, i.command_id, i.created_at
  FROM bumped JOIN idempotency i
    ON i.stream_id = bumped.id AND i.scope = CAST(:scope AS text) AND i.key = CAST(:key AS text)
)"""
_STATEMENTS = {
    (kind, is_keyed): text(
        _APPEND.format(authority=_AUTHORITY[kind], remembered=_REMEMBERED if is_keyed else "")
    )
    for kind in _AUTHORITY
    for is_keyed in (False, True)
}


@dataclass(frozen=True, slots=True)
class Authority:
    """The authority of a write: a key, an owner, or the system.

    `kind` is `key`, `owner` or `system`.
    """

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Idempotency:
    """A key for 24 hours within (stream, scope); `body_hash` detects another body.

    A short key of ours is stored as it is, so that it can be searched for; others as a digest.
    """

    scope: str
    key: str
    body_hash: bytes
    is_ours: bool = False


def names_of(scope: str, key: str) -> dict[str, str]:
    """Return the lookup names of a key: its digest, and earlier releases' form."""
    digest = sha256(f"{scope}\0{key}".encode("utf-8", "surrogatepass")).hexdigest()
    return {"digest": digest, "scope": scope, "key": key}


def stored_names(use: Idempotency) -> dict[str, str]:
    """Return the lookup names of a key, and its stored form."""
    names = names_of(use.scope, use.key)
    scope, key = (use.scope, use.key) if use.is_ours else ("", names["digest"])
    return {**names, "kept_scope": scope, "kept_key": key}


@dataclass(frozen=True, slots=True)
class Draft:
    """A command before its append; `id` is its receipt's.

    A key determines the stream itself. `request_id` names the request that sent the command; a
    follow-up has that of its cause.
    """

    id: str
    command: Any
    authority: Authority
    stream_id: str = ""
    idempotency: Idempotency | None = None
    cause: str | None = None
    due_at: datetime | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class LogPosition:
    """The position of an acknowledged command in the log."""

    stream_id: str
    seq: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Settlement:
    """The outcome of a command: a refusal, or remarks and changes."""

    seq: int
    outcome: Outcome
    refusal: Rejection | None = None
    follow_ups: tuple[tuple[str, int], ...] = field(default=())
    changes: Changes | None = None
    remarks: Remarks | None = None


def append(conn: Connection, draft: Draft) -> LogPosition | None:
    """Append a command in one statement; None without an open stream for the authority.

    Raises IntegrityError on `idempotency_pkey` (the key is in use) or `commands_id_key` (this very
    command is in the log already).
    """
    kind, payload = encode_command(draft.command)
    parameters: dict[str, Any] = {
        "authority": draft.authority.value,
        "stream_id": draft.stream_id,
        "command_id": draft.id,
        "kind": kind,
        "payload": payload,
        "cause": draft.cause,
        "due_at": draft.due_at,
        "request_id": draft.request_id,
    }
    if draft.idempotency:
        idempotency = draft.idempotency
        parameters |= {**stored_names(idempotency), "body_hash": idempotency.body_hash}
    statement = _STATEMENTS[draft.authority.kind, draft.idempotency is not None]
    row = conn.execute(statement, parameters).one_or_none()
    return LogPosition(row.id, row.head_seq, row.last_at) if row else None


_OPEN_STREAM = text("""
INSERT INTO streams (id, account_id, head_seq, last_at)
VALUES (:id, :account_id, 0, date_trunc('milliseconds', clock_timestamp()))
""")
_CLOSE_STREAM = text("UPDATE streams SET closed = true WHERE id = :id")


def open_stream(conn: Connection, stream_id: str, account_id: str) -> None:
    """Create a stream."""
    conn.execute(_OPEN_STREAM, {"id": stream_id, "account_id": account_id})


def close_stream(conn: Connection, stream_id: str) -> None:
    """Close a stream to further commands; its commands stay."""
    conn.execute(_CLOSE_STREAM, {"id": stream_id})


_WAITING = text("""
SELECT seq, id, kind, payload::text AS payload, coalesce(due_at, received_at) AS at, cause,
  received_at, request_id
FROM commands WHERE stream_id = :stream_id AND published_at IS NULL AND outcome IS NULL
ORDER BY seq LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class Pending:
    """A pending row, not yet decoded: decoding is the first step that may fail."""

    seq: int
    id: str
    kind: str
    payload: str
    at: datetime
    cause: str | None
    received_at: datetime
    request_id: str | None = None

    def entry(self, command: Any) -> Entry:  # noqa: ANN401 - any command
        """Return the row as an entry of the core."""
        return Entry(self.seq, self.id, command, self.at, self.cause, self.received_at)


def load_pending(conn: Connection, stream_id: str, limit: int) -> list[Pending]:
    """Return the unsettled commands of a stream, in order, at most `limit`."""
    rows = conn.execute(_WAITING, {"stream_id": stream_id, "limit": limit})
    return [Pending(*row) for row in rows]


OBJECTS = ARRAY(JSONB(none_as_null=True))
_SETTLE = text("""
UPDATE commands c SET outcome = v.outcome, refusal = v.refusal, remarks = v.remarks,
  changes = v.changes, applied_at = greatest(statement_timestamp(), c.received_at)
FROM unnest(:seqs, :outcomes, :refusals, :remarks, :changes)
  AS v(seq, outcome, refusal, remarks, changes)
WHERE c.stream_id = :stream_id AND c.seq = v.seq
""").bindparams(
    bindparam("seqs", type_=ARRAY(BigInteger)),
    bindparam("outcomes", type_=ARRAY(Text)),
    *(bindparam(name, type_=OBJECTS) for name in ("refusals", "remarks", "changes")),
)
_FAIL_CAUSE = text("""
UPDATE commands SET outcome = 'failed', refusal = CAST(:refusal AS jsonb)
WHERE id IN (SELECT cause FROM commands WHERE stream_id = :stream_id AND seq = ANY(:seqs))
""")


def settle(conn: Connection, stream_id: str, settlements: Sequence[Settlement]) -> None:
    """Store the outcomes of commands; a follow-up that failed fails its cause."""
    parameters = {
        "stream_id": stream_id,
        "seqs": [s.seq for s in settlements],
        "outcomes": [s.outcome.value for s in settlements],
        "refusals": [msgspec.to_builtins(s.refusal) for s in settlements],
        "changes": [msgspec.to_builtins(s.changes) for s in settlements],
        "remarks": [msgspec.to_builtins(s.remarks) for s in settlements],
    }
    conn.execute(_SETTLE, parameters)
    if refused_seqs := [s.seq for s in settlements if s.outcome is Outcome.REFUSED]:
        shorten_refused(conn, stream_id, refused_seqs)
    if failures := [s for s in settlements if s.outcome is Outcome.FAILED]:
        refusal = msgspec.json.encode(failures[0].refusal).decode()
        seqs = [s.seq for s in failures]
        conn.execute(_FAIL_CAUSE, {"stream_id": stream_id, "seqs": seqs, "refusal": refusal})


# Without settled commands of pages: `pages_behind` shows which pages are not published.
_BEHIND = text("""
SELECT DISTINCT stream_id FROM commands
WHERE published_at IS NULL AND (outcome IS NULL OR left(stream_id, 2) = 'a_')
""")
_FINISH = text("""
UPDATE commands SET published_at = greatest(clock_timestamp(), applied_at)
WHERE stream_id = :stream_id AND seq <= :held AND published_at IS NULL AND outcome IS NOT NULL
RETURNING extract(epoch FROM published_at - received_at)::float
""")
_HEAD = text("SELECT head_seq FROM streams WHERE id = :stream_id")


def streams_behind(conn: Connection) -> list[str]:
    """Return the ids of streams with commands not settled or not announced."""
    return list(conn.execute(_BEHIND).scalars())


def mark_published(conn: Connection, stream_id: str, seq: int) -> None:
    """Mark all settled commands up to a seq as published."""
    for lag_s in conn.execute(_FINISH, {"stream_id": stream_id, "held": seq}).scalars():
        LAG_S.observe(lag_s)


def head_seq(conn: Connection, stream_id: str) -> int:
    """Return the seq of a stream's newest command; 0 without a stream."""
    return conn.execute(_HEAD, {"stream_id": stream_id}).scalar() or 0


# Two numbers identify a lock: a space of our own, and 32 bits of the stream's id. Streams that
# share a number merely wait for each other.
_LOCK = text("SELECT pg_try_advisory_xact_lock(7001, hashtext(:stream_id))")


def try_lock(conn: Connection, stream_id: str) -> bool:
    """Take a stream's lock until the transaction ends, if it is free."""
    return bool(conn.execute(_LOCK, {"stream_id": stream_id}).scalar())
