"""The log, accounts with their places and hosts, pages with their contents."""

from alembic import op

revision = "0001"
down_revision = None

SCHEMA = """
CREATE TABLE accounts (
  id TEXT NOT NULL,
  email TEXT NOT NULL,
  email_key TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  tier TEXT DEFAULT 'free' NOT NULL,
  tier_until TIMESTAMP WITH TIME ZONE,
  applied_seq BIGINT DEFAULT '0' NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  PRIMARY KEY (id),
  UNIQUE (email_key)
);
CREATE TABLE claims (
  page_id TEXT NOT NULL,
  incident_id TEXT NOT NULL,
  component_id TEXT NOT NULL,
  from_at TIMESTAMP WITH TIME ZONE NOT NULL,
  status TEXT NOT NULL,
  until_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT claims_pkey PRIMARY KEY (incident_id, component_id, from_at)
);
CREATE INDEX claims_page ON claims (page_id, until_at);
CREATE TABLE commands (
  stream_id TEXT NOT NULL,
  seq BIGINT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  payload JSONB NOT NULL,
  actor TEXT NOT NULL,
  cause TEXT,
  received_at TIMESTAMP WITH TIME ZONE NOT NULL,
  due_at TIMESTAMP WITH TIME ZONE,
  outcome TEXT,
  refusal JSONB,
  applied_at TIMESTAMP WITH TIME ZONE,
  published_at TIMESTAMP WITH TIME ZONE,
  PRIMARY KEY (stream_id, seq),
  CONSTRAINT commands_id_key UNIQUE (id)
);
CREATE INDEX commands_cause ON commands (cause) WHERE cause IS NOT NULL;
CREATE INDEX commands_open ON commands (stream_id, seq) WHERE published_at IS NULL;
CREATE TABLE components (
  id TEXT NOT NULL,
  page_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  parent_id TEXT,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  description TEXT,
  status TEXT,
  status_at TIMESTAMP WITH TIME ZONE,
  show_uptime BOOLEAN DEFAULT true NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX components_page ON components (page_id);
CREATE TABLE hosts (
  host TEXT NOT NULL,
  page_id TEXT,
  counter BIGINT DEFAULT '1' NOT NULL,
  published_counter BIGINT DEFAULT '0' NOT NULL,
  published_epoch TEXT DEFAULT '' NOT NULL,
  PRIMARY KEY (host)
);
CREATE INDEX hosts_page ON hosts (page_id);
CREATE TABLE idempotency (
  stream_id TEXT NOT NULL,
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  body_hash BYTEA NOT NULL,
  command_id TEXT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT idempotency_pkey PRIMARY KEY (stream_id, scope, key)
);
CREATE INDEX idempotency_age ON idempotency (created_at);
CREATE TABLE incidents (
  id TEXT NOT NULL,
  page_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  impact TEXT NOT NULL,
  state TEXT NOT NULL,
  started_at TIMESTAMP WITH TIME ZONE NOT NULL,
  posted_at TIMESTAMP WITH TIME ZONE NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  resolved_at TIMESTAMP WITH TIME ZONE,
  PRIMARY KEY (id)
);
CREATE INDEX incidents_history ON incidents (page_id, resolved_at);
CREATE INDEX incidents_open ON incidents (page_id) WHERE resolved_at IS NULL;
CREATE TABLE keys (
  id TEXT NOT NULL,
  page_id TEXT NOT NULL,
  name TEXT NOT NULL,
  hash TEXT NOT NULL,
  disabled BOOLEAN NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  last_used_at TIMESTAMP WITH TIME ZONE,
  PRIMARY KEY (id),
  UNIQUE (hash)
);
CREATE INDEX keys_page ON keys (page_id);
CREATE TABLE pages (
  id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  name TEXT NOT NULL,
  description TEXT,
  time_zone TEXT NOT NULL,
  is_public BOOLEAN NOT NULL,
  host TEXT,
  tier TEXT NOT NULL,
  tier_until TIMESTAMP WITH TIME ZONE,
  served_until TIMESTAMP WITH TIME ZONE,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
  deleted_at TIMESTAMP WITH TIME ZONE,
  applied_seq BIGINT DEFAULT '0' NOT NULL,
  published_seq BIGINT DEFAULT '0' NOT NULL,
  published_day DATE,
  published_until TIMESTAMP WITH TIME ZONE DEFAULT '-infinity' NOT NULL,
  published_build TEXT DEFAULT '' NOT NULL,
  published_epoch TEXT DEFAULT '' NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX pages_account ON pages (account_id);
CREATE INDEX pages_behind ON pages (id) WHERE published_seq < applied_seq;
CREATE INDEX pages_build ON pages (published_build);
CREATE INDEX pages_epoch ON pages (published_epoch);
CREATE INDEX pages_until ON pages (published_until);
CREATE TABLE places (
  page_id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  tier TEXT NOT NULL,
  tier_until TIMESTAMP WITH TIME ZONE,
  served_until TIMESTAMP WITH TIME ZONE,
  PRIMARY KEY (page_id)
);
CREATE INDEX places_account ON places (account_id);
CREATE TABLE streams (
  id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  head_seq BIGINT DEFAULT '0' NOT NULL,
  last_at TIMESTAMP WITH TIME ZONE NOT NULL,
  closed BOOLEAN DEFAULT false NOT NULL,
  PRIMARY KEY (id)
);
CREATE TABLE updates (
  id TEXT NOT NULL,
  page_id TEXT NOT NULL,
  incident_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  state TEXT NOT NULL,
  body TEXT NOT NULL,
  occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
  posted_at TIMESTAMP WITH TIME ZONE NOT NULL,
  edited_at TIMESTAMP WITH TIME ZONE,
  components JSONB NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX updates_incident ON updates (incident_id, position);
CREATE TABLE sessions (
  token_hash TEXT NOT NULL,
  id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  PRIMARY KEY (token_hash),
  UNIQUE (id),
  FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX sessions_account ON sessions (account_id);
"""


def upgrade() -> None:
    """Create all tables."""
    op.execute(SCHEMA)
