"""Decision on deleting an account. Source: docs/decisions/0006-deletion.md."""

from datetime import datetime

from domain.account import events as e
from domain.account.commands import DeleteAccount
from domain.account.facts import Facts
from domain.account.state import Account
from domain.results import Code, Rejection

GONE = Rejection(Code.NOT_FOUND, "This account was deleted.")


def delete_account(
    account: Account, command: DeleteAccount, at: datetime, facts: Facts
) -> tuple[e.Event, ...]:
    """Remove every page, then the account, without new allocations."""
    removed = (e.PageRemoved(page_id) for page_id in account.places)
    return (*removed, e.AccountDeleted(at))
