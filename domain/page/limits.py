"""Limits of a page's contents, as data; a decision refuses one more.

They bound the work of a drain by the size of its load. They are far above real use: a client that
reaches one is most likely faulty.

Source: docs/architecture.md, "A drain loads recent history".
"""

from collections.abc import Mapping
from typing import Final

from domain.results import Code, Rejection
from domain.text import BODY_LIMIT

# Source: docs/behaviour.md, "Tiers and slots".
FREE_LEAVES: Final = 5
PRIME_LEAVES: Final = 2_000
CATEGORIES: Final = 500
CATEGORY_LEVELS: Final = 3

KEYS: Final = 50
TEMPLATES: Final = 200
UNRESOLVED: Final = 500
PLANNED: Final = 500
RECENT: Final = 2_000
UPDATES: Final = 1_000  # of one incident; a resolving update is always allowed
CLAIMS: Final = 50_000
# Beyond it nothing is refused: of what was shown the oldest days are folded, then left out.
SHOWN_ROWS: Final = 20_000
# What a page can hold, in the words and the order of the documentation.
COUNTS: Final = {
    "categories": CATEGORIES,
    "keys": KEYS,
    "templates": TEMPLATES,
    "unresolved incidents": UNRESOLVED,
    "maintenances that are scheduled or running": PLANNED,
    "incidents and maintenances of the last two weeks, open ones included": RECENT,
    "statuses that incidents gave to components within 90 days": CLAIMS,
}

# Subscribers that have confirmed, by tier; those that wait for it; subscriptions of one address.
SUBSCRIBERS: Final = {"free": 500, "prime": 10_000}
UNCONFIRMED: Final = 2_000
SUBSCRIPTIONS: Final = 20

# Mails to subscribers of a page in a day (UTC), by its tier.
MAILS_A_DAY: Final[Mapping[str, int]] = {"free": 2_000, "prime": 100_000}
# A calendar has maintenances from so many days back on, and cancelled ones for as long.
CALENDAR_DAYS: Final = 30

# Text, in bytes of UTF-8: it bounds the load of a drain. Source: docs/behaviour.md, "Limits".
KIB: Final = 1_024
# Recent incidents: unresolved, scheduled, or ended within these days. A page shows two days fewer;
# the difference covers every time zone.
AT_HAND_DAYS: Final = 16
INCIDENT_TEXT_BYTES: Final = 4 * KIB * KIB  # titles and messages of the recent incidents
TREE_TEXT_BYTES: Final = 256 * KIB  # names and descriptions of all components
TEMPLATE_TEXT_BYTES: Final = 1 * KIB * KIB  # a list of templates is one answer
RESOLVING_CHARACTERS: Final = 1_000  # of a resolving update beyond the limit
# The longest message: a character has at most four bytes. Reopening needs this much room; else
# each resolution of the same incident could add another thousand characters.
MESSAGE_BYTES: Final = 4 * BODY_LIMIT


def limit_reached(sentence: str) -> Rejection:
    """Return the rejection of one more item."""
    return Rejection(Code.CONFLICT, sentence)
