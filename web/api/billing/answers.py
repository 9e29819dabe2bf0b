"""Answers about tokens: a trade, and the ledger. Source: docs/behaviour.md, "Tiers and slots"."""

from typing import TypedDict

from domain.account.commands import BuySlot, RenewSlot
from domain.account.state import Booking, BookingKind
from domain.calendar import iso
from web.http.wire import Id, Instant


class Traded(TypedDict):
    """What was traded for; with 202 nobody knows yet until when it lasts, and what is left."""

    slot: str
    expiresAt: Instant | None
    balance: int | None


class LedgerRow(TypedDict):
    """One change of the balance; `amount` and the `balance` after it are in tokens."""

    kind: BookingKind
    amount: int
    balance: int
    at: Instant
    slot: Id | None
    expiresAt: Instant | None
    receipt: Id


class LedgerRows(TypedDict):
    """A part of the ledger, newest first."""

    items: list[LedgerRow]
    nextCursor: str | None


def trade_asked(command: BuySlot | RenewSlot) -> Traded:
    """Return what is known of a trade before it is decided."""
    return {"slot": command.slot_id, "expiresAt": None, "balance": None}


def trade_done(command: BuySlot | RenewSlot, booking: Booking) -> Traded:
    """Return a trade as it was booked."""
    return {
        "slot": command.slot_id,
        "expiresAt": end_of(booking),
        "balance": booking.balance,
    }


def ledger_row(booking: Booking) -> LedgerRow:
    """Return a row of the ledger."""
    return {
        "kind": booking.kind,
        "amount": booking.amount,
        "balance": booking.balance,
        "at": iso(booking.at),
        "slot": booking.slot_id,
        "expiresAt": end_of(booking),
        "receipt": booking.command_id,
    }


def end_of(booking: Booking) -> str | None:
    """Return when the slot of a trade expires; null for a grant."""
    return iso(booking.slot_expires_at) if booking.slot_expires_at else None
