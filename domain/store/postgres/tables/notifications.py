"""Subscribers of pages, the outbox of public events, deliveries, and mails.

Nothing of it is in the command log, which never holds an address.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from domain.store.postgres.tables.log import Moment, metadata

# One row for an address of a page, and one for each incident that it follows. `components` are ids
# of leaves and categories; NULL means all. `due_at` is set while a message waits; `claimed_until`
# while a process sends one.
subscribers = Table(
    "subscribers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("page_id", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("components", ARRAY(Text)),
    Column("incident_id", Text),
    Column("kinds", Text, nullable=False, server_default="all"),
    Column("impact", Text, nullable=False, server_default="none"),
    Column("updates", Text, nullable=False, server_default="all"),
    Column("source", Text, nullable=False, server_default="form"),
    Column("created_at", Moment, nullable=False),
    Column("consented_at", Moment),
    Column("confirmed_at", Moment),
    Column("secret", Text),
    Column("previous_secret", Text),
    Column("secret_changed_at", Moment),
    Column("quarantined_at", Moment),
    Column("quarantine_reason", Text),
    Column("due_at", Moment),
    Column("claimed_until", Moment),
    Column("last_message_at", Moment),
    Column("last_attempt_at", Moment),
    Column("failed_attempts", Integer, nullable=False, server_default="0"),
    Index("subscribers_page", "page_id", "created_at"),
    Index(
        "subscribers_address",
        "page_id", "channel", text("lower(address)"), text("coalesce(incident_id, '')"),
        unique=True,
    ),
    Index(
        "subscribers_incident", "incident_id", postgresql_where=text("incident_id IS NOT NULL")
    ),
    Index("subscribers_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    Index(
        "subscribers_quarantined", "quarantined_at",
        postgresql_where=text("quarantined_at IS NOT NULL"),
    ),
    Index("subscribers_claimed", "page_id", postgresql_where=text("claimed_until IS NOT NULL")),
    Index("subscribers_unconfirmed", "created_at", postgresql_where=text("confirmed_at IS NULL")),
)  # fmt: skip

# Keys that are never changed, made by the migration: `left` hashes the addresses that left.
fixed_keys = Table(
    "fixed_keys",
    metadata,
    Column("name", Text, primary_key=True),
    Column("key", LargeBinary, nullable=False),
)

# Keyed hashes of (page, address): no import and no restore subscribes these again.
left_addresses = Table(
    "left_addresses",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("page_id", Text, nullable=False),
    Column("left_at", Moment, nullable=False),
    Index("left_addresses_page", "page_id"),
)

# Links in messages, by the hash of their token: one purpose each.
link_tokens = Table(
    "link_tokens",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("subscriber_id", Text, ForeignKey("subscribers.id", ondelete="CASCADE")),
    Column("account_id", Text, ForeignKey("accounts.id", ondelete="CASCADE")),
    Column("email", Text),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Index("link_tokens_subscriber", "subscriber_id"),
    Index("link_tokens_account", "account_id"),
    Index("link_tokens_expiry", "expires_at"),
)

# The outbox: a row a public event, written by the drain. `concerns` are the ids of the leaves that
# the incident has claimed, and of the categories above them; empty: all components.
notification_events = Table(
    "notification_events",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("page_id", Text, nullable=False),
    Column("incident_id", Text, nullable=False),
    Column("incident_kind", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("command_id", Text),
    Column("update_id", Text),
    Column("at", Moment, nullable=False),
    Column("title", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("impact", Text, nullable=False),
    Column("concerns", ARRAY(Text), nullable=False),
    Column("is_suppressed", Boolean, nullable=False, server_default=false()),
    Column("expanded_at", Moment),
    Index("notification_events_incident", "incident_id", "id"),
    Index("notification_events_page", "page_id"),
    Index("notification_events_command", "command_id"),
    Index("notification_events_waiting", "id", postgresql_where=text("expanded_at IS NULL")),
    Index("notification_events_at", "at"),
)

# What one subscriber gets of one event. Those that wait are sent together (docs/behaviour.md,
# "Notifications"); `message_id` is that of the message which held it.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Text, primary_key=True),
    Column(
        "event_id",
        BigInteger,
        ForeignKey("notification_events.id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("subscriber_id", Text, ForeignKey("subscribers.id", ondelete="CASCADE"), nullable=False),
    Column("page_id", Text, nullable=False),
    Column("incident_id", Text, nullable=False),
    Column("status", Text, nullable=False, server_default="waiting"),
    Column("reason", Text),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("created_at", Moment, nullable=False),
    Column("settled_at", Moment),
    Column("message_id", Text),
    Column("resent_at", Moment),
    UniqueConstraint("event_id", "subscriber_id", name="deliveries_event"),
    Index("deliveries_subscriber", "subscriber_id", "incident_id"),
    Index(
        "deliveries_waiting", "subscriber_id", "event_id",
        postgresql_where=text("status = 'waiting'"),
    ),
    Index("deliveries_page", "page_id", "created_at"),
    Index("deliveries_incident", "incident_id"),
)  # fmt: skip

# Mails that a page has sent to subscribers on a day (UTC). Retention removes it after a week.
mail_counts = Table(
    "mail_counts",
    metadata,
    Column("page_id", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("count", Integer, nullable=False),
    PrimaryKeyConstraint("page_id", "day", name="mail_counts_pkey"),
    Index("mail_counts_day", "day"),
)

# Mails to one address: confirmations, those to owners, and those that are kept (docs/behaviour.md,
# "Mail"). `status`: waiting, sent, failed or kept. `recipient` is deleted with its subscriber.
mails = Table(
    "mails",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("account_id", Text, ForeignKey("accounts.id", ondelete="CASCADE")),
    Column("subscriber_id", Text, ForeignKey("subscribers.id", ondelete="CASCADE")),
    Column("sender_name", Text, nullable=False, server_default="Hep Status"),
    Column("recipient", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("html", Text),
    Column("headers", JSONB, nullable=False, server_default=text("'{}'")),
    Column("status", Text, nullable=False, server_default="waiting"),
    Column("reason", Text),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment),
    Column("claimed_until", Moment),
    Column("sent_at", Moment),
    # A notice that is sent once: a second row of the same key is not stored.
    Column("once_key", Text, unique=True),
    Index("mails_due", "due_at", postgresql_where=text("status = 'waiting'")),
    Index("mails_recipient", text("lower(recipient)"), "created_at"),
    Index("mails_age", "created_at"),
    Index("mails_account", "account_id"),
    Index("mails_subscriber", "subscriber_id"),
)

# Owners' changes of the list of subscribers, by number: for the audit log, and for limits a day.
list_changes = Table(
    "list_changes",
    metadata,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    Column("id", Text, nullable=False),
    Column("page_id", Text, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("kind", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Index("list_changes_page", "page_id", "seq"),
    Index("list_changes_account", "account_id", "at"),
)

# Restored pages whose subscribers may have left since the backup: they get no messages.
held_pages = Table(
    "held_pages",
    metadata,
    Column("page_id", Text, primary_key=True),
    Column("since", Moment, nullable=False),
)
