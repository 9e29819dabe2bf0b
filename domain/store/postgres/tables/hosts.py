"""Hosts, mounts that bind them to pages, and the schedule of DNS lookups."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    Table,
    Text,
    false,
    text,
)

from domain.store.postgres.tables.metadata import Moment, metadata

# A host row stays for 30 days when the host is free: its counter guards the entry in Redis.
hosts = Table(
    "hosts",
    metadata,
    Column("host", Text, primary_key=True),
    Column("page_id", Text),
    Column("counter", BigInteger, nullable=False, server_default="1"),
    Column("published_counter", BigInteger, nullable=False, server_default="0"),
    Column("published_epoch", Text, nullable=False, server_default=""),
    Column("freed_at", Moment),  # since when it is free; such rows are deleted after 30 days
    Column("freed_by", Text),  # its former account: others wait as long for a subdomain
    Index("hosts_page", "page_id"),
    Index("hosts_free", "freed_at", postgresql_where=text("page_id IS NULL")),
)

mounts = Table(
    "mounts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("page_id", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("token", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("verified_at", Moment),
    Column("is_primary", Boolean, nullable=False, server_default=false()),
    Column("wants_primary", Boolean, nullable=False, server_default=false()),
    Index("mounts_account", "account_id"),
    Index("mounts_page", "page_id"),
)

# The schedule of DNS lookups: written by their workers, apart from the drain's row.
mount_checks = Table(
    "mount_checks",
    metadata,
    Column("mount_id", Text, primary_key=True),
    Column("next_at", Moment),
    Column("checked_at", Moment),
    Column("failing_since", Moment),
    Column("leased_until", Moment),  # while a lookup is under way
    # How many times in a row no name server answered.
    Column("unanswered", Integer, nullable=False, server_default="0"),
    Index("mount_checks_next", "next_at"),
    Index("mount_checks_order", text("(checked_at IS NOT NULL)"), "next_at"),
    Index(
        "mount_checks_in_flight",
        "leased_until",
        postgresql_where=text("leased_until IS NOT NULL"),
    ),
)
