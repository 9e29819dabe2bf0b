"""What follows from trades, grants, and the ends that the clock sees. Pure and total.

Nothing is dealt here: `decide` deals after every change.

Source: docs/behaviour.md, "Tiers and slots".
"""

from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

from domain.account import commands as c
from domain.account import events as e
from domain.account.facts import Facts
from domain.account.state import Account, Booking, BookingKind, Slot
from domain.account.terms import BALANCE_MAX, PAID_AHEAD_MAX, SLOT_LASTS, SLOT_PRICE
from domain.page.state import Tier
from domain.results import Code, DuplicateIdError, Rejection

Change: TypeAlias = tuple[e.Event, ...] | Rejection
Command: TypeAlias = c.GrantTokens | c.BuySlot | c.RenewSlot | c.ExpireSlot | c.EndPrime

NOT_DUE = Rejection(Code.CONFLICT, "This is not due (any more): it was changed meanwhile.")


def decide(account: Account, command: Command, at: datetime, facts: Facts) -> Change:
    """Return what `command` changes at the instant `at`, before places are dealt."""
    match command:
        case c.GrantTokens(amount=amount):
            return grant(account, amount, at, facts)
        case c.BuySlot(slot_id=slot_id):
            return buy(account, slot_id, at, facts)
        case c.RenewSlot(slot_id=slot_id):
            return renew(account, slot_id, at, facts)
        case c.ExpireSlot(slot_id=slot_id, due_at=due_at):
            return expire(account, slot_id, due_at)
        case c.EndPrime(due_at=due_at):
            return end_prime(account, due_at)


def grant(account: Account, amount: int, at: datetime, facts: Facts) -> Change:
    """Add tokens, as many as a balance may hold."""
    if amount < 1:
        return Rejection(Code.VALIDATION, "Tokens are granted one or more at a time.")
    if account.balance + amount > BALANCE_MAX:
        return Rejection(Code.VALIDATION, f"A balance may hold at most {BALANCE_MAX} tokens.")
    return (booked(account, BookingKind.GRANT, amount, at, facts),)


def buy(account: Account, slot_id: str, at: datetime, facts: Facts) -> Change:
    """Trade tokens for a slot that lasts 30 days from now."""
    if slot_id in account.slots:
        raise DuplicateIdError(slot_id)
    return traded(account, Slot(slot_id, at, at + SLOT_LASTS), BookingKind.BUY, at, facts)


def renew(account: Account, slot_id: str, at: datetime, facts: Facts) -> Change:
    """Trade tokens for 30 days more, from now or from the slot's end, whichever is later."""
    slot = account.slots.get(slot_id)
    if slot is None:
        return Rejection(Code.NOT_FOUND, "This account has no such slot.")
    expires_at = max(at, slot.expires_at) + SLOT_LASTS
    if expires_at - at > PAID_AHEAD_MAX:
        ahead = f"A slot can be paid for at most {PAID_AHEAD_MAX.days} days ahead."
        return Rejection(Code.CONFLICT, ahead)
    longer = replace(slot, expires_at=expires_at, is_over=False)
    return traded(account, longer, BookingKind.RENEW, at, facts)


def traded(account: Account, slot: Slot, kind: BookingKind, at: datetime, facts: Facts) -> Change:
    """Pay for a slot as it is to be, if the balance suffices."""
    if account.balance < SLOT_PRICE:
        lacking = f"A slot costs {SLOT_PRICE} tokens for {SLOT_LASTS.days} days;"
        return Rejection(Code.INSUFFICIENT_TOKENS, f"{lacking} this account has {account.balance}.")
    return (e.SlotSet(slot), booked(account, kind, -SLOT_PRICE, at, facts, slot))


def booked(
    account: Account,
    kind: BookingKind,
    amount: int,
    at: datetime,
    facts: Facts,
    slot: Slot | None = None,
) -> e.TokensBooked:
    """Change the balance by `amount`, with a row of the ledger that says why."""
    booking = Booking(
        seq=facts.seq,
        command_id=facts.command_id,
        kind=kind,
        amount=amount,
        balance=account.balance + amount,
        at=at,
        slot_id=slot.id if slot else None,
        slot_expires_at=slot.expires_at if slot else None,
    )
    return e.TokensBooked(booking)


def expire(account: Account, slot_id: str, due_at: datetime) -> Change:
    """Note that a slot's end was told of, unless it was renewed meanwhile or is noted already."""
    slot = account.slots.get(slot_id)
    if slot is None or slot.expires_at != due_at or slot.is_over:
        return NOT_DUE
    return (e.SlotSet(replace(slot, is_over=True)),)


def end_prime(account: Account, due_at: datetime) -> Change:
    """Let the account be free again, unless it was given another tier or end meanwhile."""
    if account.tier is not Tier.PRIME or account.tier_until != due_at:
        return NOT_DUE
    return (e.TierSet(Tier.FREE, None),)
