"""The ledger for its owner: one row for every change of a balance. Reading only."""

from sqlalchemy import Connection, select

from domain.account.state import Booking
from domain.store.postgres import tables as t
from domain.store.postgres.rows import to_dataclass


def booking_by(conn: Connection, command_id: str) -> Booking | None:
    """Return a command's ledger row; None if it changed no balance."""
    result = conn.execute(select(t.ledger).where(t.ledger.c.command_id == command_id))
    row = result.one_or_none()
    return to_dataclass(row, Booking) if row else None


def bookings_before(
    conn: Connection, account_id: str, seq: int | None, limit: int
) -> list[Booking]:
    """Return an account's rows before `seq` (None: all), newest first, at most `limit`."""
    c = t.ledger.c
    query = select(t.ledger).where(c.account_id == account_id)
    if seq is not None:
        query = query.where(c.seq < seq)
    return [
        to_dataclass(row, Booking)
        for row in conn.execute(query.order_by(c.seq.desc()).limit(limit))
    ]
