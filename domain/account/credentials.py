"""What an e-mail address and a password may be. Source: SPEC section 6."""

import re
from typing import Final

EMAIL_LIMIT: Final = 254
PASSWORD_SHORTEST: Final = 8
PASSWORD_LIMIT: Final = 200

# Deliverable is what a mail will tell; this only keeps out what can't be an address.
_EMAIL: Final = re.compile(r"[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+")


def email_problem(email: str) -> str | None:
    """Tell in a sentence why a trimmed `email` can't be an address, or None if it can."""
    if len(email) > EMAIL_LIMIT:
        return f"email may have at most {EMAIL_LIMIT} characters."
    return None if _EMAIL.fullmatch(email) else "email must be an e-mail address."


def password_problem(password: str) -> str | None:
    """Tell in a sentence why `password` can't be one, or None if it can."""
    if PASSWORD_SHORTEST <= len(password) <= PASSWORD_LIMIT:
        return None
    return f"password must have {PASSWORD_SHORTEST} to {PASSWORD_LIMIT} characters."
