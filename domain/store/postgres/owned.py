"""Direct reads of owners, monitors and the operator: accounts, pages, keys, templates."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, text

from domain.account.state import Account
from domain.page.logo import Logo
from domain.page.settings import Appearance
from domain.page.state import Template
from domain.store.postgres import tables as t
from domain.store.postgres.load import load_account
from domain.store.postgres.rows import to_dataclass

_PAGE = """
SELECT p.id, p.name, p.description, p.host, p.is_public, p.time_zone,
  p.served_until AS expires_at, p.created_at, p.tier, p.tier_until, p.applied_seq, p.logo,
  p.suspended_at IS NOT NULL AS is_suspended, p.suspended_reason, p.look
FROM pages p WHERE p.account_id = :account_id AND p.deleted_at IS NULL
"""
_PAGES = text(_PAGE + "ORDER BY p.created_at, p.id")
_ONE_PAGE = text(_PAGE + "AND p.id = :page_id")
_FIRST_LEAVES = text("""
SELECT DISTINCT ON (c.page_id) c.page_id, c.id, c.name FROM components c
JOIN pages p ON p.id = c.page_id
WHERE p.account_id = :account_id AND p.deleted_at IS NULL AND c.kind = 'leaf'
ORDER BY c.page_id, c.created_at, c.id
""")
_ALL_PAGES = text("""
SELECT p.id, p.name, p.host, p.is_public, a.email, p.suspended_at IS NOT NULL FROM pages p
JOIN accounts a ON a.id = p.account_id WHERE p.deleted_at IS NULL ORDER BY p.created_at, p.id
""")
_ALL_ACCOUNTS = text("""
SELECT a.id, a.email, a.tier, a.tier_until, a.balance, a.created_at,
  (SELECT count(*) FROM pages p WHERE p.account_id = a.id AND p.deleted_at IS NULL) AS pages,
  a.is_verified, a.pending_email
FROM accounts a WHERE a.email <> '' AND a.deleted_at IS NULL ORDER BY a.created_at, a.id
""")
_KEYS = text("""
SELECT k.id, k.name, k.disabled, k.created_at, k.last_used_at FROM keys k
WHERE k.page_id = :page_id ORDER BY k.id
""")
_CONTENTS = text("""
SELECT (SELECT count(*) FROM components WHERE page_id = :page_id AND kind = 'leaf') AS components,
  (SELECT count(*) FROM incidents WHERE page_id = :page_id AND kind = 'incident') AS incidents,
  (SELECT count(*) FROM incidents WHERE page_id = :page_id AND kind = 'maintenance')
    AS maintenances,
  (SELECT count(*) FROM keys WHERE page_id = :page_id) AS keys,
  (SELECT count(*) FROM templates WHERE page_id = :page_id) AS templates,
  ARRAY(SELECT host FROM mounts WHERE page_id = :page_id ORDER BY is_primary DESC, host) AS hosts
""")
_CREDENTIAL = text("""
SELECT k.id, k.page_id, k.disabled, s.closed, s.suspended FROM keys k
JOIN streams s ON s.id = k.page_id WHERE k.hash = :hash
""")
_TOUCH = text("""
UPDATE keys SET last_used_at = date_trunc('minute', clock_timestamp())
WHERE hash = :hash AND coalesce(last_used_at, '-infinity') < date_trunc('minute', clock_timestamp())
""")
_ACCOUNT_OF_KEY = text(
    "SELECT s.account_id FROM keys k JOIN streams s ON s.id = k.page_id WHERE k.hash = :hash"
)
_OWNER = text("SELECT account_id FROM streams WHERE id = :page_id AND NOT closed")


@dataclass(frozen=True, slots=True)
class OwnedPage:
    """A page's settings, for its owner."""

    id: str
    name: str
    description: str | None
    host: str | None
    is_public: bool
    time_zone: str
    expires_at: datetime | None
    created_at: datetime
    tier: str
    tier_until: datetime | None
    applied_seq: int
    logo: Logo | None
    is_suspended: bool
    suspended_reason: str | None
    look: Appearance


@dataclass(frozen=True, slots=True)
class OwnedKey:
    """A monitor's key, for its owner: never the secret."""

    id: str
    name: str
    disabled: bool
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class PageContents:
    """How much a page holds, and its host names."""

    components: int
    incidents: int
    maintenances: int
    keys: int
    templates: int
    hosts: list[str]


