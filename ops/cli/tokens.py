"""The operator's view of tokens: grants, balances and ledgers."""

from domain.account.commands import GrantTokens
from domain.account.state import Booking
from domain.store.postgres.engine import sync_engine
from domain.store.postgres.ledger import bookings_before
from domain.store.postgres.owned import account_of as load_account_of
from ops.cli.accounts import account_of
from ops.cli.writes import write

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
