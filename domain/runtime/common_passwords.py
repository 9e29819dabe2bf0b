"""The list of passwords that are tried first, and therefore refused."""

from functools import cache
from pathlib import Path

FILE = Path(__file__).with_suffix(".txt")  # its source and licence stand in the .md beside it


@cache
def common_passwords() -> frozenset[str]:
    """Return the 3,000 commonest passwords that are long enough to be chosen, in lower case."""
    return frozenset(FILE.read_text("utf-8").split("\n")) - {""}
