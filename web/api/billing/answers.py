"""Answers about slot purchases and the ledger.

Source: docs/behaviour.md, "Tiers and slots".
"""

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


def pending_trade(command: BuySlot | RenewSlot) -> Traded:
    """Return a purchase before the decision."""
    return {"slot": command.slot_id, "expiresAt": None, "balance": None}


def booked_trade(command: BuySlot | RenewSlot, booking: Booking) -> Traded:
    """Return a purchase with the values of its booking."""
    return {
        "slot": command.slot_id,
        "expiresAt": slot_expiry(booking),
        "balance": booking.balance,
    }


def ledger_row(booking: Booking) -> LedgerRow:
    """Return a row of the ledger as JSON."""
    return {
        "kind": booking.kind,
        "amount": booking.amount,
        "balance": booking.balance,
        "at": iso(booking.at),
        "slot": booking.slot_id,
        "expiresAt": slot_expiry(booking),
        "receipt": booking.command_id,
    }


def slot_expiry(booking: Booking) -> str | None:
    """Return the expiry of the slot in a booking; None for a grant."""
    return iso(booking.slot_expires_at) if booking.slot_expires_at else None
