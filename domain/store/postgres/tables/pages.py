"""Pages and their contents."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB

from domain.store.postgres.tables.log import Moment, metadata

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
    Column("logo", JSONB(none_as_null=True)),
    Column("tier", Text, nullable=False),
    Column("tier_until", Moment),
    Column("served_until", Moment),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("deleted_at", Moment),
    Column("suspended_at", Moment),
    Column("suspended_reason", Text),
    Column("applied_seq", BigInteger, nullable=False, server_default="0"),
    Column("published_seq", BigInteger, nullable=False, server_default="0"),
    Column("published_day", Date),
    # When the next day is to be shown: the published day's end in the page's zone, plus a part of
    # an hour that differs from page to page.
    Column("published_until", Moment, nullable=False, server_default=text("'-infinity'")),
    Column("published_build", Text, nullable=False, server_default=""),
    Column("published_epoch", Text, nullable=False, server_default=""),
    # The time of the next repair, and the number of failed tries: a page that can't be published is
    # tried ever more rarely.
    Column("repair_at", Moment, nullable=False, server_default=text("'-infinity'")),
    Column("repair_tries", Integer, nullable=False, server_default="0"),
    Index("pages_account", "account_id"),
    Index("pages_behind", "id", postgresql_where=text("published_seq < applied_seq")),
    Index("pages_until", "published_until"),
    Index("pages_build", "published_build"),
    Index("pages_epoch", "published_epoch"),
)

# A logo's bytes are in a table apart: a drain reads only the metadata.
logos = Table(
    "logos",
    metadata,
    Column("page_id", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
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
    Column("origin", Text),
    Column("origin_at", Moment),
    Column("external_id", Text),
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
    # Of incidents of older versions it is not known: theirs stays.
    Column("impact_given", Boolean, nullable=False, server_default=true()),
    Column("bare_entries", JSONB, nullable=False, server_default=text("'[]'")),
    Column("external_id", Text),
    Column("sequence", Integer, nullable=False, server_default="0"),
    Column("changed_at", Moment),
    Column("notifies", Boolean, nullable=False, server_default=true()),
    Index("incidents_open", "page_id", postgresql_where=text("resolved_at IS NULL")),
    Index("incidents_history", "page_id", "resolved_at"),
    Index("incidents_started", "page_id", "started_at"),
    # The clock reads these every second: windows that wait, and windows that run.
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

# What calendars have to hear of deleted maintenances. Retention removes it after 30 days.
cancelled_maintenances = Table(
    "cancelled_maintenances",
    metadata,
    Column("id", Text, primary_key=True),
    Column("page_id", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("deleted_at", Moment, nullable=False),
    Index("cancelled_maintenances_page", "page_id", "deleted_at"),
    Index("cancelled_maintenances_deleted", "deleted_at"),
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
    Column("resolved_at", Moment),
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

# What a leaf showed on a day, in rows (domain/page/uptime/shown.py): a toggle rewrites no more.
shown_days = Table(
    "shown_days",
    metadata,
    Column("page_id", Text, nullable=False),
    Column("component_id", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("rows", JSONB, nullable=False),
    PrimaryKeyConstraint("component_id", "day", name="shown_days_pkey"),
    Index("shown_days_page", "page_id"),
    Index("shown_days_day", "day"),
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

templates = Table(
    "templates",
    metadata,
    Column("id", Text, primary_key=True),
    Column("page_id", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("name", Text),
    Column("body", Text),
    Column("state", Text),
    Column("impact", Text),
    Column("kind", Text, nullable=False),
    Column("external_id", Text),
    Index("templates_page", "page_id"),
)
