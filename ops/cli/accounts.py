"""The operator's verbs for accounts, their tier and their tokens."""

import secrets
import sys
from datetime import datetime

import click

from domain.account.commands import DeleteAccount, GrantTokens, SetTier
from domain.account.credentials import email_problem, password_problem
from domain.account.state import Booking
from domain.page.state import Tier
from domain.runtime.credentials import common_passwords
from domain.runtime.new_ids import new_id
from domain.store.postgres import accounts, owned
from domain.store.postgres.accounts import bookings_before
from domain.store.postgres.engine import UNREACHABLE, sync_engine
from domain.store.postgres.owned import ListedAccount
from domain.store.postgres.owned import account_of as load_account_of
from domain.store.postgres.owner_mail import addresses
from domain.text import is_storable
from ops.cli.arguments import Instant, WholeNumber
from ops.cli.terminal import confirm_deletion, json_option, print_list, yes_option
from ops.cli.writes import CommandRefusedError, run_in_transaction, write
from ops.operator_error import say
from web.http.wire import Answer, to_answer

IF_MADE = "`hepstatus account reset-password` gives it another password, if it is there."
IF_RESET = "Run it again: the password that is printed last is the one that holds."
IF_VERIFIED = "Run it again: a second time does no harm."
ROWS_MAX = 1_000


class AccountRow(Answer, frozen=True):
    """An account of the list; `tierUntil` is null without an end."""

    id: str
    email: str
    email_verified: bool
    pending_email: str | None
    tier: str
    tier_until: str | None
    balance: int
    pages: int
    created_at: str


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


def verify(email: str) -> None:
    """Set an account as verified. Raises CommandRefusedError and UnsureError."""
    run_in_transaction(addresses.verify, account_of(email), then=IF_VERIFIED)


def hash_password(password: str) -> str:
    """Return the hash that web would store."""
    from web.api.accounts import passwords  # Falcon, which few verbs need

    return passwords.hash_password(password)


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


def all_accounts() -> list[ListedAccount]:
    """Return every account, oldest first."""
    with sync_engine().connect() as conn:
        return owned.all_accounts(conn)


def set_tier(email: str, tier: Tier, until: datetime | None) -> None:
    """Grant a tier. Raises CommandRefusedError, NotPublishedError."""
    if tier is Tier.FREE and until is not None:
        message = "Only Prime can have an end: after it the account is free."
        raise CommandRefusedError(message)
    write(account_of(email), SetTier(tier, until))


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


def account_row(listed: ListedAccount) -> AccountRow:
    """Return an account for JSON."""
    return to_answer(AccountRow, listed)


def tier_columns(listed: ListedAccount) -> tuple[str, str]:
    """Return the tier of an account, and its end."""
    until = listed.tier_until
    return listed.tier, f"until {until:%Y-%m-%d %H:%M}" if until else "-"


@click.group()
def account() -> None:
    """Make, list, verify and delete accounts; give them another password."""


@account.command("create")
@click.argument("email")
@click.option("--password", help="Chosen at random, and printed, if not given.")
def create(email: str, password: str | None) -> None:
    """Make an account for EMAIL."""
    effective_password = password or secrets.token_urlsafe(12)
    account_id = create_account(email, effective_password)
    say(f"{account_id}  {email}" + ("" if password else f"  password: {effective_password}"))


@account.command("list")
@json_option
def list_accounts(*, is_json: bool) -> None:
    """List all accounts with tier, tokens and number of pages."""

    def to_columns(listed: ListedAccount) -> tuple[str, ...]:
        tokens, pages = f"{listed.balance} tokens", f"{listed.pages} pages"
        return listed.id, listed.email, *tier_columns(listed), tokens, pages

    print_list(all_accounts(), to_columns, account_row, is_json=is_json)


@account.command("reset-password")
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read it from standard input, one line.")
def reset(email: str, *, password_stdin: bool) -> None:
    """Give the account EMAIL another password: one chosen at random is printed, this once.

    All its sessions end, and its devices are strangers.
    """
    password = read_password() if password_stdin else secrets.token_urlsafe(12)
    reset_password(email, password)
    say(f"{email}" + ("" if password_stdin else f"  password: {password}"))


