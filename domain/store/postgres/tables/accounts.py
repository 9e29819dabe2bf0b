"""Accounts, their sessions and devices, their data about several pages, and hosts."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)

from domain.store.postgres.tables.log import Moment, metadata

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
    Column("deleted_at", Moment),
    Column("balance", BigInteger, nullable=False, server_default="0"),
    Column("mailbox_key", Text),
    Column("mailbox_email", Text),
    # Whether its owner has shown that the address is theirs, and the one that is to replace it.
    Column("is_verified", Boolean, nullable=False, server_default=true()),
    Column("pending_email", Text),
    # The times of its newest subdomains, ten at most
    # (domain.store.postgres.hosts).
    Column("subdomains_at", ARRAY(Moment), nullable=False, server_default=text("'{}'")),
    CheckConstraint("balance >= 0", name="accounts_balance"),
    Index("accounts_mailbox_key", "mailbox_key", unique=True),
    Index("accounts_unverified", "created_at", postgresql_where=text("NOT is_verified")),
    # The clock reads these every second: Prime that ends, and slots that expire.
    Index("accounts_prime_due", "tier_until", postgresql_where=text("tier = 'prime'")),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("account_id", Text, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("last_used_at", Moment),
    Column("user_agent", Text),
    Index("sessions_account", "account_id"),
    Index("sessions_expiry", "expires_at"),
)

# Browsers with an earlier login: guesses from elsewhere can't lock them out.
devices = Table(
    "devices",
    metadata,
    Column("token_hash", Text, nullable=False),
    Column("account_id", Text, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("last_used_at", Moment, nullable=False),
    PrimaryKeyConstraint("token_hash", "account_id", name="devices_pkey"),
    Index("devices_account", "account_id"),
    Index("devices_age", "last_used_at"),
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

slots = Table(
    "slots",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("bought_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("is_over", Boolean, nullable=False, server_default=false()),
    Index("slots_account", "account_id"),
    Index("slots_due", "expires_at", postgresql_where=text("NOT is_over")),
)

# Every change of a balance, by the command that made it. Rows are never changed.
ledger = Table(
    "ledger",
    metadata,
    Column("account_id", Text, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("command_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("balance", BigInteger, nullable=False),
    Column("at", Moment, nullable=False),
    Column("slot_id", Text),
    Column("slot_expires_at", Moment),
    PrimaryKeyConstraint("account_id", "seq"),
    UniqueConstraint("command_id", name="ledger_command_id_key"),
    CheckConstraint("balance >= 0", name="ledger_balance"),
)

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
