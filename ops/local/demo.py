"""The demo: an account with a page for newcomers, made through the command log."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from domain.account.commands import AddPage, SetTier
from domain.page.commands import ChangePage
from domain.page.state import Tier
from domain.runtime.new_ids import new_id, secret_hash
from domain.runtime.settings import load_settings
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.owned import credential
from ops.cli import accounts
from ops.cli.writes import CommandRefusedError, write_all
from ops.local import demo_story as story

EMAIL = "demo@example.com"
SUBDOMAIN = "demo"


@dataclass(frozen=True, slots=True)
class DemoAccess:
    """Access to the demo: its address, login and API key."""

    page_url: str
    login_email: str
    login_password: str
    api_key: str


def seed_demo() -> DemoAccess:
    """Return access to the demo; create it if missing or its key is invalid."""
    stored = read_access()
    if stored and is_valid_key(stored.api_key):
        return DemoAccess(**{**asdict(stored), "page_url": page_url()})
    draft = DemoAccess(page_url(), EMAIL, secrets.token_urlsafe(9), "")
    password = ensure_account(draft.login_password, stored)
    ensure_page()
    key = accounts.create_key(SUBDOMAIN, "Demo monitor")
    access = DemoAccess(draft.page_url, EMAIL, password, key)
    write_access(access)
    return access


def page_url() -> str:
    """Return the URL of the demo's page."""
    settings = load_settings()
    return settings.page_url(f"{SUBDOMAIN}.{settings.base_domain}")


def ensure_account(password: str, stored: DemoAccess | None) -> str:
    """Create the demo's account if missing; return its password, if known."""
    try:
        accounts.create_account(EMAIL, password)
    except CommandRefusedError:
        return stored.login_password if stored else "(as you set it)"
    return password


def ensure_page() -> None:
    """Create the demo's page with its history, unless it exists."""
    try:
        accounts.find_page(SUBDOMAIN)
    except CommandRefusedError:
        append_story(datetime.now(UTC).replace(second=0, microsecond=0))


def append_story(now: datetime) -> None:
    """Create page, tree and 90 days of history, as of `now`."""
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
    """Return whether a key is valid for an open page."""
    with sync_engine().connect() as conn:
        credential_row = credential(conn, secret_hash(key))
    return credential_row is not None and not credential_row.disabled and not credential_row.closed


def access_path() -> Path:
    """Return the file of the access.

    The API gives a secret once, but the demo prints it at every start.
    """
    return Path(load_settings().data_dir) / "demo.json"


def read_access() -> DemoAccess | None:
    """Return the access of an earlier run."""
    try:
        return DemoAccess(**json.loads(access_path().read_text()))
    except (OSError, ValueError, TypeError):
        return None


def write_access(access: DemoAccess) -> None:
    """Write the access for later runs, readable by the folder's owner only."""
    access_path().parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(access_path(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(access), file)
