"""The command log: streams, commands, and the keys by which a repeat is told."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from domain.store.postgres.tables.metadata import Moment, metadata

# One a page and one an account; apart from them, so that an append and a drain's save lock
# different rows.
streams = Table(
    "streams",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("head_seq", BigInteger, nullable=False, server_default="0"),
    Column("last_at", Moment, nullable=False),
    Column("closed", Boolean, nullable=False, server_default=false()),
    Column("suspended", Boolean, nullable=False, server_default=false()),
    # By id, for `last_at` changes with every append; closed streams leave after a while.
    Index("streams_closed", "id", postgresql_where=text("closed")),
)


def _facts() -> list[Column[Any]]:
    """Return what is kept of a command, before and after it is archived."""
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
    ]


def _made(name: str) -> Index:
    """Return the index of what made a thing, by the thing's id: the audit names what is gone."""
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
    *_facts(),
    PrimaryKeyConstraint("stream_id", "seq"),
    UniqueConstraint("id", name="commands_id_key"),
    # By age, for the archive: ranges of blocks, so that an append pays next to nothing for it.
    Index("commands_received", "received_at", postgresql_using="brin"),
    # What is not finished: the sweep reads it, and a publication notes what it finishes.
    Index("commands_open", "stream_id", "seq", postgresql_where=text("published_at IS NULL")),
    Index("commands_cause", "cause", postgresql_where=text("cause IS NOT NULL")),
    # Refusals by age, and never in the way of an applied command: they leave first.
    Index("commands_refused", "received_at", postgresql_where=text("refusal IS NOT NULL")),
    _made("commands_made"),
)

# What was settled long ago, moved here as it was. `commands_ever` shows both as one.
commands_archive = Table(
    "commands_archive",
    metadata,
    *_facts(),
    PrimaryKeyConstraint("stream_id", "seq"),
    UniqueConstraint("id", name="commands_archive_id_key"),
    Index("commands_archive_cause", "cause", postgresql_where=text("cause IS NOT NULL")),
    Index("commands_archive_refused", "received_at", postgresql_where=text("refusal IS NOT NULL")),
    _made("commands_archive_made"),
)

# `key` is a digest of scope and key, and `scope` empty: an index takes no text of any length. Rows
# that the release before wrote, for 24 hours, and the clock's hold both as they were sent.
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
