"""The operator's writes for owners: accounts, pages, components, keys, tiers, hosts."""

from datetime import datetime

import click

from domain.account.commands import AddPage, GrantTokens, SetTier, VerifyMount
from domain.account.credentials import email_problem, password_problem
from domain.account.state import Booking
from domain.hostnames import subdomain_problem
from domain.page.commands import (
    AddComponent,
    ChangePage,
    CreateKey,
    SuspendPage,
    UnsuspendPage,
)
from domain.page.state import ComponentKind, Tier
from domain.runtime.credentials import common_passwords
from domain.runtime.new_ids import new_api_key, new_id, secret_hash
from domain.runtime.settings import load_settings
from domain.store.postgres import accounts, owned
from domain.store.postgres.accounts import bookings_before
from domain.store.postgres.custom_domains import OwnedMount, find_mount, mounts_of_page
from domain.store.postgres.engine import UNREACHABLE, sync_engine
from domain.store.postgres.owned import account_of as load_account_of
from domain.store.postgres.owned import owner_of
from domain.text import DESCRIPTION_LIMIT, NAME_LIMIT, clean, clean_line
from ops.cli.writes import CommandRefusedError, run_in_transaction, write
from ops.operator_error import say
from web.api.accounts.passwords import hash_password

IF_MADE = "`hepstatus account reset-password` gives it another password, if it is there."
IF_RESET = "Run it again: the password that is printed last is the one that holds."


def create_account(email: str, password: str) -> str:
    """Return the id of a new account.

    Raises CommandRefusedError if the e-mail has one, and UnsureError.
    """
    account_id, address = new_id("a"), email.strip()
    if problem := email_problem(address) or password_problem(password, address, common_passwords()):
        raise CommandRefusedError(problem)
    password_hash = hash_password(password)
    if not run_in_transaction(
        accounts.create_account, account_id, address, password_hash, then=IF_MADE
    ):
        message = f"There is an account for {email} already."
        raise CommandRefusedError(message)
    return account_id


def reset_password(email: str, password: str) -> None:
    """Set another password for an account; its sessions end.

    Raises CommandRefusedError and UnsureError.
    """
    if problem := password_problem(password, email, common_passwords()):
        raise CommandRefusedError(problem)
    password_hash = hash_password(password)
    if not run_in_transaction(accounts.reset_password, email, password_hash, then=IF_RESET):
        raise CommandRefusedError(build_no_account_message(email))


def build_no_account_message(email: str) -> str:
    """Return the message about a missing account."""
    return f"There is no account for {email}."


def account_of(email: str) -> str:
    """Return the id of an account. Raises CommandRefusedError if there is none."""
    with sync_engine().connect() as conn:
        login = accounts.login_of(conn, email)
    if login is None:
        raise CommandRefusedError(build_no_account_message(email))
    return login.account_id


def create_page(email: str, name: str, subdomain: str | None) -> tuple[str, str | None]:
    """Return the id and the host of a new page.

    Raises CommandRefusedError, NotPublishedError.
    """
    account_id, page_id = account_of(email), new_id("p")
    host = f"{check_subdomain(subdomain)}.{load_settings().base_domain}" if subdomain else None
    write(account_id, AddPage(page_id, check_name(name), host))
    return page_id, host


def make_public(page_id: str) -> None:
    """Publish a page to visitors. Raises CommandRefusedError, NotPublishedError."""
    write(page_id, ChangePage(is_public=True))


def add_component(
    page: str, name: str, kind: ComponentKind, parent: str | None, description: str | None
) -> str:
    """Return the id of a new component. Raises CommandRefusedError, NotPublishedError."""
    component_id = new_id("c")
    text = check_description(description)
    command = AddComponent(component_id, check_name(name), kind, parent, description=text)
    write(find_page(page).id, command)
    return component_id


def create_key(page: str, name: str) -> str:
    """Return the secret of a new key, which is not stored."""
    secret = new_api_key()
    write(find_page(page).id, CreateKey(new_id("k"), check_name(name), secret_hash(secret)))
    return secret


def set_tier(email: str, tier: Tier, until: datetime | None) -> None:
    """Grant a tier. Raises CommandRefusedError, NotPublishedError."""
    if tier is Tier.FREE and until is not None:
        message = "Only Prime can have an end: after it the account is free."
        raise CommandRefusedError(message)
    write(account_of(email), SetTier(tier, until))


def suspend_page(page: str, reason: str | None) -> None:
    """Block a page's visitors and keys. Raises CommandRefusedError, NotPublishedError."""
    write(find_page(page).id, SuspendPage(check_description(reason, "reason")))


def unsuspend_page(page: str) -> None:
    """End the suspension of a page. Raises CommandRefusedError, NotPublishedError."""
    write(find_page(page).id, UnsuspendPage())


