"""The command log: streams, commands, and idempotency keys."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Index,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()
Moment = DateTime(timezone=True)


# One per page and one per account, in a table apart: an append and a drain's save lock different
# rows.
streams = Table(
    "streams",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("head_seq", BigInteger, nullable=False, server_default="0"),
    Column("last_at", Moment, nullable=False),
    Column("closed", Boolean, nullable=False, server_default=false()),
    Column("suspended", Boolean, nullable=False, server_default=false()),
    # By id, for `last_at` changes with every append; closed streams are deleted after a while.
    Index("streams_closed", "id", postgresql_where=text("closed")),
)


def _command_columns() -> list[Column[Any]]:
    """Return the columns of a command, the same in the log and the archive."""
    return [
        Column("stream_id", Text, nullable=False),
        Column("seq", BigInteger, nullable=False),
        Column("id", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("payload", JSONB, nullable=False),
        Column("actor", Text, nullable=False),
        Column("cause", Text),
        Column("received_at", Moment, nullable=False),
        Column("due_at", Moment),
        Column("outcome", Text),
        Column("refusal", JSONB),
        Column("applied_at", Moment),
        Column("published_at", Moment),
        Column("request_id", Text),
        Column("changes", JSONB),
        Column("remarks", JSONB),
    ]


def _creation_index(name: str) -> Index:
    """Return the audit log's index of creating commands, by the thing's id."""
    return Index(
        name,
        "stream_id",
        text(
            "coalesce(payload->>'incident_id', payload->>'component_id',"
            " payload->>'key_id', payload->>'template_id')"
        ),
        postgresql_where=text(
            "kind IN ('OpenIncident', 'ScheduleMaintenance', 'AddComponent', 'CreateKey',"
            " 'AddTemplate')"
        ),
    )


commands = Table(
    "commands",
    metadata,
    *_command_columns(),
    PrimaryKeyConstraint("stream_id", "seq"),
    UniqueConstraint("id", name="commands_id_key"),
    # By age, for the archive: block ranges, so that an append costs next to nothing for it.
    Index("commands_received", "received_at", postgresql_using="brin"),
    # Unfinished commands: the sweep reads them, and a publication marks the ones it finishes.
    Index("commands_open", "stream_id", "seq", postgresql_where=text("published_at IS NULL")),
    Index("commands_cause", "cause", postgresql_where=text("cause IS NOT NULL")),
    # Refusals by age, apart from applied commands: they are deleted first.
    Index("commands_refused", "received_at", postgresql_where=text("refusal IS NOT NULL")),
    _creation_index("commands_made"),
)

# Commands that were settled long ago, moved here unchanged. `commands_ever` shows both as one.
commands_archive = Table(
    "commands_archive",
    metadata,
    *_command_columns(),
    PrimaryKeyConstraint("stream_id", "seq"),
    UniqueConstraint("id", name="commands_archive_id_key"),
    Index("commands_archive_cause", "cause", postgresql_where=text("cause IS NOT NULL")),
    Index("commands_archive_refused", "received_at", postgresql_where=text("refusal IS NOT NULL")),
    _creation_index("commands_archive_made"),
)

# `key` is a digest of scope and key, and `scope` empty: an index takes no text of any length. The
# previous release's rows, for 24 hours, and the clock's hold both as they were sent.
idempotency = Table(
    "idempotency",
    metadata,
    Column("stream_id", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("body_hash", LargeBinary, nullable=False),
    Column("command_id", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    PrimaryKeyConstraint("stream_id", "scope", "key", name="idempotency_pkey"),
    Index("idempotency_age", "created_at"),
)
