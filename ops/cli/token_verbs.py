"""The verbs of `hepstatus tokens`."""

import click

from domain.store.postgres.engine import UNREACHABLE
from ops.cli import tokens as token_actions
from ops.cli.terminal import say


@click.group()
def tokens() -> None:
    """Grant tokens, show balances and ledgers."""


@tokens.command("grant")
@click.argument("email")
@click.argument("amount", type=int)
def grant(email: str, amount: int) -> None:
    """Give AMOUNT tokens to the account EMAIL."""
    token_actions.grant_tokens(email, amount)
    try:
        say(f"{email} has {token_actions.balance_of(email)} tokens.")
    except UNREACHABLE:  # the grant itself succeeded
        say(f"{email} was granted {amount} tokens; how many these are now can't be read.")


@tokens.command("balance")
@click.argument("email")
def balance(email: str) -> None:
    """Print how many tokens the account EMAIL has."""
    say(token_actions.balance_of(email))


@tokens.command("ledger")
@click.argument("email")
def ledger(email: str) -> None:
    """List the changes of the balance of the account EMAIL, newest first, 1,000 at most."""
    for row in token_actions.ledger_of(email):
        slot = f"  {row.slot_id} until {row.slot_expires_at:%Y-%m-%d %H:%M}" if row.slot_id else ""
        when = f"{row.at:%Y-%m-%d %H:%M:%S}"
        say(f"{when}  {row.kind:<5}  {row.amount:>+9}  {row.balance:>9}{slot}")
