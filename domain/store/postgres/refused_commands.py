"""Refused commands in the log: kind, refusal, and a shortened payload."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, text

KEPT_BYTES: Final = 200  # of its payload: a command without effect takes little space in the log
KEPT_CHARACTERS: Final = 60  # of one text in it
MARK: Final = '{"cut": true}'

# The shortest fields first, as long as there is room; six bytes a field are quotes and separators.
# The result is JSON: the audit log hides secrets by the names of fields.
_SHORTEN = text("""
UPDATE commands c SET payload = CAST(:mark AS jsonb) || coalesce((
  SELECT jsonb_object_agg(name, value) FROM (
    SELECT name, value, sum(octet_length(name) + octet_length(value::text) + 6)
      OVER (ORDER BY octet_length(value::text), name) AS bytes
    FROM (
      SELECT key AS name, CASE jsonb_typeof(value)
        WHEN 'string' THEN to_jsonb(left(value #>> '{}', :characters)) ELSE value END AS value
      FROM jsonb_each(c.payload) WHERE jsonb_typeof(value) <> 'null'
    ) fields
  ) measured WHERE bytes <= :bytes
), '{}')
WHERE c.stream_id = :stream_id AND c.seq = ANY(:seqs) AND octet_length(c.payload::text) > :most
""")


def shorten_refused(conn: Connection, stream_id: str, seqs: Sequence[int]) -> None:
    """Shorten the payloads of refused commands to at most `KEPT_BYTES` bytes."""
    where = {"stream_id": stream_id, "seqs": list(seqs), "most": KEPT_BYTES, "mark": MARK}
    room = {"bytes": KEPT_BYTES - len(MARK), "characters": KEPT_CHARACTERS}
    conn.execute(_SHORTEN, where | room)
