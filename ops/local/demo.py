"""The demo: an account with a page that a newcomer can look at and write to, through the log."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from domain.account.commands import AddPage, SetTier
from domain.page.commands import ChangePage
from domain.page.state import Tier
from domain.runtime.new_ids import mint, secret_hash
from domain.runtime.settings import load_settings
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.owned import credential
from ops.cli import accounts
from ops.cli.writes import CommandRefusedError, tell
from ops.local import demo_story as story

EMAIL = "demo@example.com"
SUBDOMAIN = "demo"


@dataclass(frozen=True, slots=True)
class DemoAccess:
    """How to get at the demo: where it is, who to be, what to write with."""

    page_url: str
    login_email: str
    login_password: str
    api_key: str


def seed_demo() -> DemoAccess:
    """Return access to the demo; make it if it is not there yet, or its key opens nothing."""
    kept = read_kept()
    if kept and opens(kept.api_key):
        return DemoAccess(**{**asdict(kept), "page_url": page_url()})
    made = DemoAccess(page_url(), EMAIL, secrets.token_urlsafe(9), "")
    password = make_account(made.login_password, kept)
    make_page()
    key = accounts.create_key(SUBDOMAIN, "Demo monitor")
    access = DemoAccess(made.page_url, EMAIL, password, key)
    keep(access)
    return access


def page_url() -> str:
    """Return where the demo's page is."""
    settings = load_settings()
    return settings.page_url(f"{SUBDOMAIN}.{settings.base_domain}")


def make_account(password: str, kept: DemoAccess | None) -> str:
    """Make the demo's account, or find it; return its password as far as that is known."""
    try:
        accounts.create_account(EMAIL, password)
    except CommandRefusedError:
        return kept.login_password if kept else "(as you set it)"
    return password


def make_page() -> None:
    """Make the demo's page with its past, unless it is there."""
    try:
        accounts.find_page(SUBDOMAIN)
    except CommandRefusedError:
        tell_story(datetime.now(UTC).replace(second=0, microsecond=0))


def tell_story(now: datetime) -> None:
    """Make page, tree and 90 days of history, as of `now`."""
    began_at = now - timedelta(days=story.BEGAN_DAYS_AGO)
    account_id, page_id = accounts.account_of(EMAIL), mint("p")
    host = f"{SUBDOMAIN}.{load_settings().base_domain}"
    tell(
        account_id,
        [(began_at, SetTier(Tier.PRIME)), (began_at, AddPage(page_id, story.NAME, host))],
    )
    settings = ChangePage(is_public=True, description=story.DESCRIPTION)
    tell(page_id, [(began_at, command) for command in (settings, *story.tree_commands())])
    tell(page_id, story.history(now))


def opens(key: str) -> bool:
    """Tell whether a key opens a page."""
    with sync_engine().connect() as conn:
        found = credential(conn, secret_hash(key))
    return found is not None and not found.disabled and not found.closed


def kept_at() -> Path:
    """Return where the access is kept: a secret is told once, but the demo tells it daily."""
    return Path(load_settings().data_dir) / "demo.json"


def read_kept() -> DemoAccess | None:
    """Return the access of an earlier run."""
    try:
        return DemoAccess(**json.loads(kept_at().read_text()))
    except (OSError, ValueError, TypeError):
        return None


def keep(access: DemoAccess) -> None:
    """Keep the access for later runs, for the owner of the folder only."""
    kept_at().parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(kept_at(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(access), file)
