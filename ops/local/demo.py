"""The demo account and its page, created by commands like those of any owner."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from domain.account.commands import AddPage, SetTier
from domain.page.commands import ChangePage
from domain.page.state import Tier
from domain.runtime.new_ids import new_id, secret_hash
from domain.runtime.settings import load_settings
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.owned import credential
from ops.cli import accounts, keys, pages
from ops.cli.writes import CommandRefusedError, write_all
from ops.local import demo_story as story

EMAIL = "demo@example.com"
SUBDOMAIN = "demo"
UNKNOWN_PASSWORD = "(not stored on this machine)"  # noqa: S105 - a sentence, no password


@dataclass(frozen=True, slots=True)
class DemoAccess:
    """Access to the demo: its address, login and API key."""

    page_url: str
    login_email: str
    login_password: str
    api_key: str


def seed_demo() -> DemoAccess:
    """Return access to the demo.

    Unless an earlier run has stored a key that is still valid, this creates a key, and the account
    and the page if they are missing.
    """
    stored = read_access()
    if stored and is_valid_key(stored.api_key):
        return replace(stored, page_url=page_url())
    password = ensure_account(secrets.token_urlsafe(9), stored)
    ensure_page()
    key = keys.create_key(SUBDOMAIN, "Demo monitor")
    access = DemoAccess(page_url(), EMAIL, password, key)
    write_access(access)
    return access


def page_url() -> str:
    """Return the URL of the demo's page."""
    settings = load_settings()
    return settings.page_url(f"{SUBDOMAIN}.{settings.base_domain}")


def ensure_account(password: str, stored: DemoAccess | None) -> str:
    """Create the demo's account with a password, unless it exists; return its password.

    The password of an existing account is only known from an earlier run (`stored`).
    """
    try:
        accounts.create_account(EMAIL, password)
    except CommandRefusedError:
        return stored.login_password if stored else UNKNOWN_PASSWORD
    return password


def ensure_page() -> None:
    """Create the demo's page with components and history, unless it exists."""
    try:
        pages.find_page(SUBDOMAIN)
    except CommandRefusedError:
        append_story(datetime.now(UTC).replace(second=0, microsecond=0))


def append_story(now: datetime) -> None:
    """Append the commands for a Prime page, its components and its history until `now`."""
    started_at = now - timedelta(days=story.STARTED_DAYS_AGO)
    account_id, page_id = accounts.account_of(EMAIL), new_id("p")
    host = f"{SUBDOMAIN}.{load_settings().base_domain}"
    write_all(
        account_id,
        [(started_at, SetTier(Tier.PRIME)), (started_at, AddPage(page_id, story.NAME, host))],
    )
    settings = ChangePage(is_public=True, description=story.DESCRIPTION)
    write_all(page_id, [(started_at, command) for command in (settings, *story.tree_commands())])
    write_all(page_id, story.history(now))


def is_valid_key(key: str) -> bool:
    """Return whether a key exists, is enabled, and belongs to a page not deleted."""
    with sync_engine().connect() as conn:
        credential_row = credential(conn, secret_hash(key))
    return credential_row is not None and not credential_row.disabled and not credential_row.closed


def access_path() -> Path:
    """Return the path of the file in which the access is stored.

    The file is needed because the demo prints the API key at every start, while the API returns a
    key only at its creation.
    """
    return Path(load_settings().data_dir) / "demo.json"


def read_access() -> DemoAccess | None:
    """Return the access that an earlier run stored; None without a readable file."""
    try:
        return DemoAccess(**json.loads(access_path().read_text()))
    except (OSError, ValueError, TypeError):
        return None


def write_access(access: DemoAccess) -> None:
    """Store the access for later runs; a new file is readable by its owner only."""
    access_path().parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(access_path(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(access), file)
