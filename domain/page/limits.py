"""How much a page can hold: every number in one place. What is decided refuses one more.

They keep a drain's work bounded by what it loads, and are so far
above what people need that whoever meets one is most likely a program gone wrong.

Source: docs/architecture.md, "A drain loads recent history".
"""

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
UNRESOLVED: Final = 500  # incidents that are not resolved
PLANNED: Final = 500  # maintenances that are scheduled or running
RECENT: Final = 2_000  # incidents and maintenances, resolved ones of two weeks included
UPDATES: Final = 1_000  # of one incident; what resolves it is never one too many
CLAIMS: Final = 50_000  # what incidents said of components within 90 days

# Text, in bytes of UTF-8: it bounds what a drain loads. Source: docs/behaviour.md, "Limits".
KIB: Final = 1_024
# Unresolved, scheduled, or ended so lately: two days more than a page shows, for every time zone.
AT_HAND_DAYS: Final = 16
INCIDENT_TEXT_BYTES: Final = 4 * KIB * KIB  # titles and messages of the incidents at hand
TREE_TEXT_BYTES: Final = 256 * KIB  # names and descriptions of all components
TEMPLATE_TEXT_BYTES: Final = 1 * KIB * KIB  # a list of templates is one answer
RESOLVING_CHARACTERS: Final = 1_000  # what resolves an incident may say although there is no room
# The longest message: a character has four bytes at most. An incident is reopened only where it
# has room, or each end of the same incident could add its thousand characters.
MESSAGE_BYTES: Final = 4 * BODY_LIMIT


def full(sentence: str) -> Rejection:
    """Refuse one more, until there is room again."""
    return Rejection(Code.CONFLICT, sentence)