@dataclass(frozen=True, slots=True)
class OwnedTemplate:
    """A template, with the page that it belongs to."""

    page_id: str
    template: Template


@dataclass(frozen=True, slots=True)
class ListedPage:
    """A page, for the operator."""

    id: str
    name: str
    host: str | None
    is_public: bool
    email: str
    is_suspended: bool


@dataclass(frozen=True, slots=True)
class ListedAccount:
    """An account with the number of its pages, for the operator."""

    id: str
    email: str
    tier: str
    tier_until: datetime | None
    balance: int
    created_at: datetime
    pages: int
    email_verified: bool
    pending_email: str | None


@dataclass(frozen=True, slots=True)
class Credential:
    """A key from a request; `closed` and `suspended` are its page's state."""

    key_id: str
    page_id: str
    disabled: bool
    closed: bool
    suspended: bool


def account_of(conn: Connection, account_id: str) -> Account:
    """Return an account's current state; a deleted one is empty."""
    result = load_account(conn, account_id)
    return result[0] if result else Account(account_id)


def pages_of(conn: Connection, account_id: str) -> list[OwnedPage]:
    """Return an account's pages, oldest first."""
    return [
        to_dataclass(row, OwnedPage) for row in conn.execute(_PAGES, {"account_id": account_id})
    ]


def page_of(conn: Connection, account_id: str, page_id: str) -> OwnedPage | None:
    """Return one of an account's pages; None if it has no such page."""
    row = conn.execute(_ONE_PAGE, {"account_id": account_id, "page_id": page_id}).one_or_none()
    return to_dataclass(row, OwnedPage) if row else None


def first_leaves_of(conn: Connection, account_id: str) -> dict[str, tuple[str, str]]:
    """Return id and name of the oldest leaf of an account's pages, by page."""
    rows = conn.execute(_FIRST_LEAVES, {"account_id": account_id})
    return {page_id: (leaf_id, name) for page_id, leaf_id, name in rows}


def all_pages(conn: Connection) -> list[ListedPage]:
    """Return every page."""
    return [ListedPage(*row) for row in conn.execute(_ALL_PAGES)]


def all_accounts(conn: Connection) -> list[ListedAccount]:
    """Return every account of an owner, oldest first."""
    return [ListedAccount(*row) for row in conn.execute(_ALL_ACCOUNTS)]


def keys_of(conn: Connection, page_id: str) -> list[OwnedKey]:
    """Return a page's keys, oldest first."""
    return [OwnedKey(*row) for row in conn.execute(_KEYS, {"page_id": page_id})]


def contents_of(conn: Connection, page_id: str) -> PageContents:
    """Return how much a page holds."""
    return PageContents(*conn.execute(_CONTENTS, {"page_id": page_id}).one())


def templates_of(conn: Connection, account_id: str) -> list[OwnedTemplate]:
    """Return the templates of all of an account's pages, page by page, oldest first."""
    p = t.pages.c
    query = (
        select(t.templates)
        .join(t.pages, p.id == t.templates.c.page_id)
        .where(p.account_id == account_id, p.deleted_at.is_(None))
        .order_by(p.created_at, p.id, t.templates.c.id)
    )
    return [OwnedTemplate(row.page_id, to_dataclass(row, Template)) for row in conn.execute(query)]


def credential(conn: Connection, secret_hash: str) -> Credential | None:
    """Return the key with this hash, live or not."""
    row = conn.execute(_CREDENTIAL, {"hash": secret_hash}).one_or_none()
    return Credential(*row) if row else None


def account_of_key(conn: Connection, secret_hash: str) -> str | None:
    """Return the account of a key's page, live or not; None without a key."""
    return conn.execute(_ACCOUNT_OF_KEY, {"hash": secret_hash}).scalar()


def touch_key(conn: Connection, secret_hash: str) -> None:
    """Note that a key was used in this minute."""
    conn.execute(_TOUCH, {"hash": secret_hash})


def owner_of(conn: Connection, page_id: str) -> str | None:
    """Return the account of a page; None if it was deleted or never existed."""
    return conn.execute(_OWNER, {"page_id": page_id}).scalar()
