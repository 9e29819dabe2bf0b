"""Slots on a real store: the clock's word on accounts, the ledger's rows, what may not be saved."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from domain.account import commands as c
from domain.account.state import Booking, BookingKind
from domain.page.state import Tier
from domain.results import Code, Outcome
from domain.runtime.new_ids import new_id
from domain.store.postgres.accounts import booking_by, bookings_before, create_account
from domain.store.postgres.command_log import close_stream, head_seq
from domain.store.postgres.due import all_due
from domain.store.postgres.engine import IntegrityError, sync_engine
from domain.store.postgres.load import load_account
from domain.store.postgres.receipts import receipt_at
from tests.support.drained_page import append_as, drain_all
from tests.support.faults.breaking import at_once
from workers import clock

pytestmark = pytest.mark.usefixtures("store")
DAY = timedelta(days=1)


class DrainedAccount:
    """A new account whose drains are driven by hand."""

    def __init__(self) -> None:
        self.id = new_id("a")
        with sync_engine().begin() as conn:
            create_account(conn, self.id, f"{self.id}@example.com", "hash")

    def tell(self, *commands, at=None):
        """Append, drain; the receipt of the last."""
        for command in commands:
            seq = append_as("system", "operator", self.id, command, due_at=at).seq
        drain_all(self.id)
        with sync_engine().connect() as conn:
            return receipt_at(conn, self.id, seq)

    def now(self):
        with sync_engine().connect() as conn:
            return load_account(conn, self.id)[0]

    def dues(self):
        with sync_engine().connect() as conn:
            return [due for due in all_due(conn, 10_000) if due.stream_id == self.id]

    def head(self):
        with sync_engine().connect() as conn:
            return head_seq(conn, self.id)

    def beat(self, times=1):
        """Let so many beats keep time at once, then drain; how many commands that made."""
        before = self.head()
        at_once(times, lambda _: clock.keep_time())
        drain_all(self.id)
        return self.head() - before

    def forget_keys(self):
        with sync_engine().begin() as conn:
            conn.execute(text("DELETE FROM idempotency WHERE stream_id = :id"), {"id": self.id})


@pytest.fixture
def ada():
    return DrainedAccount()


@pytest.fixture
def now():
    return datetime.now(UTC).replace(microsecond=0)


def test_end_of_slot_and_of_prime_is_told_once_when_ten_beats_look(ada, now):
    # given a slot and Prime that ended at different instants
    ada.tell(c.GrantTokens(480), at=now - 41 * DAY)
    slot_id = new_id("s")
    ada.tell(c.BuySlot(slot_id), at=now - 40 * DAY)
    ada.tell(c.SetTier(Tier.PRIME, now - 5 * DAY), at=now - 30 * DAY)
    # when ten beats look, twice
    assert [ada.beat(10), ada.beat(10)] == [2, 0]
    # then each end is noted, as of when it was due, under the clock's key
    account = ada.now()
    assert account.slots[slot_id].is_over
    assert (account.tier, account.tier_until) == (Tier.FREE, None)
    with sync_engine().connect() as conn:
        told = conn.execute(
            text(
                "SELECT c.kind, c.due_at, i.key FROM commands c"
                " JOIN idempotency i ON i.command_id = c.id"
                " WHERE c.stream_id = :id AND c.actor = 'clock' ORDER BY c.seq"
            ),
            {"id": ada.id},
        ).all()
    assert [tuple(row) for row in told] == [
        (kind, at, f"clock:{name}:{at:%Y-%m-%dT%H:%M:%S}.000000Z")
        for kind, at, name in (
            ("ExpireSlot", now - 10 * DAY, f"slot:{slot_id}"),
            ("EndPrime", now - 5 * DAY, f"prime:{ada.id}"),
        )
    ]
    # and nothing is due any more, even without the keys
    ada.forget_keys()
    assert (ada.dues(), ada.beat()) == ([], 0)


def test_clock_changes_nothing_when_the_owner_renewed_between_look_and_word(ada, now):
    slot_id = new_id("s")
    ada.tell(c.GrantTokens(960), c.BuySlot(slot_id), at=now - 40 * DAY)
    (due,) = ada.dues()
    ada.tell(c.RenewSlot(slot_id))
    renewed = ada.now()
    # when the beat that looked before speaks now
    assert clock.tell(due)
    drain_all(ada.id)
    # then it is refused, and tells again when that slot ends
    with sync_engine().connect() as conn:
        receipt = receipt_at(conn, ada.id, ada.head())
    assert (receipt.outcome, receipt.refusal.code) == (Outcome.REFUSED, Code.CONFLICT)
    assert ada.now() == renewed
    assert (ada.dues(), ada.beat()) == ([], 0)


def test_nothing_is_due_when_the_accounts_stream_is_closed(ada, now):
    ada.tell(c.GrantTokens(480), c.BuySlot(new_id("s")), at=now - 40 * DAY)
    assert len(ada.dues()) == 1
    with sync_engine().begin() as conn:
        close_stream(conn, ada.id)
    assert ada.dues() == []


def test_every_change_of_the_balance_is_a_row_when_some_are_refused(ada, now):
    slot_id = new_id("s")
    receipts = [
        ada.tell(command, at=now)
        for command in (
            c.GrantTokens(500), c.BuySlot(slot_id), c.RenewSlot(slot_id), c.GrantTokens(-5),
            c.GrantTokens(460), c.RenewSlot(slot_id), c.BuySlot(new_id("s")),
        )
    ]  # fmt: skip
    refusals = [receipt.refusal and receipt.refusal.code for receipt in receipts]
    assert refusals == [
        None, None, Code.INSUFFICIENT_TOKENS, Code.VALIDATION, None, None,
        Code.INSUFFICIENT_TOKENS,
    ]  # fmt: skip
    with sync_engine().connect() as conn:
        rows = bookings_before(conn, ada.id, None, 10)
        assert [(row.kind, row.amount, row.balance) for row in reversed(rows)] == [
            (BookingKind.GRANT, 500, 500), (BookingKind.BUY, -480, 20),
            (BookingKind.GRANT, 460, 480), (BookingKind.RENEW, -480, 0),
        ]  # fmt: skip
        assert booking_by(conn, receipts[1].id) == Booking(
            2, receipts[1].id, BookingKind.BUY, -480, 20, now, slot_id, now + 30 * DAY
        )
        assert booking_by(conn, receipts[2].id) is None
        assert [row.seq for row in bookings_before(conn, ada.id, 5, 1)] == [2]
    assert ada.now().balance == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts SET balance = -1 WHERE id = :id",
        (
            "INSERT INTO ledger (account_id, seq, command_id, kind, amount, balance, at)"
            " VALUES (:id, 1, :id, 'buy', -480, -480, clock_timestamp())"
        ),
    ],
)
def test_postgres_itself_refuses_when_a_balance_would_go_below_zero(ada, statement):
    with pytest.raises(IntegrityError, match="balance"), sync_engine().begin() as conn:
        conn.execute(text(statement), {"id": ada.id})


def test_one_slot_is_bought_when_many_trades_wait_in_one_drain(ada, now):
    ada.tell(c.GrantTokens(480 + 479))
    ada.tell(*(c.BuySlot(new_id("s")) for _ in range(20)))
    account = ada.now()
    assert (len(account.slots), account.balance) == (1, 479)
