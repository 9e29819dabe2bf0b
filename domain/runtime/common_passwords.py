"""The list of common passwords, which are refused."""

from functools import cache
from pathlib import Path

PASSWORD_FILE = Path(__file__).with_suffix(".txt")  # source and licence: the .md file beside it


@cache
def common_passwords() -> frozenset[str]:
    """Return the 3,000 commonest passwords of sufficient length, in lower case."""
    return frozenset(PASSWORD_FILE.read_text("utf-8").split("\n")) - {""}
