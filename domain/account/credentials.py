"""Rules for e-mail addresses and passwords.

Source: docs/behaviour.md, "Accounts and sessions".
"""

import re
from collections.abc import Container
from typing import Final
from unicodedata import normalize

from domain.text import IN_NO_LINE, clean

EMAIL_LIMIT: Final = 254
PASSWORD_SHORTEST: Final = 8
PASSWORD_LIMIT: Final = 200

# Only a mail shows whether an address works; this pattern excludes impossible ones.
EMAIL_PATTERN: Final = rf"[^@\s{IN_NO_LINE}]+@[^@\s{IN_NO_LINE}]+"
_EMAIL: Final = re.compile(EMAIL_PATTERN)


def email_problem(email: str) -> str | None:
    """Return a sentence why a trimmed `email` is invalid, or None."""
    if len(email) > EMAIL_LIMIT:
        return f"An e-mail address (email) has at most {EMAIL_LIMIT} characters."
    return (
        None
        if _EMAIL.fullmatch(email)
        else "Enter an e-mail address (email), such as ada@example.com."
    )


def password_problem(password: str, email: str, common: Container[str]) -> str | None:
    """Return a sentence why `password` is not allowed, or None.

    `common` are frequent passwords, in lower case.
    """
    if not PASSWORD_SHORTEST <= len(password) <= PASSWORD_LIMIT:
        return f"Enter a password of {PASSWORD_SHORTEST} to {PASSWORD_LIMIT} characters."
    if clean(password) is None:
        return "Enter a password that is not only spaces."
    word, address = _plain(password), _plain(email)
    if word in {address, address.rpartition("@")[0]}:
        return "Enter a password that is not your e-mail address."
    if word in common:
        return "This password is among those that attackers try first. Choose another."
    return None


def _plain(text: str) -> str:
    return normalize("NFC", text.strip()).lower()
