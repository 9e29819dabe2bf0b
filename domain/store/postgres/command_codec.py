"""Commands as the log stores them: a kind and a JSON payload, shortened once refused."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, text

from domain.account.commands import COMMANDS as ACCOUNT_COMMANDS
from domain.page.commands import COMMANDS as PAGE_COMMANDS

KINDS: dict[str, type[Any]] = {**PAGE_COMMANDS, **ACCOUNT_COMMANDS}


class UnknownKindError(Exception):
    """The log holds a command that no code here knows."""


def encode_command(command: Any) -> tuple[str, str]:  # noqa: ANN401 - any command
    """Return a command's kind and its payload as JSON text."""
    return type(command).__name__, msgspec.json.encode(command).decode()


def decode_command(kind: str, payload: str | bytes) -> Any:  # noqa: ANN401 - any command
    """Return the command of a row's kind and payload.

    Raises UnknownKindError for a kind without code, msgspec.ValidationError for a payload
    that does not fit.
    """
    if kind not in KINDS:
        raise UnknownKindError(kind)
    return msgspec.json.decode(payload, type=KINDS[kind])


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