def all_pages() -> list[owned.ListedPage]:
    """Return every page."""
    with sync_engine().connect() as conn:
        return owned.all_pages(conn)


def find_page(page: str) -> owned.ListedPage:
    """Return a page by id, host or subdomain. Raises CommandRefusedError."""
    host = page if "." in page else f"{page}.{load_settings().base_domain}"
    for row in all_pages():
        if page == row.id or host.lower() == row.host:
            return row
    message = f"There is no page {page}: `hepstatus page list` shows them."
    raise CommandRefusedError(message)


def check_subdomain(subdomain: str) -> str:
    """Return a valid subdomain in lower case. Raises CommandRefusedError."""
    if problem := subdomain_problem(subdomain.lower()):
        raise CommandRefusedError(problem)
    return subdomain.lower()


def check_description(description: str | None, what: str = "description") -> str | None:
    """Return a description within its length limit. Raises CommandRefusedError."""
    tidy = clean(description)
    if tidy and len(tidy) > DESCRIPTION_LIMIT:
        message = f"A {what} may have at most {DESCRIPTION_LIMIT} characters."
        raise CommandRefusedError(message)
    return tidy


def check_name(name: str) -> str:
    """Return a name of valid length. Raises CommandRefusedError."""
    tidy = clean_line(name)
    if tidy is None or len(tidy) > NAME_LIMIT:
        message = f"A name has 1 to {NAME_LIMIT} characters."
        raise CommandRefusedError(message)
    return tidy


def list_mounts(page: str) -> list[OwnedMount]:
    """Return the mounts of a page (an id, a host or a subdomain).

    Raises CommandRefusedError.
    """
    page_id = find_page(page).id
    with sync_engine().connect() as conn:
        return mounts_of_page(conn, owner_of(conn, page_id) or "", page_id)


def verify_mount(mount_id: str) -> OwnedMount:
    """Look up a mount in DNS again. Raises CommandRefusedError, NotPublishedError."""
    owned = _load_mount(mount_id)
    write(owned.account_id, VerifyMount(owned.mount.page_id, mount_id))
    return _load_mount(mount_id)


def _load_mount(mount_id: str) -> OwnedMount:
    with sync_engine().connect() as conn:
        owned = find_mount(conn, mount_id)
    if owned is None:
        message = f"There is no mount {mount_id}: `hepstatus mount list PAGE` shows them."
        raise CommandRefusedError(message)
    return owned


def format_mount(owned: OwnedMount) -> str:
    """Return a mount as a line for the terminal."""
    mount = owned.mount
    marks = "primary" if mount.is_primary else "-"
    return f"{mount.id}  {mount.host:<32} {mount.state:<8} {marks:<8} {mount.reason or ''}".rstrip()


ROWS_MAX = 1_000


def grant_tokens(email: str, amount: int) -> None:
    """Grant tokens to an account. Raises CommandRefusedError, NotPublishedError."""
    write(account_of(email), GrantTokens(amount))


def balance_of(email: str) -> int:
    """Return an account's balance in tokens. Raises CommandRefusedError if there is none."""
    account_id = account_of(email)
    with sync_engine().connect() as conn:
        return load_account_of(conn, account_id).balance


def ledger_of(email: str) -> list[Booking]:
    """Return an account's ledger, newest first, at most 1,000 rows.

    Raises CommandRefusedError.
    """
    account_id = account_of(email)
    with sync_engine().connect() as conn:
        return bookings_before(conn, account_id, None, ROWS_MAX)


@click.group()
def tokens() -> None:
    """Grant tokens, show balances and ledgers."""


@tokens.command("grant")
@click.argument("email")
@click.argument("amount", type=int)
def grant(email: str, amount: int) -> None:
    """Give AMOUNT tokens to the account EMAIL."""
    grant_tokens(email, amount)
    try:
        say(f"{email} has {balance_of(email)} tokens.")
    except UNREACHABLE:  # the grant itself succeeded
        say(f"{email} was granted {amount} tokens; how many these are now can't be read.")


@tokens.command("balance")
@click.argument("email")
def balance(email: str) -> None:
    """Print how many tokens the account EMAIL has."""
    say(balance_of(email))


@tokens.command("ledger")
@click.argument("email")
def ledger(email: str) -> None:
    """List the changes of the balance of the account EMAIL, newest first, 1,000 at most."""
    for row in ledger_of(email):
        slot = f"  {row.slot_id} until {row.slot_expires_at:%Y-%m-%d %H:%M}" if row.slot_id else ""
        when = f"{row.at:%Y-%m-%d %H:%M:%S}"
        say(f"{when}  {row.kind:<5}  {row.amount:>+9}  {row.balance:>9}{slot}")
