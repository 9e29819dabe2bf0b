"""Identifiers: a prefix for the kind, then 26 time-sortable characters.

The layout is that of ULID (48 bits of milliseconds, 80 bits of entropy, Crockford base 32), so that
later ids sort later as text. Time and entropy are arguments: the core has neither.
"""

from typing import Final

ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH: Final = 26
ENTROPY_BYTES: Final = 10


def make_id(prefix: str, millis: int, entropy: bytes) -> str:
    """Return an id of `prefix`, Unix time in milliseconds and 10 random bytes."""
    number = (millis << 80) | int.from_bytes(entropy)
    digits = (ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))
    return f"{prefix}_{''.join(digits)}"