def read_password() -> str:
    """Return the first line of standard input.

    Raises CommandRefusedError if it is not text.
    """
    try:
        line = sys.stdin.readline().rstrip("\r\n")
    except UnicodeDecodeError:
        line = "\0"
    if not is_storable(line):
        raise CommandRefusedError("The password is not text in UTF-8.")
    return line


@account.command("verify")
@click.argument("email")
def verify_account(email: str) -> None:
    """Confirm the e-mail address of the account EMAIL, as its own link would."""
    verify(email)
    say(f"{email} is verified.")


@account.command("delete")
@click.argument("email")
@yes_option
def delete(email: str, *, is_confirmed: bool) -> None:
    """Delete the account EMAIL with its pages, at once and for good."""
    account_id = account_of(email)
    confirm_deletion(f"the account {email} with all its pages", is_confirmed=is_confirmed)
    write(account_id, DeleteAccount())
    say(f"The account {email} is deleted, with all its pages.")


@click.group()
def tier() -> None:
    """Grant tiers, and list them."""


@tier.command("set")
@click.argument("email")
@click.argument("tier", type=click.Choice([t.value for t in Tier]), metavar="TIER")
@click.option("--until", type=Instant(), help="In UTC, such as 2027-01-31.")
def set_account_tier(email: str, tier: str, until: datetime | None) -> None:
    """Give the account EMAIL the TIER free or prime, until a date or without end."""
    set_tier(email, Tier(tier), until)
    say(f"{email} is {tier}" + (f" until {until:%Y-%m-%d %H:%M} UTC." if until else "."))


@tier.command("list")
@json_option
def list_tiers(*, is_json: bool) -> None:
    """List the tier of each account."""

    def to_columns(listed: ListedAccount) -> tuple[str, ...]:
        return listed.email, *tier_columns(listed)

    print_list(all_accounts(), to_columns, account_row, is_json=is_json)


@click.group()
def tokens() -> None:
    """Grant tokens, show balances and ledgers."""


# `-5` is an amount to refuse in a sentence, and no option.
@tokens.command("grant", context_settings={"ignore_unknown_options": True})
@click.argument("email")
@click.argument("amount", type=WholeNumber())
def grant(email: str, amount: int) -> None:
    """Give AMOUNT tokens to the account EMAIL."""
    grant_tokens(email, amount)
    try:
        say(f"{email} has {balance_of(email)} tokens.")
    except UNREACHABLE:  # the grant itself succeeded
        say(f"{email} was granted {amount} tokens; how many these are now can't be read.")


@tokens.command("list")
@json_option
def list_balances(*, is_json: bool) -> None:
    """List the balance of each account."""
    print_list(all_accounts(), lambda a: (a.email, a.balance), account_row, is_json=is_json)


@tokens.command("balance")
@click.argument("email")
def balance(email: str) -> None:
    """Print how many tokens the account EMAIL has."""
    say(balance_of(email))


@tokens.command("ledger")
@click.argument("email")
@json_option
def ledger(email: str, *, is_json: bool) -> None:
    """List the changes of the balance of the account EMAIL, newest first, 1,000 at most."""
    print_list(ledger_of(email), to_ledger_columns, to_ledger_view, is_json=is_json)


def to_ledger_columns(row: Booking) -> tuple[str, ...]:
    """Return one change of a balance for the terminal."""
    slot = f"{row.slot_id} until {row.slot_expires_at:%Y-%m-%d %H:%M}" if row.slot_id else ""
    when = f"{row.at:%Y-%m-%d %H:%M:%S}"
    return when, row.kind, f"{row.amount:>+9}", f"{row.balance:>9}", slot


def to_ledger_view(row: Booking) -> object:
    """Return one change of a balance as the API does."""
    from web.api.billing import LedgerRow  # as above

    return to_answer(LedgerRow, row)
