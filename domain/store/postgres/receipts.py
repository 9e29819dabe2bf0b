"""Receipts: the progress and outcome of commands, read from the log."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, text

from domain.results import Outcome, Rejection, Remarks
from domain.store.postgres.command_codec import UnknownKindError, decode_command
from domain.store.postgres.command_log import Authority, names_of
from domain.store.postgres.rows import to_dataclass

# Commands that can be read by id may be in the archive by now.
_SELECT = """
SELECT c.id, c.stream_id, c.seq, c.kind, c.payload::text AS payload,
  c.received_at AS accepted_at, c.outcome, c.refusal, c.applied_at, c.request_id, c.remarks,
  CASE WHEN c.published_at IS NULL
      OR EXISTS (SELECT FROM commands f WHERE f.cause = c.id AND f.published_at IS NULL)
    THEN NULL ELSE greatest(c.published_at,
      (SELECT max(f.published_at) FROM commands f WHERE f.cause = c.id)) END AS published_at
FROM commands c
"""
_EVER = _SELECT.replace("FROM commands ", "FROM commands_ever ")
_BY_ID = text(_SELECT + "WHERE c.id = :id")
_BY_SEQ = text(_SELECT + "WHERE c.stream_id = :stream_id AND c.seq = :seq")
_FOR_KEY = text(
    _EVER + "JOIN keys k ON k.page_id = c.stream_id AND k.hash = :authority AND NOT k.disabled"
    " WHERE c.id = :id"
)
_FOR_OWNER = text(
    _EVER + "JOIN streams s ON s.id = c.stream_id AND s.account_id = :authority WHERE c.id = :id"
)
# By the digest, or in the previous release's form: such rows are gone after a day.
_FIRST_USE = """
SELECT i.command_id, i.body_hash,
  i.created_at < statement_timestamp() - interval '24 hours' AS expired
FROM idempotency i WHERE i.stream_id = {stream}
  AND (i.scope, i.key) IN (('', CAST(:digest AS text)), (CAST(:scope AS text), CAST(:key AS text)))
ORDER BY i.created_at DESC LIMIT 1
"""
_FIRST = text(_FIRST_USE.format(stream=":stream_id"))
_FIRST_OF_KEY = text(
    _FIRST_USE.format(stream="(SELECT page_id FROM keys WHERE hash = :stream_id AND NOT disabled)")
)
_FORGET = text("""
DELETE FROM idempotency i USING commands c
WHERE c.id = :command_id AND i.stream_id = c.stream_id AND i.command_id = c.id
""")
_FORGET_EXPIRED = text("""
DELETE FROM idempotency WHERE (stream_id, scope, key) IN (
  SELECT stream_id, scope, key FROM idempotency
  WHERE created_at < statement_timestamp() - interval '24 hours'
  ORDER BY created_at LIMIT :limit FOR UPDATE SKIP LOCKED)
""")


@dataclass(frozen=True, slots=True)
class Receipt:
    """A command in the log, with its progress; times are aware UTC.

    `command` is None where it can't be read, and of a refused one: little of that was kept.
    """

    id: str
    stream_id: str
    seq: int
    command: Any
    accepted_at: datetime
    outcome: Outcome | None
    refusal: Rejection | None
    applied_at: datetime | None
    published_at: datetime | None
    request_id: str | None = None
    remarks: Remarks | None = None

    @property
    def state(self) -> str:
        """The word for its progress. Source: docs/behaviour.md, "Receipts"."""
        if self.outcome is not None and self.outcome is not Outcome.APPLIED:
            return self.outcome.value
        if self.outcome is None:
            return "accepted"
        return "published" if self.published_at else "applied"


@dataclass(frozen=True, slots=True)
class FirstUse:
    """The first use of an idempotency key."""

    command_id: str
    body_hash: bytes
    expired: bool


def receipt(conn: Connection, command_id: str) -> Receipt | None:
    """Return the receipt of a command, without a check of permissions."""
    return _read(conn, _BY_ID, {"id": command_id})


def receipt_at(conn: Connection, stream_id: str, seq: int) -> Receipt | None:
    """Return the receipt of the command at a seq of a stream."""
    return _read(conn, _BY_SEQ, {"stream_id": stream_id, "seq": seq})


def receipt_for(conn: Connection, command_id: str, authority: Authority) -> Receipt | None:
    """Return a receipt for a live key of the page, or for its owner."""
    statement = _FOR_KEY if authority.kind == "key" else _FOR_OWNER
    return _read(conn, statement, {"id": command_id, "authority": authority.value})


def first_use(
    conn: Connection, authority: Authority, stream_id: str, scope: str, key: str
) -> FirstUse | None:
    """Return the first use of an idempotency key in the authority's stream."""
    by_key = authority.kind == "key"
    where = {"stream_id": authority.value if by_key else stream_id, **names_of(scope, key)}
    row = conn.execute(_FIRST_OF_KEY if by_key else _FIRST, where).one_or_none()
    return FirstUse(row.command_id, bytes(row.body_hash), row.expired) if row else None


def forget_use(conn: Connection, command_id: str) -> None:
    """Free a command's idempotency key."""
    conn.execute(_FORGET, {"command_id": command_id})


def forget_expired_uses(conn: Connection, limit: int = 1_000) -> int:
    """Free at most `limit` idempotency keys older than 24 hours; return their number."""
    return conn.execute(_FORGET_EXPIRED, {"limit": limit}).rowcount


def _read(conn: Connection, statement: Any, values: dict[str, Any]) -> Receipt | None:  # noqa: ANN401 - a statement of ours
    row = conn.execute(statement, values).one_or_none()
    if row is None:
        return None
    command = None if row.outcome == Outcome.REFUSED else _decode_or_none(row.kind, row.payload)
    return to_dataclass(row, Receipt, command=command)


def _decode_or_none(kind: str, payload: str) -> Any:  # noqa: ANN401 - any command, or None if unreadable
    try:
        return decode_command(kind, payload)
    except (UnknownKindError, msgspec.ValidationError):
        return None
