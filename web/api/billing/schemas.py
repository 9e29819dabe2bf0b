"""Bodies of slot purchases. Unknown fields are rejected.

Source: docs/behaviour.md, "Tiers and slots".
"""

import msgspec

from domain.account.commands import BuySlot, RenewSlot
from web.api.owner_schemas import ID_LIMIT
from web.http.errors import invalid


class Trade(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """`POST /api/v1/status/purchases/trade`: a new slot, or 30 days more of one."""

    slot: str | None = None


def to_command(body: Trade, new_slot_id: str) -> BuySlot | RenewSlot:
    """Return the purchase command; a new slot gets `new_slot_id`. Raises ApiError 400.

    A blank `slot` is an error: its sender did not mean to buy a new slot.
    """
    if body.slot is None:
        return BuySlot(new_slot_id)
    slot_id = body.slot.strip()
    if not slot_id:
        raise invalid("slot is blank: name the slot to renew, or leave it out to buy one.", "slot")
    if len(slot_id) > ID_LIMIT:
        raise invalid(f"slot may have at most {ID_LIMIT} characters.", "slot")
    return RenewSlot(slot_id)
