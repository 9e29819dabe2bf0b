"""The tables, as SQLAlchemy Core knows them; the migrations make them (a test compares the two)."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()
Moment = DateTime(timezone=True)

accounts = Table(
    "accounts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("email", Text, nullable=False),
    Column("email_key", Text, nullable=False, unique=True),
    Column("password_hash", Text, nullable=False),
    Column("tier", Text, nullable=False, server_default="free"),
    Column("tier_until", Moment),
    Column("applied_seq", BigInteger, nullable=False, server_default="0"),
    Column("created_at", Moment, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("account_id", Text, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Index("sessions_account", "account_id"),
)

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
)

commands = Table(
    "commands",
    metadata,
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
    PrimaryKeyConstraint("stream_id", "seq"),
    UniqueConstraint("id", name="commands_id_key"),
    # What is not finished: the sweep reads it, and a publication notes what it finishes.
    Index("commands_open", "stream_id", "seq", postgresql_where=text("published_at IS NULL")),
    Index("commands_cause", "cause", postgresql_where=text("cause IS NOT NULL")),
)

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

# The account's side of a page: written by the account's drain only.
places = Table(
    "places",
    metadata,
    Column("page_id", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("tier", Text, nullable=False),
    Column("tier_until", Moment),
    Column("served_until", Moment),
    Index("places_account", "account_id"),
)

# A host row stays when the host is free: its counter guards the entry that visitors are led by.
hosts = Table(
    "hosts",
    metadata,
    Column("host", Text, primary_key=True),
    Column("page_id", Text),
    Column("counter", BigInteger, nullable=False, server_default="1"),
    Column("published_counter", BigInteger, nullable=False, server_default="0"),
    Column("published_epoch", Text, nullable=False, server_default=""),
    Index("hosts_page", "page_id"),
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

# When each mount is looked up in DNS: written by who looks, apart from the drain's row.
mount_checks = Table(
    "mount_checks",
    metadata,
    Column("mount_id", Text, primary_key=True),
    Column("next_at", Moment),
    Column("checked_at", Moment),
    Column("failing_since", Moment),
    Index("mount_checks_next", "next_at"),
)

pages = Table(
    "pages",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text),
    Column("time_zone", Text, nullable=False),
    Column("is_public", Boolean, nullable=False),
    Column("host", Text),
    Column("look", JSONB, nullable=False, server_default=text("'{}'")),
    Column("tier", Text, nullable=False),
    Column("tier_until", Moment),
    Column("served_until", Moment),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("deleted_at", Moment),
    Column("applied_seq", BigInteger, nullable=False, server_default="0"),
    Column("published_seq", BigInteger, nullable=False, server_default="0"),
    Column("published_day", Date),
    # When the published day ends in the page's zone: a day roll-over is due from then on.
    Column("published_until", Moment, nullable=False, server_default=text("'-infinity'")),
    Column("published_build", Text, nullable=False, server_default=""),
    Column("published_epoch", Text, nullable=False, server_default=""),
    Index("pages_account", "account_id"),
    Index("pages_behind", "id", postgresql_where=text("published_seq < applied_seq")),
    Index("pages_until", "published_until"),
    Index("pages_build", "published_build"),
    Index("pages_epoch", "published_epoch"),
)

components = Table(
    "components",
    metadata,
    Column("id", Text, primary_key=True),
    Column("page_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("parent_id", Text),
    Column("position", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text),
    Column("status", Text),
    Column("status_at", Moment),
    Column("show_uptime", Boolean, nullable=False, server_default=true()),
    Column("created_at", Moment, nullable=False),
    Index("components_page", "page_id"),
)

incidents = Table(
    "incidents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("page_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("impact", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("posted_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("resolved_at", Moment),
    Column("scheduled_start", Moment),
    Column("scheduled_end", Moment),
    Column("auto_start", Boolean, nullable=False, server_default=true()),
    Column("auto_end", Boolean, nullable=False, server_default=true()),
    Column("leaves", JSONB, nullable=False, server_default=text("'[]'")),
    Index("incidents_open", "page_id", postgresql_where=text("resolved_at IS NULL")),
    Index("incidents_history", "page_id", "resolved_at"),
    Index("incidents_started", "page_id", "started_at"),
    # What the clock looks for every second: windows that wait, and windows that run.
    Index(
        "incidents_start_due",
        "scheduled_start",
        postgresql_where=text("state = 'scheduled' AND auto_start"),
    ),
    Index(
        "incidents_end_due",
        "scheduled_end",
        postgresql_where=text("kind = 'maintenance' AND resolved_at IS NULL AND auto_end"),
    ),
)

updates = Table(
    "updates",
    metadata,
    Column("id", Text, primary_key=True),
    Column("page_id", Text, nullable=False),
    Column("incident_id", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("occurred_at", Moment, nullable=False),
    Column("posted_at", Moment, nullable=False),
    Column("edited_at", Moment),
    Column("components", JSONB, nullable=False),
    Index("updates_incident", "incident_id", "position"),
)

claims = Table(
    "claims",
    metadata,
    Column("page_id", Text, nullable=False),
    Column("incident_id", Text, nullable=False),
    Column("component_id", Text, nullable=False),
    Column("from_at", Moment, nullable=False),
    Column("status", Text, nullable=False),
    Column("until_at", Moment),
    PrimaryKeyConstraint("incident_id", "component_id", "from_at", name="claims_pkey"),
    Index("claims_page", "page_id", "until_at"),
)

keys = Table(
    "keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("page_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("hash", Text, nullable=False, unique=True),
    Column("disabled", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("last_used_at", Moment),
    Index("keys_page", "page_id"),
)
