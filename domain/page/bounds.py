"""How much a page can hold: every number in one place. What is decided refuses one more.

They keep a drain's work bounded by what it loads (docs/architecture.md, rule 9), and are so far
above what people need that whoever meets one is most likely a program gone wrong.
"""

from typing import Final

from domain.log import Code, Rejection

# Source: SPEC section 6, tiers.
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


def full(sentence: str) -> Rejection:
    """Refuse one more, until there is room again."""
    return Rejection(Code.CONFLICT, sentence)
