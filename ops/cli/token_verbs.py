"""The verbs of `hepstatus tokens`."""

import click

from domain.account.commands import GrantTokens
from domain.account.state import Booking
from domain.store.postgres.accounts import bookings_before
from domain.store.postgres.engine import UNREACHABLE, sync_engine
from domain.store.postgres.owned import account_of as load_account_of
from ops.cli.accounts import account_of
from ops.cli.writes import write
from ops.operator_error import say

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
