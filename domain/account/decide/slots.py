"""Decisions on tokens, slots and the ends that the clock reports. Pure and total.

Allocation is not part of these functions: `decide` of the account allocates after every change.

Source: docs/behaviour.md, "Tiers and slots".
"""

from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

from domain.account import commands as c
from domain.account import events as e
from domain.account.allocations import BALANCE_MAX, PAID_AHEAD_MAX, SLOT_LASTS, SLOT_PRICE
from domain.account.state import Account, Booking, BookingKind, Facts, Slot
from domain.page.state import Tier
from domain.results import Code, DuplicateIdError, Rejection

Change: TypeAlias = tuple[e.Event, ...] | Rejection
Command: TypeAlias = c.GrantTokens | c.BuySlot | c.RenewSlot | c.ExpireSlot | c.EndPrime

NOT_DUE = Rejection(
    Code.CONFLICT, "This is no longer due: the account has changed in the meantime."
)


def decide(account: Account, command: Command, at: datetime, facts: Facts) -> Change:
    """Return the changes of `command` at `at`, before the allocation."""
    match command:
        case c.GrantTokens(amount=amount):
            return grant_tokens(account, amount, at, facts)
        case c.BuySlot(slot_id=slot_id):
            return buy_slot(account, slot_id, at, facts)
        case c.RenewSlot(slot_id=slot_id):
            return renew_slot(account, slot_id, at, facts)
        case c.ExpireSlot(slot_id=slot_id, due_at=due_at):
            return expire_slot(account, slot_id, due_at)
        case c.EndPrime(due_at=due_at):
            return end_prime(account, due_at)


def grant_tokens(account: Account, amount: int, at: datetime, facts: Facts) -> Change:
    """Add tokens, up to the maximum of a balance."""
    if amount < 1:
        return Rejection(Code.VALIDATION, "Tokens are granted one or more at a time.")
    if account.balance + amount > BALANCE_MAX:
        return Rejection(Code.VALIDATION, f"A balance may hold at most {BALANCE_MAX} tokens.")
    return (book_tokens(account, BookingKind.GRANT, amount, at, facts),)


def buy_slot(account: Account, slot_id: str, at: datetime, facts: Facts) -> Change:
    """Buy a slot that lasts 30 days from now."""
    if slot_id in account.slots:
        raise DuplicateIdError(slot_id)
    return pay_for_slot(account, Slot(slot_id, at, at + SLOT_LASTS), BookingKind.BUY, at, facts)


def renew_slot(account: Account, slot_id: str, at: datetime, facts: Facts) -> Change:
    """Buy 30 more days, from now or from the slot's later end."""
    slot = account.slots.get(slot_id)
    if slot is None:
        return Rejection(Code.NOT_FOUND, "This account has no such slot.")
    expires_at = max(at, slot.expires_at) + SLOT_LASTS
    if expires_at - at > PAID_AHEAD_MAX:
        sentence = f"A slot can be paid for at most {PAID_AHEAD_MAX.days} days ahead."
        return Rejection(Code.CONFLICT, sentence)
    renewed = replace(slot, expires_at=expires_at, is_over=False)
    return pay_for_slot(account, renewed, BookingKind.RENEW, at, facts)


def pay_for_slot(
    account: Account, slot: Slot, kind: BookingKind, at: datetime, facts: Facts
) -> Change:
    """Pay for a slot with its new properties, if the balance suffices."""
    if account.balance < SLOT_PRICE:
        lacking = f"A slot costs {SLOT_PRICE} tokens for {SLOT_LASTS.days} days;"
        return Rejection(Code.INSUFFICIENT_TOKENS, f"{lacking} this account has {account.balance}.")
    return (e.SlotSet(slot), book_tokens(account, kind, -SLOT_PRICE, at, facts, slot))


def book_tokens(
    account: Account,
    kind: BookingKind,
    amount: int,
    at: datetime,
    facts: Facts,
    slot: Slot | None = None,
) -> e.TokensBooked:
    """Return the event that changes the balance by `amount`."""
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


def expire_slot(account: Account, slot_id: str, due_at: datetime) -> Change:
    """Mark a slot as over, unless it was renewed or is over already."""
    slot = account.slots.get(slot_id)
    if slot is None or slot.expires_at != due_at or slot.is_over:
        return NOT_DUE
    return (e.SlotSet(replace(slot, is_over=True)),)


def end_prime(account: Account, due_at: datetime) -> Change:
    """Set the tier to free, unless tier or end have changed since."""
    if account.tier is not Tier.PRIME or account.tier_until != due_at:
        return NOT_DUE
    return (e.TierSet(Tier.FREE, None),)
