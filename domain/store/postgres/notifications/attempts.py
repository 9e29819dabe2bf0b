"""The time of a claim, and the pauses between attempts to send."""

from datetime import timedelta
from typing import Final

CLAIM: Final = timedelta(seconds=90)  # longer than any attempt
# The pause after each failed attempt; after the last one there is no further attempt.
PAUSES: Final = tuple(
    timedelta(seconds=s) for s in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 57_600)
)
