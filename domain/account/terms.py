"""Prices, durations and included pages of the tiers, as data.

Source: docs/behaviour.md, "Tiers and slots".
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from domain.page.state import Tier

INCLUDED: Final[Mapping[Tier, int]] = {Tier.FREE: 1, Tier.PRIME: 2}  # page slots without a price
SLOT_PRICE: Final = 480  # tokens, for a new slot and for a renewal alike
SLOT_LASTS: Final = timedelta(days=30)
WARNED_BEFORE: Final = timedelta(days=7)

# Our own bounds: a higher value is a mistake, and no number or date overflows.
PAID_AHEAD_MAX: Final = timedelta(days=3_650)
BALANCE_MAX: Final = 1_000_000_000
