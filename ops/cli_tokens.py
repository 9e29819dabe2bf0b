"""The verbs of `hepstatus tokens`."""

import click

from ops import tokens as door


@click.group()
def tokens() -> None:
    """Grant tokens, show balances and ledgers."""


@tokens.command("grant")
@click.argument("email")
@click.argument("amount", type=int)
def grant(email: str, amount: int) -> None:
    """Give AMOUNT tokens to the account EMAIL."""
    balance = door.grant_tokens(email, amount)
    click.echo(f"{email} has {balance} tokens.")


@tokens.command("balance")
@click.argument("email")
def balance(email: str) -> None:
    """Print how many tokens the account EMAIL has."""
    click.echo(door.balance_of(email))


@tokens.command("ledger")
@click.argument("email")
def ledger(email: str) -> None:
    """List every change of the balance of the account EMAIL, newest first."""
    for row in door.ledger_of(email):
        slot = f"  {row.slot_id} until {row.slot_expires_at:%Y-%m-%d %H:%M}" if row.slot_id else ""
        when = f"{row.at:%Y-%m-%d %H:%M:%S}"
        click.echo(f"{when}  {row.kind:<5}  {row.amount:>+9}  {row.balance:>9}{slot}")
